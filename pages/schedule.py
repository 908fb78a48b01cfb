"""The schedule: what is to come by day and account, in the person's zone or another; moving and cancelling it."""

from collections import Counter
from collections.abc import Iterable
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

from core import clock, dates, timezones
from core.errors import Conflict, ValidationFailed
from pages import versions
from pages.access import SignedIn, signed_in
from pages.forms.times import WallTimeField, ZoneField
from publishing import selectors
from publishing.errors import PublishingError
from publishing.models import PostTarget
from publishing.schedule import lateness
from publishing.selectors import Slot
from publishing.services import schedule
from publishing.services.schedule import When
from publishing.states import EDITABLE, TargetState

DAYS = 7
# Days after so many entries are fetched when they come into view.
DRAWN_AT_ONCE = 60


@dataclass(frozen=True, slots=True)
class ScheduledTarget:
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
    """One day of the list. One with `url` is fetched from there once it comes into view."""

    on: date
    today: bool
    count: int
    entries: list[ScheduledTarget] = field(default_factory=list)
    url: str = ""


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


def _start(on: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, datetime.min.time(), zone)


def _entries(rows: Iterable[PostTarget], zone: ZoneInfo) -> dict[date, list[ScheduledTarget]]:
    """The rows of whole days, by day."""
    timed = [(row, row.due_at) for row in rows if row.due_at is not None]
    minutes = Counter((row.account_id, due_at.replace(second=0, microsecond=0)) for row, due_at in timed)
    found: dict[date, list[ScheduledTarget]] = {}
    for row, due_at in timed:
        late = lateness.of(row)
        crowded = minutes[row.account_id, due_at.replace(second=0, microsecond=0)] > 1
        wall = due_at.astimezone(zone)
        found.setdefault(wall.date(), []).append(ScheduledTarget(row, wall, crowded, late.sentence if late else ""))
    return found


def _zone(request: SignedIn) -> str:
    own = request.preferences.timezone
    return timezones.canonical(request.GET.get("tz", "")) or timezones.canonical(own) or "UTC"


def _address(request: SignedIn, name: str, on: date) -> str:
    """Another day with the filters kept."""
    kept = {key: request.GET[key] for key in ("account", "tz", "status") if request.GET.get(key)}
    return f"{reverse(name)}?{urlencode({'date': on.isoformat(), **kept})}"


def _days(request: SignedIn, first: date, account_id: UUID | None) -> tuple[list[Day], list[Slot]]:
    """A week with the entries of its first days, and the times of all of them."""
    zone = ZoneInfo(_zone(request))
    chosen: Any = {"account_id": account_id, "group": request.GET.get("status", "")}
    last = first + timedelta(days=DAYS)
    slots = selectors.slots(request.actor, start=_start(first, zone), end=_start(last, zone), **chosen)
    counts = Counter(slot.due_at.astimezone(zone).date() for slot in slots)
    week = [first + timedelta(days=n) for n in range(DAYS)]
    before = [sum(counts[on] for on in week[:n]) for n in range(DAYS)]
    # The first day that has any is always there; further ones while few were drawn before.
    ready = [on for on, drawn in zip(week, before, strict=True) if drawn < DRAWN_AT_ONCE]
    end = _start(ready[-1] + timedelta(days=1), zone)
    rows = selectors.upcoming(request.actor, start=_start(first, zone), end=end, **chosen) if slots else []
    entries = _entries(rows, zone)
    today = clock.now().astimezone(zone).date()
    days = [
        Day(
            on,
            on == today,
            counts[on],
            entries.get(on, []),
            "" if on in ready or not counts[on] else _address(request, "schedule_day", on),
        )
        for on in week
    ]
    return days, slots


@signed_in
def schedule_page(request: SignedIn) -> HttpResponse:
    """A week of what is to come, day by day."""
    query = request.GET
    shown = _zone(request)
    today = clock.now().astimezone(ZoneInfo(shown)).date()
    first = _first_day(query.get("date", ""), today)
    accounts = list(selectors.accounts(request.actor))
    chosen = next((row for row in accounts if str(row.pk) == query.get("account")), None)
    group = query.get("status", "")
    days, slots = _days(request, first, chosen.pk if chosen else None)
    context = {
        "days": days,
        "count": len({slot.post_id for slot in slots}),
        "is_cut": len(slots) == selectors.UPCOMING,
        "groups": [(one.value, one.label) for one in selectors.OPEN_GROUPS],
        "group": group if group in selectors.OPEN_GROUPS else "",
        "accounts": accounts,
        "chosen": chosen,
        "zone": shown,
        "own_zone": request.preferences.timezone,
        "first": first,
        "last": first + timedelta(days=DAYS - 1),
        "is_now": first == today,
        "previous": _address(request, "schedule", first - timedelta(days=DAYS)),
        "next": _address(request, "schedule", first + timedelta(days=DAYS)),
        "today": _address(request, "schedule", today),
        "next_at": selectors.next_due(request.actor),
    }
    response = render(request, "publishing/_schedule.html" if request.htmx else "publishing/schedule.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@signed_in
def schedule_day(request: SignedIn) -> HttpResponse:
    """The entries of one day, for the list that leaves later days for later; a week of its own without scripts."""
    shown = _zone(request)
    zone = ZoneInfo(shown)
    on = _first_day(request.GET.get("date", ""), clock.now().astimezone(zone).date())
    if not request.htmx:
        return redirect(_address(request, "schedule", on))
    account = request.GET.get("account", "")
    known = {str(row.pk): row.pk for row in selectors.accounts(request.actor)} if account else {}
    rows = selectors.upcoming(
        request.actor,
        start=_start(on, zone),
        end=_start(on + timedelta(days=1), zone),
        account_id=known.get(account),
        group=request.GET.get("status", ""),
    )
    entries = _entries(rows, zone).get(on, [])
    response = render(request, "publishing/_day.html", {"day": Day(on, False, len(entries), entries), "zone": shown})
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
    zone = row.zone or request.preferences.timezone
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
                if error.code == PublishingError.STALE_VERSION:
                    row = selectors.target(request.actor, post_id, target_id)
                    seen, stale = schedule.time_read(row), _both_times(error, row, when)
                elif error.code == PublishingError.SCHEDULE_CONFLICT:
                    conflicts, status = error.details["conflicts"], 409
                else:
                    raise
            else:
                for note in notes:
                    messages.warning(request, note)
                messages.success(request, f"{moved.account.handle} has its new time.")
                return redirect("post_detail", post_id)
    context = {
        "form": form, "row": row, "seen": seen, "stale": stale, "conflicts": conflicts,
    }  # fmt: skip
    return render(request, "publishing/move.html", context, status=status)


urlpatterns = [
    path("schedule/", schedule_page, name="schedule"),
    path("schedule/day/", schedule_day, name="schedule_day"),
    path("posts/<uuid:post_id>/targets/<uuid:target_id>/move/", schedule_move, name="schedule_move"),
]
