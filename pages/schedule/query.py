"""What the address of the calendar asks for: view, day, zone and filters. What cannot be read is left aside."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode

from core import clock, dates, timezones
from pages.access import SignedIn
from platforms import PLATFORMS
from publishing.calendar import selectors as calendar
from publishing.calendar.selectors import Filters

VIEWS = {"month": "Month", "week": "Week", "list": "List"}
VIEW_COOKIE = "schedule_view"
# How many days the list shows.
LIST_DAYS = 7
_LONGEST_CAMPAIGN = 80


@dataclass(frozen=True, slots=True)
class CalendarQuery:
    """What is shown. `own_zone` is the person's, `zone` the one in which days and times are read."""

    view: str
    on: date
    zone: str
    own_zone: str
    filters: Filters

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def today(self) -> date:
        return clock.now().astimezone(self.tz).date()

    def start_of(self, day: date) -> datetime:
        """The first instant of a local day."""
        return datetime.combine(day, datetime.min.time(), self.tz)

    def url(self, name: str = "schedule", **changes: Any) -> str:
        """The same with other parts: `on`, `view`, `zone` or `filters`."""
        return f"{reverse(name)}?{urlencode(replace(self, **changes).pairs())}"

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the address, without those that say what is so anyhow."""
        zone = [("tz", self.zone)] if self.zone != self.own_zone else []
        return [("view", self.view), ("date", self.on.isoformat()), *zone, *filter_pairs(self.filters)]

    def step(self, forward: bool) -> date:
        """The day to go to for the next or the previous stretch."""
        if self.view == "month":
            first = self.on.replace(day=1)
            return (
                (first + timedelta(days=32)).replace(day=1) if forward else (first - timedelta(days=1)).replace(day=1)
            )
        return self.on + timedelta(days=7 if forward else -7)


def filter_pairs(filters: Filters) -> list[tuple[str, str]]:
    """The filters as parameters, always in the same order."""
    return [
        *(("account", str(key)) for key in sorted(filters.accounts)),
        *(("platform", key) for key in sorted(filters.platforms)),
        *(("status", key) for key in sorted(filters.groups)),
        *(("campaign", key) for key in sorted(filters.campaigns)),
    ]


def read(request: SignedIn) -> CalendarQuery:
    """What a request asks for."""
    given = request.GET
    own = timezones.canonical(request.preferences.timezone) or "UTC"
    zone = timezones.canonical(given.get("tz", "")) or own
    return CalendarQuery(
        view=_view(request),
        on=day(given.get("date", ""), clock.now().astimezone(ZoneInfo(zone)).date()),
        zone=zone,
        own_zone=own,
        filters=_filters(given),
    )


def day(text: str, otherwise: date) -> date:
    """A day that posts can be at."""
    try:
        return dates.day(text)
    except dates.DateRefused:
        return otherwise


def instant(text: str) -> datetime | None:
    """An instant as the page carries it; None for anything else."""
    try:
        found = parse_datetime(text)
        if found is None or found.tzinfo is None:
            return None
        dates.check(found)
    except ValueError:
        return None
    return found.astimezone(UTC)


def _view(request: SignedIn) -> str:
    """The asked view, else the one seen last, else what fits the device."""
    asked = request.GET.get("view") or request.COOKIES.get(VIEW_COOKIE, "")
    if asked in VIEWS:
        return asked
    return "list" if "Mobi" in request.headers.get("User-Agent", "") else "month"


def _filters(given: QueryDict) -> Filters:
    return Filters(
        accounts=frozenset(_ids(given.getlist("account"))),
        platforms=frozenset(given.getlist("platform")) & PLATFORMS.keys(),
        groups=frozenset(given.getlist("status")) & {group.value for group in calendar.GROUPS},
        campaigns=frozenset(name[:_LONGEST_CAMPAIGN] for name in given.getlist("campaign")[:20] if name.strip("\x00")),
    )


def _ids(texts: Iterable[str]) -> Iterable[UUID]:
    for text in texts:
        try:
            yield UUID(text)
        except ValueError:
            continue
