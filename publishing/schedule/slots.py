"""From the times of a week to instants: wall times of a zone, day after day, without the days that are blacked out."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from publishing.schedule import walltime
from publishing.schedule.walltime import Shift

Week = Sequence[Sequence[str]]
MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """One time of a queue: `at` in UTC, `wall` what clocks of `zone` show then, `note` what clock changes did to it."""

    at: datetime
    wall: datetime
    zone: str
    note: str = ""


def slot_at(wall: datetime, zone: str) -> Slot:
    """The slot of a naive wall time. One that does not exist on its day is moved to the next minute that does."""
    found = walltime.to_instant(wall, zone)
    if found.shift is not Shift.GAP:
        return Slot(found.at, found.wall, found.zone, found.note())
    info = walltime.zone_of(zone)
    # Both readings of a skipped time lie around the change: the offset after it is the one that holds at `found.at`.
    offset = found.at.astimezone(info).utcoffset()
    at = wall.replace(tzinfo=info, fold=1).astimezone(UTC)
    while at.astimezone(info).utcoffset() != offset:
        at += MINUTE
    shown = at.astimezone(info).replace(tzinfo=None)
    note = f"On this day {zone} has no {wall:%H:%M} (clocks go forward); the next time that exists is {shown:%H:%M}."
    return Slot(at, shown, zone, note)


def upcoming(week: Week, zone: str, after: datetime, until: datetime, without: Collection[date] = ()) -> Iterator[Slot]:
    """The slots in (after, until], soonest first, each instant once. `without`: days of the zone without slots."""
    if not any(week):
        return
    last: datetime = after
    # A day's slot may be moved past its midnight: the day before is looked at too.
    on = walltime.to_wall(after, zone).date() - _DAY
    end = walltime.to_wall(until, zone).date()
    while on <= end:
        if on not in without:
            walls = (datetime.combine(on, time.fromisoformat(text)) for text in week[on.weekday()])
            for slot in sorted((slot_at(wall, zone) for wall in walls), key=lambda slot: slot.at):
                if last < slot.at <= until:
                    yield slot
                    last = slot.at
        on += _DAY
