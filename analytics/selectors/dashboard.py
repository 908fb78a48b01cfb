"""What the dashboard and the analytics page show."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q

from analytics.grid import engagement_rate
from analytics.models import LatestMetrics, MetricPlan
from analytics.selectors.totals import Period, Totals, live, now_and_before, platforms_in, posts_in
from patterns.models import Analysis


@dataclass(frozen=True, slots=True)
class Tile:
    """A number, and the change against the period before in per cent (None: there is nothing to compare with)."""

    label: str
    value: float | None
    change_pct: float | None
    reason: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class PostRow:
    """A live post on one account, in a list."""

    post_id: UUID
    target_id: UUID
    platform: str
    account: str
    text: str
    permalink: str
    published_at: object
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    rate: float | None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Everything of one period."""

    period: Period
    now: Totals
    before: Totals
    tiles: list[Tile]
    platforms: dict[str, Totals]
    top: list[PostRow]
    days: list[tuple[date, int | None]]
    stale: list[str]

    @property
    def comparable(self) -> bool:
        """Whether the period before has any number to compare with; said once, not under each tile."""
        return any(tile.change_pct is not None for tile in self.tiles)


def _change(now: float | None, before: float | None) -> float | None:
    return round(100 * (now - before) / before, 1) if now is not None and before else None


def top_posts(workspace_id: UUID, asked: Period, platform: str = "", limit: int = 5) -> list[PostRow]:
    """The posts with most views, those without a number last."""
    rows = (
        posts_in(workspace_id, asked, platform)
        .select_related("target__post", "target__account")
        .order_by(F("views").desc(nulls_last=True), "-published_at", "id")[:limit]
    )
    return [_row(row) for row in rows]


def _row(row: LatestMetrics) -> PostRow:
    return PostRow(
        post_id=row.target.post_id,
        target_id=row.target_id,
        platform=row.platform,
        account=row.target.account.handle,
        text=row.target.effective_text(),
        permalink=row.target.permalink,
        published_at=row.published_at,
        views=row.views,
        likes=row.likes,
        comments=row.comments,
        shares=row.shares,
        rate=engagement_rate(row.views, row.likes, row.comments, row.shares),
    )


def views_by_day(workspace_id: UUID, asked: Period, platform: str = "") -> list[tuple[date, int | None]]:
    """Views of the posts of each day of publication; None on days without a post that has the number."""
    zone = ZoneInfo(asked.zone)
    found: dict[date, int | None] = {}
    rows = posts_in(workspace_id, asked, platform).values_list("published_at", "views")
    for published_at, views in rows:
        day = published_at.astimezone(zone).date()
        known = found.get(day)
        found[day] = known if views is None else (known or 0) + views
    return [(day, found.get(day)) for day in (asked.first + timedelta(days=offset) for offset in range(asked.days))]


def _analysed(workspace_id: UUID, asked: Period) -> tuple[int, int]:
    """How many videos were analysed in the period and in the one before it."""
    found = (
        Analysis.objects.for_workspace(workspace_id)
        .filter(state=Analysis.State.DONE, measured_at__gte=asked.before().start, measured_at__lt=asked.end)
        .aggregate(
            now=Count("pk", filter=Q(measured_at__gte=asked.start)),
            before=Count("pk", filter=Q(measured_at__lt=asked.start)),
        )
    )
    return found["now"], found["before"]


def tiles(workspace_id: UUID, asked: Period, now: Totals, before: Totals, platform: str = "") -> list[Tile]:
    """Views, engagement, posts published, videos analysed; each against the period before.

    A video is analysed for no platform: with a platform chosen that tile is left out.
    """
    waiting = "No numbers yet: they arrive within the hour after a post is live." if now.views is None else ""
    found = [
        Tile("Views", now.views, _change(now.views, before.views), waiting),
        Tile(
            "Engagement rate",
            now.rate,
            _change(now.rate, before.rate),
            "No views yet." if now.rate is None and now.views is not None else "",
            "%",
        ),
        Tile("Posts published", now.posts, _change(now.posts, before.posts)),
    ]
    if platform:
        return found
    analysed, earlier = _analysed(workspace_id, asked)
    return [*found, Tile("Videos analysed", analysed, _change(analysed, earlier))]


def stale(workspace_id: UUID, platform: str = "") -> list[str]:
    """Sentences about platforms whose numbers could not be fetched lately."""
    rows = (
        MetricPlan.objects.for_workspace(workspace_id)
        .filter(failures__gt=0, target__in=live(workspace_id, platform))
        .order_by("target__platform", "-updated_at")
        .values_list("target__platform", "last_error")
    )
    found: dict[str, str] = {}
    for name, error in rows:
        found.setdefault(name, error)
    return list(dict.fromkeys(found.values()))


def dashboard(workspace_id: UUID, asked: Period, platform: str = "") -> Dashboard:
    """All of it, in a fixed number of queries."""
    now, before = now_and_before(workspace_id, asked, platform)
    return Dashboard(
        period=asked,
        now=now,
        before=before,
        tiles=tiles(workspace_id, asked, now, before, platform),
        platforms=platforms_in(workspace_id, asked, platform),
        top=top_posts(workspace_id, asked, platform),
        days=views_by_day(workspace_id, asked, platform),
        stale=stale(workspace_id, platform),
    )
