"""Fetching numbers on the learning grid. A number that was fetched twice counts once."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import policy
from accounts.policy import Action
from analytics.fetch_times import GRID, MAX_FAILURES, RETRY, slot_for_age
from analytics.models import AccountSnapshot, LatestMetrics, MetricPlan, MetricSnapshot
from core import clock
from core.actor import Actor
from core.errors import DomainError, NotFound
from jobs import enqueue
from publishing.models import AccountStatus, PostTarget, SocialAccount
from publishing.services import metrics as platform_metrics
from publishing.states import TargetState

LEARN_DELAY = timedelta(seconds=30)
SOONEST = timedelta(seconds=15)
_COUNTS = ("views", "likes", "comments", "shares", "saves", "watch_time_s")


@dataclass(frozen=True, slots=True)
class Taken:
    """Numbers that were fetched, not yet kept: `keep` runs in the transaction that ends the job."""

    result: dict[str, Any]
    keep: Callable[[], None]


def follow(*, workspace_id: UUID, target_id: UUID) -> None:
    """Begin to follow a live post: the first numbers are due at once."""
    target = PostTarget.objects.for_workspace(workspace_id).filter(pk=target_id, state=TargetState.PUBLISHED).first()
    if target is None:
        return
    plan, _ = MetricPlan.objects.get_or_create(
        target=target, defaults={"workspace_id": workspace_id, "next_at": clock.now()}
    )
    _enqueue_fetch(plan)


def enqueue_due() -> None:
    """Order a fetch for every post whose next numbers are due; runs in the system scope."""
    due = MetricPlan.objects.filter(next_at__lte=clock.now()).order_by("next_at", "id")[:500]
    for plan in due:
        with transaction.atomic():
            _enqueue_fetch(plan)


def _enqueue_fetch(plan: MetricPlan) -> None:
    enqueue(
        kind="analytics.fetch",
        actor=Actor.system(plan.workspace_id),
        subject=("target", plan.target_id),
        unique_key=f"analytics.fetch:{plan.target_id}",
    )


def refresh(*, actor: Actor, target_ids: Sequence[UUID]) -> None:
    """Fetch the numbers of posts now, because a person asked. Platforms count such calls, so viewers may not."""
    policy.require(actor, Action.WRITE)
    plans = list(MetricPlan.objects.for_workspace(actor.workspace_id).filter(target_id__in=target_ids))
    if len(plans) < len(set(target_ids)):
        raise NotFound("not_followed", "Numbers exist only for posts that are live.")
    with transaction.atomic():
        MetricPlan.objects.filter(pk__in=[plan.pk for plan in plans]).update(next_at=clock.now(), failures=0)
        for plan in plans:
            _enqueue_fetch(plan)


def fetch(*, workspace_id: UUID, target_id: UUID) -> Taken:
    """Ask the platform for a live post's numbers. Raises `NotFound` when it is followed no longer."""
    plan = (
        MetricPlan.objects.for_workspace(workspace_id)
        .select_related("target__account")
        .filter(target_id=target_id)
        .first()
    )
    if plan is None or plan.target.published_at is None:
        raise NotFound()
    try:
        numbers = platform_metrics.fetch(target_id)
    except DomainError as error:
        sentence = error.message
        return Taken({"error": error.code}, lambda: _postpone(plan, sentence))
    counts = asdict(numbers)
    shown = {name: counts[name] for name in _COUNTS}
    return Taken(shown, lambda: _keep(plan, counts))


def _locked(plan: MetricPlan) -> MetricPlan:
    """The plan as it stands now, for the caller's transaction: it was read before the platform was asked."""
    return MetricPlan.objects.select_for_update(of=("self",)).select_related("target__account").get(pk=plan.pk)


def _save(plan: MetricPlan) -> None:
    plan.save(update_fields=["slot", "next_at", "failures", "last_error", "updated_at"])


