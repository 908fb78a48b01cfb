"""Sums over posts of a period. A sum is None, never 0, when no post has the number."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from analytics.engagement import engagement_rate
from analytics.models import LatestMetrics
from core import clock
from core.errors import ValidationFailed
from platforms import PLATFORMS
from publishing.models import PostTarget
from publishing.states import TargetState


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in a time zone, both ends included; as instants, half-open."""

    first: date
    last: date
    zone: str = "UTC"

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time.min, ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def end(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time.min, ZoneInfo(self.zone)).astimezone(UTC)

    def before(self) -> "Period":
        """The period of the same length that ends where this one begins."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1), self.zone)


def period(start: date | None, end: date | None, *, zone: str = "UTC", days: int = 30) -> Period:
    """The asked period; the last `days` days when nothing is asked."""
    last = end or clock.now().astimezone(ZoneInfo(zone)).date()
    first = start or last - timedelta(days=days - 1)
    if first > last:
        sentence = "The start date is after the end date."
        raise ValidationFailed("period_backwards", sentence, fields={"start_date": [sentence]})
    if (last - first).days > 3660:
        sentence = "Ask for at most ten years."
        raise ValidationFailed("period_too_long", sentence, fields={"start_date": [sentence]})
    return Period(first, last, zone)


def live(workspace_id: UUID, platform: str = "") -> QuerySet[PostTarget]:
    """What is public and was not deleted here: the one set behind every number."""
    rows = PostTarget.objects.for_workspace(workspace_id).filter(
        state=TargetState.PUBLISHED, post__deleted_at__isnull=True
    )
    return rows.filter(platform=platform) if platform else rows


def posts_in(workspace_id: UUID, asked: Period, platform: str = "") -> QuerySet[LatestMetrics]:
    """The newest numbers of what was published in a period: a row for each account."""
    rows = LatestMetrics.objects.for_workspace(workspace_id).filter(target__in=live(workspace_id, platform))
    return rows.filter(published_at__gte=asked.start, published_at__lt=asked.end)


@dataclass(frozen=True, slots=True)
class Totals:
    """Numbers of a set of posts. `posts` counts posts, not accounts: one that went to three accounts is one post.

    It counts those without a number yet, too.
    """

    posts: int
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    engagement: int | None
    rate: float | None


_POSTS = Count("post_id", distinct=True)
_SUMS: dict[str, Any] = {
    "sum_views": Sum("views"),
    "sum_likes": Sum("likes"),
    "sum_comments": Sum("comments"),
    "sum_shares": Sum("shares"),
    "seen_likes": Sum("likes", filter=Q(views__gt=0)),
    "seen_comments": Sum("comments", filter=Q(views__gt=0)),
    "seen_shares": Sum("shares", filter=Q(views__gt=0)),
}


def _totals(posts: int, row: Mapping[str, Any]) -> Totals:
    acts = [row[name] for name in ("sum_likes", "sum_comments", "sum_shares") if row[name] is not None]
    return Totals(
        posts=posts,
        views=row["sum_views"],
        likes=row["sum_likes"],
        comments=row["sum_comments"],
        shares=row["sum_shares"],
        engagement=sum(acts) if acts else None,
        rate=engagement_rate(row["sum_views"], row["seen_likes"], row["seen_comments"], row["seen_shares"]),
    )


_NOTHING: dict[str, Any] = dict.fromkeys(_SUMS)


def totals(numbers: QuerySet[LatestMetrics], public: QuerySet[PostTarget]) -> Totals:
    """All of them together. Two queries."""
    return _totals(public.aggregate(n=_POSTS)["n"], numbers.aggregate(**_SUMS))


def by_platform(numbers: QuerySet[LatestMetrics], public: QuerySet[PostTarget]) -> dict[str, Totals]:
    """Platforms in alphabetical order, also those without a number yet. Two queries."""
    sums = {row["platform"]: row for row in numbers.order_by().values("platform").annotate(**_SUMS)}
    counts = {row["platform"]: row["n"] for row in public.order_by().values("platform").annotate(n=_POSTS)}
    return {each: _totals(counts.get(each, 0), sums.get(each, _NOTHING)) for each in sorted({*sums, *counts})}


def published_in(workspace_id: UUID, asked: Period, platform: str = "") -> QuerySet[PostTarget]:
    """What was published in a period: a row for each account."""
    return live(workspace_id, platform).filter(published_at__gte=asked.start, published_at__lt=asked.end)


def totals_in(workspace_id: UUID, asked: Period, platform: str = "") -> Totals:
    """Totals of a period."""
    return totals(posts_in(workspace_id, asked, platform), published_in(workspace_id, asked, platform))


@dataclass(frozen=True, slots=True)
class Overview:
    """Totals of a period, of the one before it, and of the period by platform; `views` of each day of publication,
    without the days of which no number is known."""

    now: Totals
    before: Totals
    platforms: dict[str, Totals]
    views: dict[date, int]


def overview(workspace_id: UUID, asked: Period, platform: str = "") -> Overview:
    """A period's sums in every way that pages show them. Two queries."""
    both = Period(asked.before().first, asked.last, asked.zone)
    is_now = Q(published_at__gte=asked.start)
    counts = published_in(workspace_id, both, platform).aggregate(
        now=Count("post_id", distinct=True, filter=is_now),
        before=Count("post_id", distinct=True, filter=~is_now),
        **{name: Count("post_id", distinct=True, filter=is_now & Q(platform=name)) for name in PLATFORMS},
    )
    day = TruncDate("published_at", tzinfo=ZoneInfo(asked.zone))
    rows: Any = posts_in(workspace_id, both, platform).order_by().annotate(day=day).values("day", "platform")
    now, before = dict(_NOTHING), dict(_NOTHING)
    by_name: dict[str, dict[str, Any]] = {name: dict(_NOTHING) for name in PLATFORMS if counts[name]}
    views: dict[date, int] = {}
    for row in rows.annotate(**_SUMS):
        if row["day"] < asked.first:
            _add(before, row)
            continue
        _add(now, row)
        _add(by_name.setdefault(row["platform"], dict(_NOTHING)), row)
        if row["sum_views"] is not None:
            views[row["day"]] = views.get(row["day"], 0) + row["sum_views"]
    return Overview(
        now=_totals(counts["now"], now),
        before=_totals(counts["before"], before),
        platforms={name: _totals(counts[name], by_name[name]) for name in sorted(by_name)},
        views=views,
    )


def _add(sums: dict[str, Any], row: Mapping[str, Any]) -> None:
    """Add what is known; a sum of nothing known stays unknown."""
    for name in _SUMS:
        if row[name] is not None:
            sums[name] = (sums[name] or 0) + row[name]


def platforms_in(workspace_id: UUID, asked: Period, platform: str = "") -> dict[str, Totals]:
    """Totals of a period, by platform."""
    return by_platform(posts_in(workspace_id, asked, platform), published_in(workspace_id, asked, platform))
