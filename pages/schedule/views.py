"""The calendar: a month, a week or a list of days, its cells as they change, and the drafts beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

import platforms
from accounts import policy
from accounts.models import Preferences
from accounts.policy import Action
from core import clock
from pages import selected_posts
from pages.access import SignedIn, signed_in
from pages.schedule import chips, grid
from pages.schedule.chips import EntryChip
from pages.schedule.grid import Cell
from pages.schedule.query import LIST_DAYS, VIEW_COOKIE, VIEWS, CalendarQuery, day, filter_pairs, instant, read
from publishing import selectors
from publishing.calendar import selectors as calendar
from publishing.calendar.selectors import Facets, Place

# Days of the list after so many entries are fetched when they come into view.
DRAWN_AT_ONCE = 60
# A day drawn whole lists this many; the rest is a step away by filter.
MOST_OF_A_DAY = 300
DRAFTS_PER_PAGE = 12
# As many cells as one request may ask for: a week of hours.
_MOST_CELLS = 200
# Days ahead in which an empty one is pointed out.
_GAPS_AHEAD = timedelta(days=14)
# Where a session keeps what can be taken back.
UNDO = "schedule_undo"


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """A cell with the entries drawn in it. `more` are not; `url` lists its day, `fetch` has the cell as it is now."""

    cell: Cell
    chips: Sequence[EntryChip]
    more: int
    url: str
    fetch: str
    gap: bool


@signed_in
def schedule_page(request: SignedIn) -> HttpResponse:
    """What goes out and went out, by month, week or day."""
    query, drawn_at = read(request), clock.now()
    days = _days(query, request.preferences)
    start, end = query.start_of(days[0]), query.start_of(days[-1] + timedelta(days=1))
    places = calendar.places(request.actor, start, end, query.filters)
    accounts = list(selectors.accounts(request.actor))
    facets = calendar.facets(request.actor, start, end, query.filters)
    drawn = _DRAW[query.view](request, query, days, places)
    context = {
        "query": query,
        "drawn_at": drawn_at,
        "views": [(key, label, query.url(view=key)) for key, label in VIEWS.items()],
        "title": _title(query, days),
        "days": days,
        "count": len({place.post_id for place in places}),
        "accounts": accounts,
        "may_plan": _may_plan(request),
        "filters": _filters(query, facets, accounts),
        "filtered": len(filter_pairs(query.filters)),
        "without_filters": query.url(filters=calendar.Filters()),
        "drafts_url": query.url("schedule_drafts"),
        "undo": request.session.pop(UNDO, None) if not request.htmx else None,
        "previous": query.url(on=query.step(False)),
        "next": query.url(on=query.step(True)),
        "today": query.url(on=query.today),
        "next_at": selectors.next_due(request.actor) if not places else None,
        **selected_posts.offered(request),
        **drawn,
    }
    response = render(
        request, "publishing/calendar/_calendar.html" if request.htmx else "publishing/calendar/page.html", context
    )
    patch_vary_headers(response, ["HX-Request"])
    if request.GET.get("view") in VIEWS:
        response.set_cookie(VIEW_COOKIE, query.view, max_age=365 * 86_400, samesite="Lax", httponly=True)
    return response


@signed_in
def schedule_cells(request: SignedIn) -> HttpResponse:
    """Some cells as they are now: what the page asks for after a change, and days of the list that come into view.

    With `since` the answer is 204 when nothing of the workspace's posts has changed from that instant on.
    """
    query, since = read(request), instant(request.GET.get("since", ""))
    if since is not None and not calendar.changed_since(request.actor, since):
        return HttpResponse(status=204)
    keys = list(dict.fromkeys(request.GET.getlist("cell")))[:_MOST_CELLS]
    wanted = [(key, on) for key in keys if (on := day(key[:10], date.min)) != date.min]
    cells: list[Cell] = []
    if wanted:
        first, last = min(on for _, on in wanted), max(on for _, on in wanted)
        end = query.start_of(last + timedelta(days=1))
        places = calendar.places(request.actor, query.start_of(first), end, query.filters)
        cells = _asked(query, wanted, places)
    context = {"query": query, "cells": _drawn(request, query, cells), "may_plan": _may_plan(request)}
    return render(request, "publishing/calendar/_cells.html", context)


@signed_in
def schedule_drafts(request: SignedIn) -> HttpResponse:
    """Drafts without a time, to be dropped on a day."""
    query = read(request)
    page = Paginator(calendar.drafts(request.actor), DRAFTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "query": query, "may_plan": _may_plan(request), "pages_url": query.url("schedule_drafts"),
    }  # fmt: skip
    return render(request, "publishing/calendar/_drafts.html", context)


def _days(query: CalendarQuery, preferences: Preferences) -> list[date]:
    sunday_first = preferences.week_start == Preferences.WeekStart.SUNDAY
    if query.view == "month":
        return [on for week in grid.month_weeks(query.on, sunday_first) for on in week]
    if query.view == "week":
        return grid.week_of(query.on, sunday_first)
    return [query.on + timedelta(days=n) for n in range(LIST_DAYS)]


def _title(query: CalendarQuery, days: Sequence[date]) -> str:
    if query.view == "month":
        return f"{query.on:%B %Y}"
    first, last = days[0], days[-1]
    start = f"{first.day} {first:%b}" + (f" {first.year}" if first.year != last.year else "")
    return f"{start} – {last.day} {last:%b %Y}"


def _month(request: SignedIn, query: CalendarQuery, days: list[date], places: list[Place]) -> dict[str, Any]:
    cells = _drawn(request, query, grid.day_cells(days, query.tz, clock.now(), places, query.on.month))
    return {"weeks": [cells[n : n + 7] for n in range(0, len(cells), 7)]}


def _week(request: SignedIn, query: CalendarQuery, days: list[date], places: list[Place]) -> dict[str, Any]:
    now = clock.now()
    rows = grid.hour_cells(days, query.tz, now, places)
    cells = _drawn(request, query, [cell for row in rows for cell in row])
    form = request.preferences.time_format
    labels = [chips.clock_words(time(row[0].hour or 0), form) for row in rows]
    return {
        "heads": grid.day_cells(days, query.tz, now, places),
        "rows": [(label, cells[n * 7 : n * 7 + 7]) for n, label in enumerate(labels)],
    }


def _list(request: SignedIn, query: CalendarQuery, days: list[date], places: list[Place]) -> dict[str, Any]:
    cells = grid.day_cells(days, query.tz, clock.now(), places)
    before, ready = 0, []
    for cell in cells:
        # The first day that has any is always there; further ones while few were drawn before.
        if before < DRAWN_AT_ONCE:
            ready.append(cell)
        before += len(cell.places)
    return {"cells": _drawn(request, query, cells, ready)}


_DRAW = {"month": _month, "week": _week, "list": _list}


def _asked(query: CalendarQuery, wanted: Sequence[tuple[str, date]], places: Sequence[Place]) -> list[Cell]:
    """The cells of the asked keys: `2026-12-05`, or `2026-12-05T09` for an hour."""
    now = clock.now()
    days = sorted({on for _, on in wanted})
    month = query.on.month if query.view == "month" else 0
    by_key = {cell.key: cell for cell in grid.day_cells(days, query.tz, now, places, month)}
    if query.view == "week":
        by_key |= {
            cell.key: cell for row in grid.hour_cells(days, query.tz, now, places, all_hours=True) for cell in row
        }
    return [by_key[key] for key, _ in wanted if key in by_key]


def _drawn(
    request: SignedIn, query: CalendarQuery, cells: Sequence[Cell], ready: Sequence[Cell] | None = None
) -> list[DrawnCell]:
    """Cells with what stands in them; of the list only those that are `ready` (all when None), whole."""
    whole = query.view == "list"
    ready = cells if ready is None else ready
    wanted = {cell.key: cell.places[:MOST_OF_A_DAY] if whole else cell.shown for cell in ready}
    places = [place for found in wanted.values() for place in found]
    entries = calendar.entries(request.actor, places, query.filters, files=whole)
    by_place = chips.of_entries(entries, query.tz, request.preferences.time_format)
    soon = clock.now() + _GAPS_AHEAD
    return [
        DrawnCell(
            cell=cell,
            chips=[by_place[place] for place in wanted.get(cell.key, ()) if place in by_place],
            more=len(cell.places) - len(wanted.get(cell.key, ())),
            url=query.url(view="list", on=cell.on),
            fetch=f"{query.url('schedule_cells')}&cell={cell.key}",
            gap=not cell.places and not cell.is_past and cell.start < soon,
        )
        for cell in cells
    ]


def _may_plan(request: SignedIn) -> bool:
    return bool(policy.may(request.actor, Action.PUBLISH))


def _filters(query: CalendarQuery, facets: Facets, accounts: Sequence[Any]) -> list[dict[str, Any]]:
    """The groups of boxes: what each leaves in, how much of it there is, and whether it is chosen."""
    chosen = query.filters
    campaigns = {key: key for key in sorted({*facets.campaigns, *chosen.campaigns}, key=str.casefold)}
    names = {row.pk: f"{row.get_platform_display()} · {row.handle}" for row in accounts}
    labels = {group.value: str(group.label) for group in calendar.GROUPS}
    return [
        _facet("account", "Accounts", names, facets.accounts, chosen.accounts),
        _facet("platform", "Platforms", dict(platforms.choices()), facets.platforms, chosen.platforms),
        _facet("status", "States", labels, facets.groups, chosen.groups),
        _facet("campaign", "Campaigns", campaigns, facets.campaigns, chosen.campaigns),
    ]


def _facet(
    name: str, title: str, labels: Mapping[Any, str], counts: Mapping[Any, int], chosen: frozenset[Any]
) -> dict[str, Any]:
    """One group of boxes; what is empty and not chosen is left out."""
    boxes = [
        {"value": str(key), "label": label, "count": counts.get(key, 0), "checked": key in chosen}
        for key, label in labels.items()
        if key in counts or key in chosen
    ]
    return {"name": name, "title": title, "boxes": boxes}
