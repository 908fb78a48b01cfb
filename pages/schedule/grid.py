"""The cells of a calendar: months of days, weeks of hours, lists of days, each with the places that stand in it."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from publishing.calendar.selectors import Place

# As many as fit a cell before "+2 more".
IN_A_CELL = 3
# Nothing happens at night in most calendars: these hours are drawn only where a post stands in them.
_NIGHT = 6
_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Cell:
    """A day, or an hour of one. `start` and `end` are its instants; `note` says when clocks change in it."""

    key: str
    on: date
    hour: int | None
    start: datetime
    end: datetime
    now: datetime
    places: Sequence[Place] = field(default_factory=tuple)
    note: str = ""
    outside: bool = False

    @property
    def shown(self) -> Sequence[Place]:
        return self.places[:IN_A_CELL]

    @property
    def is_past(self) -> bool:
        """Whether nothing can be planned in it any more."""
        return self.end <= self.now

    @property
    def is_today(self) -> bool:
        return self.start <= self.now < self.end

    @property
    def exists(self) -> bool:
        """Whether clocks show this hour at all on this day."""
        return self.start < self.end


def month_weeks(on: date, sunday_first: bool) -> list[list[date]]:
    """The whole weeks that a month touches."""
    first = week_of(on.replace(day=1), sunday_first)[0]
    after = (on.replace(day=1) + timedelta(days=32)).replace(day=1)
    weeks = []
    while first < after:
        weeks.append([first + timedelta(days=n) for n in range(7)])
        first += timedelta(days=7)
    return weeks


def week_of(on: date, sunday_first: bool) -> list[date]:
    """The week that a day is in."""
    back = (on.weekday() + 1) % 7 if sunday_first else on.weekday()
    return [on + timedelta(days=n - back) for n in range(7)]


def day_cells(
    days: Iterable[date], zone: ZoneInfo, now: datetime, places: Sequence[Place], month: int = 0
) -> list[Cell]:
    """One cell for each day. `month`: days of other months are outside."""
    cells = []
    for on in days:
        start, end = _midnight(on, zone), _midnight(on + timedelta(days=1), zone)
        outside = bool(month) and on.month != month
        cells.append(Cell(on.isoformat(), on, None, start, end, now, (), clock_change(on, zone), outside))
    return _filled(cells, places)


def hour_cells(
    days: Sequence[date], zone: ZoneInfo, now: datetime, places: Sequence[Place], *, all_hours: bool = False
) -> list[list[Cell]]:
    """One row for each hour with the cells of the days; hours of the night only where something stands in them."""
    cells = _filled([hour_cell(on, hour, zone, now) for on in days for hour in range(24)], places)
    rows = [cells[hour::24] for hour in range(24)]
    return [row for hour, row in enumerate(rows) if all_hours or hour >= _NIGHT or any(cell.places for cell in row)]


def hour_cell(on: date, hour: int, zone: ZoneInfo, now: datetime) -> Cell:
    """One hour of one day, from its first instant to the next hour's: two hours long where clocks go back."""
    start = datetime.combine(on, time(hour), zone).astimezone(UTC)
    end = _midnight(on + timedelta(days=1), zone)
    if hour < 23:
        end = datetime.combine(on, time(hour + 1), zone).astimezone(UTC)
    note = "" if start < end else f"{hour:02d}:00 does not exist on this day"
    return Cell(f"{on.isoformat()}T{hour:02d}", on, hour, start, max(start, end), now, (), note)


def _filled(cells: Sequence[Cell], places: Sequence[Place]) -> list[Cell]:
    """The cells with the places that stand in them: by instant, so that each has one, whatever clocks show."""
    order = sorted(cells, key=lambda cell: (cell.start, cell.end))
    starts = [cell.start for cell in order]
    found: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        index = bisect_right(starts, place.at) - 1
        if index >= 0 and place.at < order[index].end:
            found[order[index].key].append(place)
    return [replace(cell, places=found[cell.key]) if cell.key in found else cell for cell in cells]


def clock_change(on: date, zone: ZoneInfo) -> str:
    """When and how clocks change on a day; empty for most. A skipped midnight belongs to the day that it begins."""
    low, high = _midnight(on, zone) - _MOMENT, _midnight(on + timedelta(days=1), zone) - _MOMENT
    before, after = low.astimezone(zone).utcoffset(), high.astimezone(zone).utcoffset()
    if before is None or after is None or before == after:
        return ""
    while high - low > _MOMENT:
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    changed = (high + timedelta(seconds=30)).replace(second=0, microsecond=0)
    way = "forward" if after > before else "back"
    old = (changed + before).replace(tzinfo=None)
    return f"Clocks go {way} at {old:%H:%M}, to {changed.astimezone(zone):%H:%M}"


def _midnight(on: date, zone: ZoneInfo) -> datetime:
    """The first instant of a day, in UTC: a day whose midnight is skipped begins later."""
    return datetime.combine(on, time(), zone).astimezone(UTC)
