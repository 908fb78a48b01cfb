"""Approving a request, and asking for changes: by a member, or by a reviewer through a link."""

from uuid import UUID

from django.db import transaction

from accounts import audit
from core import clock
from core.actor import Actor
from core.errors import ValidationFailed
from core.formatting import excerpt
from publishing.approvals import people, release, requests, rules
from publishing.approvals.people import Voice
from publishing.errors import PublishingError
from publishing.models import ApprovalRequest, ApprovalState, ApprovalVerdict

LONGEST_TEXT = 2_000


def approve(*, actor: Actor, request_id: UUID, text: str = "") -> ApprovalRequest:
    """Approve at the level whose turn it is; at the last one the post is approved, and goes out as it was planned."""
    people.require_any_part(actor, rules.of(actor.workspace_id))
    return approve_as(people.voice_of(actor), request_id, text)


def approve_as(voice: Voice, request_id: UUID, text: str = "") -> ApprovalRequest:
    """`approve` by whoever speaks. Raises `not_approver`, or `approval_closed` when nothing waits for anybody."""
    with transaction.atomic():
        request = requests.locked(voice.actor.workspace_id, request_id)
        people.require(request, voice)
        if request.state != ApprovalState.OPEN:
            raise requests.closed(request)
        requests.decide(request, voice, ApprovalVerdict.APPROVED, text.strip())
        told = {"level": request.level + 1, "by": voice.name}
        audit.record(voice.actor, "approval.approve", ("approval", request.pk), told)
        if request.level + 1 < len(request.levels):
            _next_level(request)
        else:
            requests.close(request, ApprovalState.APPROVED)
            release.settle(request.post_id)
            requests.tell(request, "approved")
    return request


def request_changes(*, actor: Actor, request_id: UUID, text: str) -> ApprovalRequest:
    """Ask for changes, with what is to be changed. An approval can be taken back by it until the post goes out."""
    people.require_any_part(actor, rules.of(actor.workspace_id))
    return request_changes_as(people.voice_of(actor), request_id, text)


def request_changes_as(voice: Voice, request_id: UUID, text: str) -> ApprovalRequest:
    """`request_changes` by whoever speaks."""
    words = text.strip()
    if not words:
        sentence = "Say what should be changed."
        raise ValidationFailed(PublishingError.APPROVAL_INVALID, sentence, fields={"text": [sentence]})
    with transaction.atomic():
        request = requests.locked(voice.actor.workspace_id, request_id)
        people.require(request, voice)
        if request.state not in (ApprovalState.OPEN, ApprovalState.APPROVED):
            raise requests.closed(request)
        requests.decide(request, voice, ApprovalVerdict.CHANGES_REQUESTED, words)
        _void_former(request)
        requests.close(request, ApprovalState.CHANGES_REQUESTED)
        release.settle(request.post_id)
        release.say_changes(request.post_id, f"{voice.name} asked for changes: {excerpt(words, 200)}")
        audit.record(voice.actor, "approval.request_changes", ("approval", request.pk), {"by": voice.name})
        requests.tell(request, "changes_requested")
    return request


def _next_level(request: ApprovalRequest) -> None:
    """The next level's turn, with the time that is left of the deadline."""
    request.level += 1
    ApprovalRequest.objects.filter(pk=request.pk).update(level=request.level, updated_at=clock.now())
    requests.tell(request, "level")


def _void_former(request: ApprovalRequest) -> None:
    """What the same content was approved for before counts no more."""
    rows = ApprovalRequest.objects.for_workspace(request.workspace_id).filter(
        post_id=request.post_id, state=ApprovalState.APPROVED
    )
    for former in rows.exclude(pk=request.pk):
        if set(former.digests) & set(request.digests):
            requests.close(former, ApprovalState.OUTDATED)
