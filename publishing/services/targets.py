"""What a person does to one account's share while it is on its way: try again, cancel, answer."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

import jobs
from accounts import audit, policy
from accounts.policy import Action
from core import clock
from core.actor import Actor
from core.errors import Conflict, ValidationFailed
from publishing import selectors
from publishing.engine import sentences
from publishing.errors import PublishingError, TargetError
from publishing.models import AccountStatus, PostTarget
from publishing.platforms.registry import adapter_for
from publishing.schedule import approval, queueing, specs
from publishing.states import EDITABLE, IN_FLIGHT, TargetState, WaitReason
from publishing.transitions import move

_FRESH: dict[str, Any] = {
    "checkpoint": {},
    "checkpoint_sealed": "",
    "checkpoint_expires_at": None,
    "committed": False,
    "transient_count": 0,
    "progress_pct": 0,
    "run_token": None,
}
AT_ONCE = 500
_LATELY = timedelta(days=14)
_RETRYABLE = frozenset({TargetState.FAILED, TargetState.WAITING, TargetState.ACTION_REQUIRED})


def retry(*, actor: Actor, post_id: UUID, target_id: UUID) -> PostTarget:
    """Go on now: a failed target starts again, a waiting one stops waiting, a parked one is taken up again."""
    policy.require(actor, Action.PUBLISH)
    target = selectors.target(actor, post_id, target_id)
    if target.state not in _RETRYABLE:
        raise Conflict(PublishingError.WRONG_STATE, "There is nothing to try again here.", {"state": target.state})
    if target.account.grant_id is None:
        sentence = f"{target.account.handle} is disconnected. Connect it again first."
        raise Conflict(PublishingError.ACCOUNT_NOT_CONNECTED, sentence)
    if not target.committed and approval.holds(target):
        sentence = "This workspace sends nothing without approval. Send the post for approval, then try it again."
        raise Conflict(PublishingError.APPROVAL_REQUIRED, sentence)
    with transaction.atomic():
        requeue(target, actor)
        audit.record(actor, "target.retry", ("post_target", target.pk), {"platform": target.platform})
    return selectors.target(actor, post_id, target_id)


def requeue(target: PostTarget, actor: Actor) -> None:
    """Put a stopped or parked target back on its way. What may be live is looked for first, never sent again."""
    now = clock.now()
    try:
        with transaction.atomic():
            if target.unconfirmed_at is not None and target.committed:
                moved = move(
                    target,
                    TargetState.UNCONFIRMED,
                    transient_count=0,
                    run_token=None,
                    asked_at=None,
                    error_code=TargetError.UNCONFIRMED,
                    error_sentence=sentences.looking(adapter_for(target.platform, target.account.via).label),
                    error_words="",
                )
            elif target.state == TargetState.FAILED:
                moved = move(target, TargetState.QUEUED, queued_at=now, finished_at=None, **_FRESH)
            else:
                moved = move(target, TargetState.QUEUED, transient_count=0, run_token=None)
            if not moved:
                raise Conflict(PublishingError.WRONG_STATE, "This has changed in the meantime. Check again.")
            queueing.order(target, actor)
    except IntegrityError:
        spec = specs.thaw(target.platform, target.spec)
        raise Conflict(PublishingError.DUPLICATE_CONTENT, queueing.duplicate(spec)) from None


def cancel(*, actor: Actor, post_id: UUID, target_id: UUID) -> PostTarget:
    """Stop a target for good, as long as nothing that may become public was sent.

    A draft in a platform's inbox becomes public only by the person's own hand: cancelling it here means that they threw
    it away there.
    """
    policy.require(actor, Action.PUBLISH)
    target = selectors.target(actor, post_id, target_id)
    if target.state == TargetState.CANCELLED:
        return target
    if target.state not in IN_FLIGHT | EDITABLE | {TargetState.IN_INBOX}:
        raise Conflict(PublishingError.WRONG_STATE, "This has already ended.", {"state": target.state})
    label = adapter_for(target.platform, target.account.via).label
    with transaction.atomic():
        # The condition decides against a commit step that begins at the same moment.
        if not move(target, TargetState.CANCELLED, only_if=Q(committed=False) | Q(state=TargetState.IN_INBOX)):
            sentence = f"It is already at {label} and may be live any moment, so it cannot be cancelled here any more."
            raise Conflict(PublishingError.PAST_COMMIT, sentence)
        jobs.wake_waiting(actor=actor, unique_key=queueing.job_key(target.pk))
        audit.record(actor, "target.cancel", ("post_target", target.pk), {"platform": target.platform})
    return selectors.target(actor, post_id, target_id)


def resolve_live(*, actor: Actor, post_id: UUID, target_id: UUID, link: str) -> PostTarget:
    """The person says: it is live, and this is its link. Also of a draft that they posted in the platform's app."""
    policy.require(actor, Action.PUBLISH)
    target = _asked(actor, post_id, target_id, or_in=TargetState.IN_INBOX)
    adapter = adapter_for(target.platform, target.account.via)
    external_id = adapter.post_id_of(link.strip())
    if not external_id:
        sentence = f"This is not a link to a {adapter.label} post. Open the post on {adapter.label} and copy its link."
        raise ValidationFailed(PublishingError.LINK_INVALID, sentence, fields={"link": [sentence]})
    with transaction.atomic():
        moved = move(
            target,
            TargetState.PUBLISHED,
            external_id=external_id,
            permalink=link.strip(),
            published_at=clock.now() if target.state == TargetState.IN_INBOX else target.committed_at or clock.now(),
            unconfirmed_at=None,
            asked_at=None,
            progress_pct=100,
            note="Confirmed by a person.",
        )
        if not moved:
            raise Conflict(PublishingError.WRONG_STATE, "This has changed in the meantime. Check again.")
        audit.record(actor, "target.resolve_live", ("post_target", target.pk), {"link": link.strip()})
    return selectors.target(actor, post_id, target_id)


