"""What the dashboard and the analytics page show."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import F

from analytics.engagement import engagement_rate
from analytics.models import LatestMetrics
from analytics.selectors.tiles import Tile, aside, tiles
from analytics.selectors.totals import Period, Totals, overview, posts_in


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
