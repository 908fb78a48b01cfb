"""What an operator sees first of publishing: for each platform how much is where, and which errors there are."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, Q

from core import clock
from publishing.models import PostTarget
from publishing.platforms.registry import ADAPTERS
from publishing.states import MOVING, TargetState

RECENT = timedelta(days=1)
_ASKS = Q(state=TargetState.ACTION_REQUIRED) | Q(state=TargetState.UNCONFIRMED, asked_at__isnull=False)
_LOOKS = Q(state=TargetState.UNCONFIRMED, asked_at__isnull=True)


@dataclass(frozen=True, slots=True)
class Line:
    """One platform: posts that are due but not started, on their way, waiting for a time, being looked for, asking a
    person, and failed within a day."""

    platform: str
    label: str
    late: int = 0
    moving: int = 0
    waiting: int = 0
    unconfirmed: int = 0
    asks: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error code of one platform, among what waits, asks, or failed within a day."""

    platform: str
    code: str
    count: int
    latest: object


def lines() -> list[Line]:
    """Every platform, in the system scope. Scheduled posts are not counted: there may be millions."""
    now = clock.now()
    moving = sorted({*MOVING, TargetState.QUEUED})
    open_ones = [*moving, TargetState.WAITING, TargetState.UNCONFIRMED, TargetState.ACTION_REQUIRED]
    counts: dict[str, dict[str, Any]] = {
        row["platform"]: dict(row)
        for row in PostTarget.objects.filter(state__in=open_ones)
        .values("platform")
        .annotate(
            moving=Count("pk", filter=Q(state__in=moving)),
            waiting=Count("pk", filter=Q(state=TargetState.WAITING)),
            unconfirmed=Count("pk", filter=_LOOKS),
            asks=Count("pk", filter=_ASKS),
        )
        .order_by()
    }
    late = _by_platform(Q(state=TargetState.SCHEDULED, due_at__lt=now))
    failed = _by_platform(Q(state=TargetState.FAILED, finished_at__gte=now - RECENT))
    result = []
    for name, adapter in ADAPTERS.items():
        row = {key: value for key, value in counts.get(name, {}).items() if key != "platform"}
        result.append(Line(name, adapter.label, late=late.get(name, 0), failed=failed.get(name, 0), **row))
    return result


def _by_platform(which: Q) -> dict[str, int]:
    rows = PostTarget.objects.filter(which).values("platform").annotate(count=Count("pk")).order_by()
    return {row["platform"]: row["count"] for row in rows}


def troubles(limit: int = 12) -> list[Trouble]:
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
    return [Trouble(row["platform"], row["error_code"], row["count"], row["latest"]) for row in rows]
