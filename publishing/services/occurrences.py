"""Making the posts of recurring posts ahead of time.

Each time of a rule is one `RecurringOccurrence`, written in the transaction that makes and schedules its post, with the
rule locked: a run that is killed leaves whole posts behind, and the next one goes on after them.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

import jobs
from core import clock
from core.actor import Actor
from core.errors import DomainError, NotFound
from publishing.models import Post, RecurringMedia, RecurringOccurrence, RecurringPost, RecurringState
from publishing.schedule import walltime
from publishing.schedule.recurrence import Pattern
from publishing.schedule.walltime import Instant
from publishing.services import posts, schedule
from publishing.services.posts import Content, TargetInput
from publishing.services.schedule import When

KIND = "publish.recurring"
# How far ahead posts are made, and how often that is looked at.
AHEAD, CHECK_EVERY = timedelta(days=30), timedelta(hours=6)
_AT_ONCE = 500


def order_due() -> int:
    """Order the making of what is due; how many rules. Called every few minutes, in the system scope."""
    due = RecurringPost.objects.filter(state=RecurringState.ACTIVE, check_at__lte=clock.now())
    rows = list(due.order_by("check_at", "id")[:_AT_ONCE])
    if rows:
        with transaction.atomic():
            jobs.enqueue_many(
                kind=KIND,
                orders=[
                    jobs.Order(Actor.system(row.workspace_id), ("recurring_post", row.pk), _key(row.pk), clock.now())
                    for row in rows
                ],
            )
    return len(rows)


def make_ahead(workspace_id: UUID, rule_id: UUID, check: Callable[[], Any] = lambda: None) -> int:
    """Make a rule's posts of the next 30 days that are not made yet; how many. May be repeated at any point.

    What stands in the way of a post is kept as the rule's `problem`, and tried again until its time has passed.
    """
    count, problem = 0, ""
    try:
        while _make_one(workspace_id, rule_id):
            count += 1
            check()
    except NotFound:
        return count
    except DomainError as error:
        problem = error.message
    now = clock.now()
    rule = RecurringPost.objects.for_workspace(workspace_id).filter(pk=rule_id, state=RecurringState.ACTIVE)
    rule.update(problem=problem, check_at=now + CHECK_EVERY, updated_at=now)
    _end(workspace_id, rule_id)
    return count


def _make_one(workspace_id: UUID, rule_id: UUID) -> bool:
    with transaction.atomic():
        rule = locked(workspace_id, rule_id)
        return rule.state == RecurringState.ACTIVE and make_next(rule, within=AHEAD)


def _end(workspace_id: UUID, rule_id: UUID) -> None:
    """A rule without a time to come has ended; its last post may still be on its way."""
    with transaction.atomic():
        rule = locked(workspace_id, rule_id)
        now = clock.now()
        known = list(rule.occurrences.values_list("at", flat=True))
        if (
            rule.state == RecurringState.ACTIVE
            and not any(at > now for at in known)
            and next_missing(rule, known) is None
        ):
            RecurringPost.objects.filter(pk=rule.pk).update(state=RecurringState.ENDED, updated_at=now)


def locked(workspace_id: UUID, rule_id: UUID) -> RecurringPost:
    row = RecurringPost.objects.for_workspace(workspace_id).select_for_update().filter(pk=rule_id).first()
    if row is None:
        raise NotFound
    return row


def next_missing(rule: RecurringPost, known: Sequence[datetime]) -> tuple[Instant, int] | None:
    """The first instant to come that has no post yet, and its number; None when all are made."""
    if rule.count is not None and len(known) >= rule.count:
        return None
    served = {day_of(rule, at) for at in known}
    for instant in Pattern.of(rule).instants(clock.now()):
        if day_of(rule, instant.at) not in served:
            return instant, sum(at < instant.at for at in known) + 1
    return None


def day_of(rule: RecurringPost, at: datetime) -> date:
    """The day of an instant where the rule lives. A day has one post, also when the rule's time of day changes."""
    return walltime.to_wall(at, rule.zone).date()


def make_next(rule: RecurringPost, within: timedelta | None = None) -> bool:
    """Make the next missing post of a locked rule; False when there is none (within the time, if given)."""
    found = next_missing(rule, list(rule.occurrences.values_list("at", flat=True)))
    if found is None or (within is not None and found[0].at > clock.now() + within):
        return False
    instant, number = found
    actor = _maker(rule)
    content = content_of(rule, number)
    post = posts.create_post(actor=actor, source=content.source, **content.as_changes())
    plan(actor, post, instant)
    RecurringOccurrence.objects.create(
        workspace_id=rule.workspace_id, rule=rule, at=instant.at, number=number, post=post,
        post_version=post.version, note=instant.note(),
    )  # fmt: skip
    return True


def _maker(rule: RecurringPost) -> Actor:
    """The product, for whoever made the rule: they hear of what becomes of its posts."""
    return replace(Actor.system(rule.workspace_id), user_id=rule.created_by_id)


def plan(actor: Actor, post: Post, instant: Instant) -> None:
    schedule.schedule_post(actor=actor, post_id=post.pk, when=When(at=instant.at, zone=instant.zone))


def content_of(rule: RecurringPost, number: int) -> Content:
    shares = [
        TargetInput(UUID(share["account_id"]), share["text"], share["title"], share["options"]) for share in rule.shares
    ]
    files = list(RecurringMedia.objects.filter(rule=rule).values_list("file_id", flat=True))
    text = rule.texts[(number - 1) % len(rule.texts)]
    return Content(text, files, shares, rule.campaign, ("recurring_post", rule.pk))


def order(rule: RecurringPost) -> None:
    jobs.enqueue(
        kind=KIND,
        actor=Actor.system(rule.workspace_id),
        subject=("recurring_post", rule.pk),
        unique_key=_key(rule.pk),
    )


def _key(rule_id: UUID) -> str:
    return f"{KIND}:{rule_id}"
