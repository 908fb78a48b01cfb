"""The one place that does what was decided: receipt, state, account, signals and events of one transition."""

from typing import Any
from uuid import UUID

from django.db import transaction

from core import clock
from publishing import signals
from publishing.engine import commit_lock, grants, receipts, secrets
from publishing.engine.decide.model import Receipt, Transition
from publishing.engine.receipts import Superseded
from publishing.models import AccountStatus, Attempt, PostTarget, SocialAccount
from publishing.schedule import blocked, queueing
from publishing.states import TargetState
from publishing.transitions import move, publish_events


def apply(
    target: PostTarget, decided: Transition, *, fence: UUID | None = None, attempt: Attempt | None = None
) -> Transition:
    """Write a transition; the one that was applied in the end. Raises `Superseded` when the fence has moved on.

    `fence` is the token of the run that owns the target (None: whoever calls owns it), `attempt` the open receipt.
    """
    together = decided.receipt is not None and decided.receipt.with_state
    if decided.hold_account is not None:
        until, why = decided.hold_account
        SocialAccount.objects.filter(pk=target.account_id).update(hold_until=until, problem=why[:300])
    if not together:
        _close(target, decided, attempt)
    if decided.to is None:
        return decided
    with transaction.atomic():
        if together:
            _close(target, decided, attempt)
        if decided.if_reconnected is not None and grants.reconnected(target.account):
            decided = decided.if_reconnected
        if decided.account_problem:
            _mark_account(target.account_id, decided.account_problem)
        _write(target, decided, fence)
        if decided.settle_after is not None:
            queueing.order_settling(target, decided.settle_after)
        if decided.asks:
            ids = {"target_id": target.pk, "post_id": target.post_id, "workspace_id": target.workspace_id}
            signals.target_asks.send(PostTarget, **ids)
    if decided.asks or decided.publishes_progress:
        publish_events([target])
    if decided.to == TargetState.ACTION_REQUIRED:
        blocked.follow_accounts([target.account_id])
    return decided


def _close(target: PostTarget, decided: Transition, attempt: Attempt | None) -> None:
    """Complete the receipt, and give the account's commit lock back."""
    if decided.receipt is not None and attempt is not None:
        _complete(attempt, decided.receipt)
    if decided.release_lock:
        commit_lock.release(target.pk, target.account_id)


def _complete(attempt: Attempt, receipt: Receipt) -> None:
    receipts.complete(
        attempt,
        receipt.outcome,
        status=receipt.status,
        code=receipt.code,
        words=receipt.words,
        sentence=receipt.sentence,
        next_at=receipt.next_at,
        details=dict(receipt.details),
    )


def _mark_account(account_id: UUID, problem: str) -> None:
    SocialAccount.objects.filter(pk=account_id, status=AccountStatus.CONNECTED).update(
        status=AccountStatus.ERROR, problem=problem[:300], updated_at=clock.now()
    )


def _write(target: PostTarget, decided: Transition, fence: UUID | None) -> None:
    assert decided.to is not None
    columns: dict[str, Any] = {}
    if decided.checkpoint is not None:
        columns = secrets.checkpoint_columns(target, decided.checkpoint)
    moved = move(target, decided.to, fence=fence, **{**columns, **decided.fields})
    if not moved and fence is not None:
        raise Superseded
