"""What the dashboard and the analytics page show."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, F, QuerySet, Subquery

from accounts.models import Workspace
from analytics.engagement import engagement_rate
from analytics.models import LatestMetrics, MetricPlan
from analytics.selectors.totals import Overview, Period, Totals, live, overview, posts_in
from patterns.models import Analysis
from platforms import PLATFORMS


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


# What a row of the list says; targets hold much that is not for people.
_SHOWN = (
    "platform", "published_at", "views", "likes", "comments", "shares", "target__post__text", "target__text",
    "target__permalink", "target__account__username", "target__account__name", "target__account__external_id",
)  # fmt: skip


def top_posts(workspace_id: UUID, asked: Period, platform: str = "", limit: int = 5) -> list[PostRow]:
    """The posts with most views, those without a number last."""
    rows = (
        posts_in(workspace_id, asked, platform)
        .select_related("target__post", "target__account")
        .only(*_SHOWN)
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


@dataclass(frozen=True, slots=True)
class Aside:
    """How many videos were analysed in a period and in the one before it, and sentences about platforms whose numbers
    could not be fetched lately."""

    analysed: int
    analysed_before: int
    stale: list[str]


def aside(workspace_id: UUID, asked: Period, platform: str = "") -> Aside:
    """What stands beside the numbers. One query: each fact is a subquery of it."""
    analysed = Analysis.objects.for_workspace(workspace_id).filter(state=Analysis.State.DONE)
    before, start, end = asked.before().start, asked.start, asked.end
    failing = MetricPlan.objects.for_workspace(workspace_id).filter(failures__gt=0, target__in=live(workspace_id))
    names = [platform] if platform else sorted(PLATFORMS)
    now, earlier, *errors = (
        Workspace.objects.filter(pk=workspace_id)
        .values_list(
            _count(analysed.filter(measured_at__gte=start, measured_at__lt=end)),
            _count(analysed.filter(measured_at__gte=before, measured_at__lt=start)),
            *(_newest_error(failing.filter(target__platform=name)) for name in names),
        )
        .get()
    )
    return Aside(now or 0, earlier or 0, list(dict.fromkeys(error for error in errors if error is not None)))


def _count(rows: QuerySet[Analysis]) -> Subquery:
    return Subquery(rows.order_by().values("workspace_id").annotate(n=Count("pk")).values("n"))


def _newest_error(plans: QuerySet[MetricPlan]) -> Subquery:
    return Subquery(plans.order_by("-updated_at", "-id").values("last_error")[:1])


def tiles(found: Overview, beside: Aside, platform: str = "") -> list[Tile]:
    """Views, engagement, posts published, videos analysed; each against the period before.

    A video is analysed for no platform: with a platform chosen that tile is left out.
    """
    now, before = found.now, found.before
    waiting = "No numbers yet: they arrive within the hour after a post is live." if now.views is None else ""
    shown = [
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
        return shown
    return [*shown, Tile("Videos analysed", beside.analysed, _change(beside.analysed, beside.analysed_before))]


def dashboard(workspace_id: UUID, asked: Period, platform: str = "", top: int = 5) -> Dashboard:
    """All of it with the `top` posts, in a fixed number of queries."""
    found, beside = overview(workspace_id, asked, platform), aside(workspace_id, asked, platform)
    days = [asked.first + timedelta(days=offset) for offset in range(asked.days)]
    return Dashboard(
        period=asked,
        now=found.now,
        before=found.before,
        tiles=tiles(found, beside, platform),
        platforms=found.platforms,
        top=top_posts(workspace_id, asked, platform, top) if top else [],
        days=[(day, found.views.get(day)) for day in days],
        stale=beside.stale,
    )
