"""Sending a post for approval, and what becomes of a request when the post changes or is taken back."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

import jobs
from accounts import audit, policy
from accounts.models import AuditEvent
from accounts.policy import Action
from core import clock
from core.actor import Actor
from core.errors import Conflict, NotFound, ValidationFailed
from publishing import selectors, signals
from publishing.approvals import people, release, rules
from publishing.errors import PublishingError
from publishing.models import (
    ApprovalDecision,
    ApprovalMode,
    ApprovalPolicy,
    ApprovalRequest,
    ApprovalState,
    ApprovalVerdict,
    Post,
    PostTarget,
)
from publishing.schedule import approval
from publishing.states import TargetState
from publishing.transitions import lock_posts

ASK = "approvals.ask"
LONGEST_NOTE = 2_000
WROTE = ("post.create", "post.update")
# Nothing more is sent of these.
_OVER = frozenset({TargetState.PUBLISHED, TargetState.IN_INBOX, TargetState.CANCELLED})


def submit(*, actor: Actor, post_id: UUID, note: str = "") -> ApprovalRequest:
    """Send a post for approval as it is now. Sent already and unchanged, it is the same request.

    Raises `approval_off` where the workspace has no approvals, and `wrong_state` for what is approved or has ended.
    """
    policy.require(actor, Action.WRITE)
    post = selectors.post(actor, post_id)
    found = rules.of(actor.workspace_id)
    if found.mode == ApprovalMode.OFF:
        sentence = "Approvals are off in this workspace. An admin turns them on in the settings."
        raise Conflict(PublishingError.APPROVAL_OFF, sentence)
    with transaction.atomic():
        lock_posts([post.pk])
        rows = _open_targets(post)
        if not rows:
            sentence = "Choose at least one account that this has not gone out to, then send it for approval."
            raise ValidationFailed(PublishingError.NO_TARGETS, sentence)
        if _approved(post, rows):
            raise Conflict(PublishingError.WRONG_STATE, "This is approved as it is. Nothing needs to be asked.")
        return _ask(actor, post, rows, found, note)


def ensure(*, actor: Actor, post_id: UUID) -> ApprovalRequest | None:
    """Ask for the approval that a planned post waits for, unless it was asked for already; None when it needs none."""
    with transaction.atomic():
        lock_posts([post_id])
        post = selectors.posts(actor).filter(pk=post_id).first()
        found = rules.of(actor.workspace_id)
        if post is None or found.mode != ApprovalMode.REQUIRED:
            return None
        rows = _open_targets(post)
        if not any(row.state == TargetState.NEEDS_APPROVAL for row in rows) or _approved(post, rows):
            return None
        return _ask(actor, post, rows, found, "")


def follow_edit(*, actor: Actor, post_id: UUID) -> None:
    """After a post was changed: an approval of what it was is none of what it is now, so planned posts ask again.

    A draft's open request ends; whoever wrote it sends it again when it is done.
    """
    open_one = ApprovalRequest.objects.for_workspace(actor.workspace_id).filter(
        post_id=post_id, state=ApprovalState.OPEN
    )
    if not open_one.exists() and not approval.is_required(actor.workspace_id):
        return
    release.settle(post_id)
    if ensure(actor=actor, post_id=post_id) is not None:
        return
    post = selectors.post(actor, post_id)
    now = {approval.digest_of(row) for row in _open_targets(post)}
    for request in open_one:
        if set(request.digests) != now:
            close(request, ApprovalState.OUTDATED)


def withdraw(*, actor: Actor, request_id: UUID) -> ApprovalRequest:
    """Take a request back; what waited for it is a draft again."""
    policy.require(actor, Action.WRITE)
    with transaction.atomic():
        request = locked(actor.workspace_id, request_id)
        if request.state != ApprovalState.OPEN:
            raise closed(request)
        close(request, ApprovalState.WITHDRAWN)
        decide(request, people.voice_of(actor), ApprovalVerdict.WITHDRAWN, "")
        release.unplan(request.post_id)
        audit.record(actor, "approval.withdraw", ("approval", request.pk), {"post": str(request.post_id)})
    return request


def locked(workspace_id: UUID, request_id: UUID) -> ApprovalRequest:
    """A request with its post locked, in the caller's transaction; `NotFound` for a stranger's."""
    rows = ApprovalRequest.objects.for_workspace(workspace_id).filter(pk=request_id, post__deleted_at__isnull=True)
    post_id = rows.values_list("post_id", flat=True).first()
    if post_id is None:
        raise NotFound
    lock_posts([post_id])
    return rows.select_related("post", "requested_by").get()


def close(request: ApprovalRequest, state: ApprovalState) -> None:
    """End a request, in the caller's transaction, which has locked its post."""
    columns = {"state": state, "decided_at": clock.now(), "updated_at": clock.now()}
    ApprovalRequest.objects.filter(pk=request.pk).update(**columns, remind_at=None)
    request.state, request.decided_at, request.remind_at = state, clock.now(), None


