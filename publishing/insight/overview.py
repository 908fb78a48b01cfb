"""What an operator sees first of publishing: for each platform how much is where, and which errors there are."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, Q

from core import clock
from publishing.models import PostTarget, in_group
from publishing.platforms.registry import ADAPTERS
from publishing.states import IN_FLIGHT, StateGroup, TargetState

RECENT = timedelta(days=1)
# What an operator watches. Scheduled posts are not counted: there may be millions.
OPEN = Q(state__in=sorted({*IN_FLIGHT, TargetState.IN_INBOX}))


@dataclass(frozen=True, slots=True)
class PlatformSummary:
    """One platform: posts that are due but not started, on their way, waiting for a time, being looked for, asking a
    person, waiting in an inbox as drafts, and failed within a day."""

    platform: str
    label: str
    late: int = 0
    moving: int = 0
    waiting: int = 0
    unconfirmed: int = 0
    asks: int = 0
    in_inbox: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class ErrorSummary:
    """An error code of one platform, among what waits, asks, or failed within a day."""

    platform: str
    code: str
    count: int
    latest: object


def lines() -> list[PlatformSummary]:
    """Every platform, in the system scope."""
    now = clock.now()
    counts: dict[str, dict[str, Any]] = {
        row["platform"]: dict(row)
        for row in PostTarget.objects.filter(OPEN)
        .values("platform")
        .annotate(
            moving=Count("pk", filter=in_group(StateGroup.PUBLISHING)),
            waiting=Count("pk", filter=in_group(StateGroup.WAITING)),
            unconfirmed=Count("pk", filter=in_group(StateGroup.UNCONFIRMED)),
            asks=Count("pk", filter=in_group(StateGroup.NEEDS_YOU)),
            in_inbox=Count("pk", filter=in_group(StateGroup.IN_INBOX)),
        )
        .order_by()
    }
    late = _by_platform(Q(state=TargetState.SCHEDULED, due_at__lt=now, held=False))
    failed = _by_platform(Q(state=TargetState.FAILED, finished_at__gte=now - RECENT))
    result = []
    for name, adapter in ADAPTERS.items():
        row = {key: value for key, value in counts.get(name, {}).items() if key != "platform"}
        result.append(PlatformSummary(name, adapter.label, late=late.get(name, 0), failed=failed.get(name, 0), **row))
    return result


def _by_platform(which: Q) -> dict[str, int]:
    rows = PostTarget.objects.filter(which).values("platform").annotate(count=Count("pk")).order_by()
    return {row["platform"]: row["count"] for row in rows}


def troubles(limit: int = 12) -> list[ErrorSummary]:
    """The most frequent errors of what waits, asks, or failed within a day; in the system scope."""
    waits = Q(state__in=[TargetState.WAITING, TargetState.UNCONFIRMED, TargetState.ACTION_REQUIRED])
    failed = Q(state=TargetState.FAILED, finished_at__gte=clock.now() - RECENT)
    rows = (
        PostTarget.objects.filter(waits | failed)
        .exclude(error_code="")
        .values("platform", "error_code")
        .annotate(count=Count("pk"), latest=Max("updated_at"))
        .order_by("-count", "platform", "error_code")[:limit]
    )
    return [ErrorSummary(row["platform"], row["error_code"], row["count"], row["latest"]) for row in rows]