def resolve_not_live(*, actor: Actor, post_id: UUID, target_id: UUID) -> PostTarget:
    """The person says: it is not live; send it again from the beginning."""
    policy.require(actor, Action.PUBLISH)
    target = _asked(actor, post_id, target_id)
    with transaction.atomic():
        moved = move(
            target,
            TargetState.QUEUED,
            unconfirmed_at=None,
            asked_at=None,
            negatives=0,
            negative_since=None,
            **_FRESH,
        )
        if not moved:
            raise Conflict(PublishingError.WRONG_STATE, "This has changed in the meantime. Check again.")
        queueing.order(target, actor)
        audit.record(actor, "target.resolve_not_live", ("post_target", target.pk))
    return selectors.target(actor, post_id, target_id)


def _asked(actor: Actor, post_id: UUID, target_id: UUID, or_in: TargetState | None = None) -> PostTarget:
    target = selectors.target(actor, post_id, target_id)
    if not target.waits_for_answer and target.state != or_in:
        raise Conflict(
            PublishingError.WRONG_STATE, "There is no open question about this post.", {"state": target.state}
        )
    return target


def look_again(*, actor: Actor, post_id: UUID, target_id: UUID) -> PostTarget:
    """Look once more now whether an unconfirmed post is live."""
    policy.require(actor, Action.PUBLISH)
    target = selectors.target(actor, post_id, target_id)
    if target.state != TargetState.UNCONFIRMED:
        raise Conflict(PublishingError.WRONG_STATE, "There is nothing to check here.", {"state": target.state})
    with transaction.atomic():
        queueing.order(target, actor)
        audit.record(actor, "target.look_again", ("post_target", target.pk))
    return target


def resume_parked(account_ids: list[UUID], actor: Actor) -> int:
    """After a reconnect: whatever waited for these accounts goes on by itself."""
    rows = PostTarget.objects.select_related("account").filter(
        account_id__in=account_ids,
        account__status=AccountStatus.CONNECTED,
        state=TargetState.ACTION_REQUIRED,
        error_code__in=("auth_expired", "account_type"),
    )
    return _requeue_all(rows, actor)


def stuck(actor: Actor) -> QuerySet[PostTarget]:
    """What "Try all again" takes up: parked, waiting to be tried again, or failed lately by nobody's decision; of
    accounts that can post. What a platform refused is not among it: it would be refused again."""
    policy.require(actor, Action.READ)
    ours = Q(state=TargetState.FAILED, error_code__in=(TargetError.TRANSIENT, TargetError.INTERNAL))
    ours &= Q(finished_at__gte=clock.now() - _LATELY)
    retried = Q(state=TargetState.WAITING, wait_reason=WaitReason.RETRY)
    rows = PostTarget.objects.for_workspace(actor.workspace_id).filter(
        Q(state=TargetState.ACTION_REQUIRED) | retried | ours,
        post__deleted_at__isnull=True,
        account__status=AccountStatus.CONNECTED,
    )
    return rows.select_related("account")


def retry_all(*, actor: Actor) -> int:
    """Try everything that is stuck again, the longest due first, at most 500 at once; how many went on."""
    policy.require(actor, Action.PUBLISH)
    count = _requeue_all(stuck(actor), actor)
    audit.record(actor, "target.retry_all", ("workspace", actor.workspace_id), {"count": count})
    return count


def _requeue_all(rows: QuerySet[PostTarget], actor: Actor) -> int:
    """One that cannot be taken up (its twin is on its way) holds up none of the others."""
    count = 0
    for target in rows.order_by("due_at", "id")[:AT_ONCE]:
        try:
            requeue(target, actor)
        except Conflict:
            continue
        count += 1
    return count