def decide(request: ApprovalRequest, voice: people.Voice, verdict: ApprovalVerdict, text: str) -> None:
    """Write down what somebody decided."""
    ApprovalDecision.objects.create(
        workspace_id=request.workspace_id,
        request=request,
        level=request.level,
        verdict=verdict,
        text=text,
        at=clock.now(),
        **voice.columns,
    )


def closed(request: ApprovalRequest) -> Conflict:
    """The refusal to decide about what waits for nobody."""
    words = {
        ApprovalState.OUTDATED: "The post was changed since, so this version cannot be decided any more.",
        ApprovalState.WITHDRAWN: "This was taken back, so nothing is to be decided.",
        ApprovalState.APPROVED: "This is approved already.",
        ApprovalState.CHANGES_REQUESTED: "Changes were asked for already. The post comes back once it was changed.",
    }
    return Conflict(PublishingError.APPROVAL_CLOSED, words[ApprovalState(request.state)], {"state": request.state})


def _open_targets(post: Post) -> list[PostTarget]:
    return [row for row in post.targets.all() if row.state not in _OVER]


def _approved(post: Post, rows: Sequence[PostTarget]) -> bool:
    """Whether everything that is still to be sent was approved, whatever the rules say now."""
    found = ApprovalRequest.objects.for_workspace(post.workspace_id).filter(
        post_id=post.pk, state=ApprovalState.APPROVED
    )
    names = {name for digests in found.values_list("digests", flat=True) for name in digests}
    return all(approval.digest_of(row) in names for row in rows)


def _ask(actor: Actor, post: Post, rows: Sequence[PostTarget], found: ApprovalPolicy, note: str) -> ApprovalRequest:
    """The request for what a post is now: the open one when it is of just this, else a new one in its place."""
    snapshot = [_shown(row) for row in rows]
    digests = [each["digest"] for each in snapshot]
    requests = ApprovalRequest.objects.for_workspace(post.workspace_id).filter(post_id=post.pk)
    present = requests.filter(state=ApprovalState.OPEN).first()
    if present is not None:
        if set(present.digests) == set(digests):
            return present
        close(present, ApprovalState.OUTDATED)
    now = clock.now()
    deadline = now + timedelta(hours=found.deadline_hours) if found.deadline_hours else None
    last = requests.aggregate(last=Max("number"))["last"] or 0
    request = ApprovalRequest.objects.create(
        workspace_id=post.workspace_id,
        post=post,
        number=last + 1,
        snapshot=snapshot,
        digests=digests,
        levels=found.levels,
        authors=_authors(actor, post),
        allow_own=found.allow_own,
        note=note.strip(),
        requested_by_id=actor.user_id or post.created_by_id,
        deadline_at=deadline,
        remind_at=deadline - timedelta(hours=found.reminder_hours) if deadline and found.reminder_hours else None,
        deputy_id=found.deputy_id,
    )
    release.say_waiting(post.pk)
    audit.record(actor, "approval.request", ("approval", request.pk), {"post": str(post.pk), "number": request.number})
    tell(request, "requested")
    return request


def tell(request: ApprovalRequest, event: str) -> None:
    """Let those above hear of it, in the caller's transaction."""
    ids = {"request_id": request.pk, "workspace_id": request.workspace_id}
    signals.approval_changed.send(ApprovalRequest, event=event, **ids)


def _authors(actor: Actor, post: Post) -> list[str]:
    """Who wrote what is to be approved: whoever made the post, changed it, or sends it."""
    rows = AuditEvent.objects.for_workspace(post.workspace_id).filter(subject_type="post", subject_id=str(post.pk))
    rows = rows.filter(verb__in=WROTE, actor_user_id__isnull=False)
    found = {*rows.values_list("actor_user_id", flat=True), post.created_by_id, actor.user_id}
    return sorted(str(key) for key in found if key is not None)


def _shown(row: PostTarget) -> dict[str, Any]:
    """One account's share as people see it when they decide."""
    spec = approval.spec_of(row)
    return {
        "account_id": str(row.account_id),
        "account": row.account.handle,
        "platform": row.platform,
        "text": spec.text,
        "title": spec.title,
        "options": dict(spec.options),
        "media": [
            {
                "file_id": item.file_id,
                "name": item.name,
                "content_type": item.content_type,
                "duration": item.duration_s,
                "width": item.width,
                "height": item.height,
            }
            for item in spec.media
        ],
        "thumbnail": spec.thumbnail.file_id if spec.thumbnail else None,
        "digest": approval.digest(row.account_id, spec),
    }


def order(post_id: UUID, workspace_id: UUID) -> None:
    """Ask for the approval of what has come to wait for it, by a job, in the caller's transaction."""
    jobs.enqueue(
        kind=ASK, actor=Actor.system(workspace_id), subject=("post", post_id), unique_key=f"approval:{post_id}"
    )
