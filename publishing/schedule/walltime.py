"""From what a person reads on a wall clock to an instant.

A gap (clocks go forward) shifts the time forward by the length of the gap, as RFC 5545 section 3.3.5 does; a fold
(clocks go back) takes the first of the two. The person learns of both.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from core import timezones
from core.errors import ValidationFailed
from publishing.errors import PublishingError


class Shift(StrEnum):
    """What the zone did to a wall time."""

    NONE = ""
    GAP = "gap"
    FOLD = "fold"


@dataclass(frozen=True, slots=True)
class Instant:
    """`at` in UTC; `wall` the local time that will really be shown at that instant; `shift` why it may differ."""

    at: datetime
    wall: datetime
    zone: str
    shift: Shift

    def note(self) -> str:
        """The sentence for a person; empty when the time is an ordinary one."""
        if self.shift is Shift.GAP:
            return f"On this day {self.zone} has no such time (clocks go forward); it becomes {self.wall:%H:%M}."
        if self.shift is Shift.FOLD:
            return f"That time happens twice on this day in {self.zone} (clocks go back); the first one is taken."
        return ""


def canonical(name: str) -> str:
    """The zone's present name (Asia/Katmandu is Asia/Kathmandu), or a `ValidationFailed`."""
    found = timezones.canonical(name)
    if not found:
        raise ValidationFailed(PublishingError.ZONE_UNKNOWN, f"{name[:64]!r} is not a time zone like Europe/Paris.")
    return found


def zone_of(name: str) -> ZoneInfo:
    """An IANA zone by name, also by one that was replaced."""
    return ZoneInfo(canonical(name))


def to_instant(wall: datetime, zone: str) -> Instant:
    """The instant of a naive wall time in a zone."""
    zone = canonical(zone)
    info = zone_of(zone)
    naive = wall.replace(tzinfo=None, fold=0)
    first, second = naive.replace(tzinfo=info, fold=0), naive.replace(tzinfo=info, fold=1)
    before, after = first.utcoffset() or timedelta(), second.utcoffset() or timedelta()
    # fold=0 reads a gap with the offset before it, which lands behind the gap by its length, and a fold as its first.
    at = first.astimezone(UTC)
    shown = at.astimezone(info).replace(tzinfo=None)
    if before == after:
        return Instant(at, shown, zone, Shift.NONE)
    return Instant(at, shown, zone, Shift.GAP if shown != naive else Shift.FOLD)


def to_wall(at: datetime, zone: str) -> datetime:
    """The naive wall time of an instant in a zone."""
    return at.astimezone(zone_of(zone)).replace(tzinfo=None)
