"""The schedule: what is to come by day and account, in the person's zone or another; moving and cancelling it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode

from accounts.selectors import timezone_of
from core import clock, dates, zones
from core.errors import Conflict, ValidationFailed
from pages import versions
from pages.access import SignedIn, signed_in
from pages.forms.times import WallTimeField, ZoneField
from publishing import selectors
from publishing.errors import Code
from publishing.models import PostTarget
from publishing.schedule import lateness
from publishing.services import schedule
from publishing.services.schedule import When
from publishing.states import EDITABLE, TargetState

DAYS = 7


@dataclass(frozen=True, slots=True)
class Entry:
    """One account's share as the list shows it: `wall` in the shown zone, `crowded` when a minute is taken twice."""

    target: PostTarget
    wall: datetime
    crowded: bool
    late: str

    @property
    def stopped(self) -> str:
        """Why a planned post will not go out as things are."""
        return self.target.error_sentence if self.target.state == TargetState.SCHEDULED else ""

    @property
    def movable(self) -> bool:
        return self.target.state in EDITABLE


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    today: bool
    entries: list[Entry] = field(default_factory=list)


class MoveForm(forms.Form):
    """Another time for one account's share."""

    wall_time = WallTimeField(label="Date and time")
    timezone = ZoneField(label="Time zone")


def _first_day(given: str, today: date) -> date:
    """The asked day; today for what is no day, or one that no post can be at."""
    try:
        return dates.day(given)
    except dates.DateRefused:
        return today


def _days(rows: list[PostTarget], first: date, today: date, zone: ZoneInfo) -> list[Day]:
    days = {
        first + timedelta(days=n): Day(first + timedelta(days=n), first + timedelta(days=n) == today)
        for n in range(DAYS)
    }
    seen: dict[tuple[UUID, datetime], int] = {}
    walls: list[tuple[PostTarget, datetime]] = []
    for row in rows:
        if row.due_at is not None:
            minute = row.due_at.replace(second=0, microsecond=0)
            seen[row.account_id, minute] = seen.get((row.account_id, minute), 0) + 1
            walls.append((row, row.due_at.astimezone(zone)))
    for row, wall in walls:
        assert row.due_at is not None
        late = lateness.of(row)
        crowded = seen[row.account_id, row.due_at.replace(second=0, microsecond=0)] > 1
        day = days.get(wall.date())
        if day is not None:
            day.entries.append(Entry(row, wall, crowded, late.sentence if late else ""))
    return list(days.values())


@signed_in
def schedule_page(request: SignedIn) -> HttpResponse:
    """A week of what is to come, day by day."""
    query = request.GET
    own = timezone_of(request.actor)
    shown = zones.canonical(query.get("tz", "")) or zones.canonical(own) or "UTC"
    zone = ZoneInfo(shown)
    today = clock.now().astimezone(zone).date()
    first = _first_day(query.get("date", ""), today)
    start = datetime.combine(first, datetime.min.time(), zone)
    end = datetime.combine(first + timedelta(days=DAYS), datetime.min.time(), zone)
    accounts = list(selectors.accounts(request.actor))
    chosen = next((row for row in accounts if str(row.pk) == query.get("account")), None)
    group = query.get("status", "")
    account_id = chosen.pk if chosen else None
    rows = list(selectors.upcoming(request.actor, start=start, end=end, account_id=account_id, group=group))

    def address(on: date) -> str:
        kept = {name: query[name] for name in ("account", "tz", "status") if query.get(name)}
        return f"{reverse('schedule')}?{urlencode({'date': on.isoformat(), **kept})}"

    context = {
        "days": _days(rows, first, today, zone),
        "count": len({row.post_id for row in rows}),
        "is_cut": len(rows) == selectors.UPCOMING,
        "groups": [(one.value, one.label) for one in selectors.OPEN_GROUPS],
        "group": group if group in selectors.OPEN_GROUPS else "",
        "accounts": accounts,
        "chosen": chosen,
        "zone": shown,
        "own_zone": own,
        "zones": zones.choices(),
        "first": first,
        "last": first + timedelta(days=DAYS - 1),
        "is_now": first == today,
        "previous": address(first - timedelta(days=DAYS)),
        "next": address(first + timedelta(days=DAYS)),
        "today": address(today),
        "next_at": selectors.next_due(request.actor),
    }
    response = render(request, "publishing/_schedule.html" if request.htmx else "publishing/schedule.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _both_times(error: Conflict, row: PostTarget, mine: When) -> versions.Stale:
    """The time that a person chose beside the one that was set meanwhile."""
    theirs = When(at=row.due_at, zone=row.zone) if row.due_at else None
    address = reverse("schedule_move", args=[row.post_id, row.pk])
    return versions.stale(error, 0, address, [("Time", _time_words(mine), _time_words(theirs))])


def _time_words(when: When | None) -> str:
    if when is None:
        return "No time: it is a draft again"
    instant = when.resolve("UTC")
    return f"{instant.wall:%d %B %Y, %H:%M} ({instant.zone})"


@signed_in
def schedule_move(request: SignedIn, post_id: UUID, target_id: UUID) -> HttpResponse:
    """Another time for one account, with what it would meet there."""
    row = selectors.target(request.actor, post_id, target_id)
    if row.state not in EDITABLE:
        messages.warning(request, "This is already going out, so its time cannot be changed any more.")
        return redirect("post_detail", post_id)
    zone = row.zone or timezone_of(request.actor)
    form = MoveForm(
        request.POST if request.method == "POST" else None, initial={"wall_time": row.wall_time, "timezone": zone}
    )
    seen = request.POST.get("seen", schedule.time_read(row))
    stale: versions.Stale | None = None
    conflicts: list[Any] = []
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            when = When(wall=form.cleaned_data["wall_time"], zone=form.cleaned_data["timezone"])
            try:
                moved, notes = schedule.reschedule_target(
                    actor=request.actor,
                    post_id=post_id,
                    target_id=target_id,
                    when=when,
                    accept_conflicts="accept_conflicts" in request.POST,
                    seen=seen,
                )
            except ValidationFailed as error:
                form.add_error("wall_time", error.message)
            except Conflict as error:
                if error.code == Code.STALE_VERSION:
                    row = selectors.target(request.actor, post_id, target_id)
                    seen, stale = schedule.time_read(row), _both_times(error, row, when)
                elif error.code == Code.SCHEDULE_CONFLICT:
                    conflicts, status = error.details["conflicts"], 409
                else:
                    raise
            else:
                for note in notes:
                    messages.warning(request, note)
                messages.success(request, f"{moved.account.handle} has its new time.")
                return redirect("post_detail", post_id)
    context = {
        "form": form, "row": row, "seen": seen, "stale": stale, "conflicts": conflicts, "zones": zones.choices(),
    }  # fmt: skip
    return render(request, "publishing/move.html", context, status=status)


urlpatterns = [
    path("schedule/", schedule_page, name="schedule"),
    path("posts/<uuid:post_id>/targets/<uuid:target_id>/move/", schedule_move, name="schedule_move"),
]
