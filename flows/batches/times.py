"""From a pattern to the times of posts: on chosen weekdays at chosen times, or every so many hours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from core import clock
from core.errors import ValidationFailed
from core.formatting import counted
from flows.errors import FlowError
from publishing.schedule import walltime
from publishing.services.schedule import HORIZON, When

EVERY_DAY = frozenset(range(7))
MOST_TIMES = 12
LONGEST_HOURS = 24 * 28


@dataclass(frozen=True, slots=True)
class Pattern:
    """When posts go out, from the day `starts_on` of `zone` on: on `weekdays` (0 is Monday) at each of `times`.

    With `every_hours` the first goes out at the first of `times`, and each further one so many hours later.
    """

    zone: str
    starts_on: date
    times: tuple[time, ...]
    weekdays: frozenset[int] = EVERY_DAY
    every_hours: int = 0


def slots(pattern: Pattern, count: int) -> list[When]:
    """The next times of a pattern; what has passed is left out. Raises `ValidationFailed` for an odd pattern."""
    _refuse_odd(pattern)
    found = list(islice(_coming(pattern), count))
    if len(found) < count:
        sentence = f"Only {len(found)} of {counted(count, 'post')} fit into the next two years. Choose more times."
        raise _refused("times", sentence)
    return found


def _refuse_odd(pattern: Pattern) -> None:
    if not pattern.times:
        raise _refused("times", "Write at least one time of day, such as 18:00.")
    if len(pattern.times) > MOST_TIMES:
        raise _refused("times", f"Write {MOST_TIMES} times of day at most.")
    if not 0 <= pattern.every_hours <= LONGEST_HOURS:
        raise _refused("every_hours", f"Choose 1 to {LONGEST_HOURS} hours.")
    if not pattern.every_hours and not pattern.weekdays:
        raise _refused("weekdays", "Choose at least one day of the week.")


def _refused(name: str, sentence: str) -> ValidationFailed:
    return ValidationFailed(FlowError.PATTERN_INVALID, sentence, fields={name: [sentence]})


def _coming(pattern: Pattern) -> Iterator[When]:
    now = clock.now()
    steps = _by_hours(pattern, now) if pattern.every_hours else _by_days(pattern, now)
    for when, at in steps:
        if at > now + HORIZON:
            return
        if at > now:
            yield when


def _by_days(pattern: Pattern, now: datetime) -> Iterator[tuple[When, datetime]]:
    # A day that begins long ago is not counted through.
    on = max(pattern.starts_on, walltime.to_wall(now, pattern.zone).date())
    while True:
        if on.weekday() in pattern.weekdays:
            for at in sorted(set(pattern.times)):
                when = When(wall=datetime.combine(on, at), zone=pattern.zone)
                yield when, when.resolve(pattern.zone).at
        on += timedelta(days=1)


def _by_hours(pattern: Pattern, now: datetime) -> Iterator[tuple[When, datetime]]:
    at = walltime.to_instant(datetime.combine(pattern.starts_on, min(pattern.times)), pattern.zone).at
    step = timedelta(hours=pattern.every_hours)
    if at <= now:
        at += step * ((now - at) // step + 1)
    while True:
        yield When(at=at, zone=pattern.zone), at
        at += step
