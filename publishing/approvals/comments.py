"""Remarks about a request: about all of it, at a field, or at a second of the video."""

from uuid import UUID

from django.db import transaction

from accounts import audit, policy
from accounts.policy import Action
from core import clock
from core.actor import Actor
from core.errors import NotFound, ValidationFailed
from publishing.approvals import people, requests, rules, selectors
from publishing.approvals.people import Voice
from publishing.errors import PublishingError
from publishing.models import ApprovalComment, ApprovalRequest

LONGEST = 2_000
FIELDS = ("text", "title", "media", "options", "cover", "time")


def add(
    *,
    actor: Actor,
    request_id: UUID,
    text: str,
    field: str = "",
    account_id: UUID | None = None,
    time_s: float | None = None,
) -> ApprovalComment:
    """Remark on a request. `account_id` says at whose share, `time_s` at which second of the video."""
    people.require_any_part(actor, rules.of(actor.workspace_id))
    return add_as(people.voice_of(actor), request_id, text, field=field, account_id=account_id, time_s=time_s)


def add_as(
    voice: Voice,
    request_id: UUID,
    text: str,
    *,
    field: str = "",
    account_id: UUID | None = None,
    time_s: float | None = None,
) -> ApprovalComment:
    """`add` by whoever speaks."""
    with transaction.atomic():
        request = requests.locked(voice.actor.workspace_id, request_id)
        _refuse_unreasonable(request, text, field, account_id, time_s)
        made = ApprovalComment.objects.create(
            workspace_id=request.workspace_id,
            request=request,
            text=text.strip(),
            field=field,
            account_id=account_id,
            time_s=None if time_s is None else round(time_s, 3),
            **voice.columns,
        )
        audit.record(voice.actor, "approval.comment", ("approval", request.pk), {"by": voice.name})
    return made


def resolve(*, actor: Actor, comment_id: UUID, resolved: bool = True) -> ApprovalComment:
    """Say that a remark is dealt with, or that it is not."""
    policy.require(actor, Action.WRITE)
    comment = ApprovalComment.objects.for_workspace(actor.workspace_id).filter(pk=comment_id).first()
    if comment is None:
        raise NotFound
    selectors.request(actor, comment.request_id)
    if (comment.resolved_at is not None) != resolved:
        comment.resolved_at = clock.now() if resolved else None
        comment.save(update_fields=["resolved_at", "updated_at"])
        audit.record(actor, "approval.comment_resolve", ("approval", comment.request_id), {"resolved": resolved})
    return comment


def _refuse_unreasonable(
    request: ApprovalRequest, text: str, field: str, account_id: UUID | None, time_s: float | None
) -> None:
    fields: dict[str, list[str]] = {}
    if not 1 <= len(text.strip()) <= LONGEST:
        fields["text"] = [f"A comment has 1 to {LONGEST:,} characters."]
    if field and field not in FIELDS:
        fields["field"] = [f"A comment is at one of {', '.join(FIELDS)}."]
    if account_id is not None and str(account_id) not in {share["account_id"] for share in request.snapshot}:
        fields["account_id"] = ["The post does not go to this account."]
    if time_s is not None:
        lengths = [item["duration"] for share in request.snapshot for item in share["media"] if item["duration"]]
        if not lengths:
            fields["time_s"] = ["This post has no video."]
        elif not 0 <= time_s <= max(lengths):
            fields["time_s"] = [f"The video has {max(lengths):.1f} seconds."]
    if fields:
        sentence = next(iter(fields.values()))[0]
        raise ValidationFailed(PublishingError.APPROVAL_INVALID, sentence, fields=fields)
