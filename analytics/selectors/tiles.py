"""The tiles above the charts: a number each, against the period before; and what stands beside them."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet, Subquery

from accounts.models import Workspace
from analytics.models import MetricPlan
from analytics.selectors.totals import Overview, Period, live
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


def _change(now: float | None, before: float | None) -> float | None:
    return round(100 * (now - before) / before, 1) if now is not None and before else None


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