def _postpone(plan: MetricPlan, sentence: str) -> None:
    plan = _locked(plan)
    failures = plan.failures + 1
    wait = RETRY * min(2 ** (failures - 1), 32)
    plan.failures, plan.last_error = failures, sentence[:300]
    plan.next_at = clock.now() + wait
    if failures >= MAX_FAILURES:
        _advance(plan)
        plan.failures = 0
    _save(plan)


def _advance(plan: MetricPlan) -> None:
    """On to the next slot of the grid that is still to come."""
    assert plan.target.published_at is not None
    age = clock.now() - plan.target.published_at
    plan.slot = slot_for_age(age, plan.slot) + 1
    plan.next_at = plan.target.published_at + GRID[plan.slot][1] if plan.slot < len(GRID) else None


def _ask_soon(plan: MetricPlan, age: timedelta) -> None:
    """The platform has nothing to say of the post yet (it is being moderated): ask again, ever less often."""
    assert plan.target.published_at is not None
    later = clock.now() + max(SOONEST, age / 2)
    following = slot_for_age(age) + 1
    if following < len(GRID):
        later = min(later, plan.target.published_at + GRID[following][1])
    plan.next_at = later
    _save(plan)


def _keep(plan: MetricPlan, counts: dict[str, Any]) -> None:
    plan = _locked(plan)
    target, now = plan.target, clock.now()
    assert target.published_at is not None
    age = now - target.published_at
    if all(counts[name] is None for name in _COUNTS):
        _ask_soon(plan, age)
        return
    slot = min(slot_for_age(age, 0), len(GRID) - 1)
    followers = counts.pop("follower_count")
    snapshot, _ = MetricSnapshot.objects.update_or_create(
        target=target,
        slot=GRID[slot][0],
        defaults={
            "workspace_id": plan.workspace_id,
            "taken_at": now,
            "age_s": age.total_seconds(),
            "followers": followers if followers is not None else target.account.follower_count,
            **counts,
        },
    )
    LatestMetrics.objects.update_or_create(
        target=target,
        defaults={
            "workspace_id": plan.workspace_id,
            "snapshot": snapshot,
            "published_at": target.published_at,
            "platform": target.platform,
            "taken_at": now,
            **{name: counts[name] for name in _COUNTS},
        },
    )
    plan.failures, plan.last_error = 0, ""
    plan.slot = slot
    _advance(plan)
    _save(plan)
    enqueue(
        kind="analytics.learn",
        actor=Actor.system(plan.workspace_id),
        subject=("workspace", plan.workspace_id),
        unique_key=f"analytics.learn:{plan.workspace_id}",
        run_at=now + LEARN_DELAY,
    )


def enqueue_follower_counts() -> None:
    """Order the daily follower count of every connected account; runs in the system scope."""
    today = clock.now().date()
    accounts = SocialAccount.objects.filter(status=AccountStatus.CONNECTED).exclude(snapshots__on=today)
    for account in accounts.only("pk", "workspace_id")[:1000]:
        with transaction.atomic():
            enqueue(
                kind="analytics.followers",
                actor=Actor.system(account.workspace_id),
                subject=("account", account.pk),
                unique_key=f"analytics.followers:{account.pk}",
            )


def count_followers(*, workspace_id: UUID, account_id: UUID) -> Callable[[], None]:
    """Ask for an account's followers; the answer keeps the day's count."""
    account = SocialAccount.objects.for_workspace(workspace_id).filter(pk=account_id).first()
    if account is None or account.status != AccountStatus.CONNECTED:
        return lambda: None
    try:
        count = platform_metrics.followers(account_id)
    except DomainError:
        # The count of a day may be missing; the next round of the day asks again.
        return lambda: None
    if count is None:
        return lambda: None

    def keep() -> None:
        on = clock.now().date()
        try:
            with transaction.atomic():
                AccountSnapshot.objects.create(workspace_id=workspace_id, account=account, on=on, followers=count)
        except IntegrityError:
            AccountSnapshot.objects.filter(account=account, on=on).update(followers=count)

    return keep


def forget_gone() -> None:
    """Stop following posts that were removed; runs in the system scope."""
    MetricPlan.objects.filter(target__post__deleted_at__isnull=False).update(next_at=None)
