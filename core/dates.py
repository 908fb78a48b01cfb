"""Dates and times that people and programs send: read in one place, within bounds that arithmetic survives.

A day or time outside the years that the product can be about (2000 until ten years from now) is a slip, and far ones
overflow as soon as a zone or a week is added to them.
"""

import re
from datetime import date, datetime, timedelta

from core import clock

EARLIEST = date(2000, 1, 1)
_AHEAD = timedelta(days=3653)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WALL_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?", re.ASCII)


class DateRefused(ValueError):
    """What cannot be read, or lies outside the bounds; the message is a sentence for a person."""


class DateUnreadable(DateRefused):
    """What is no day or time at all."""


def latest() -> date:
    """The last day that is accepted: ten years from now."""
    return clock.now().date() + _AHEAD


def check(value: date) -> date:
    """The same day (or time), when it lies within the bounds; else `DateRefused`."""
    on = value.date() if isinstance(value, datetime) else value
    if not EARLIEST <= on <= latest():
        raise DateRefused(f"Choose a date between {EARLIEST.isoformat()} and {latest().isoformat()}.")
    return value


def day(text: str) -> date:
    """A calendar day written as YYYY-MM-DD. Raises `DateRefused`."""
    if not _DAY.fullmatch(text):
        raise DateUnreadable("Write the date as 2026-12-24.")
    try:
        return check(date.fromisoformat(text))
    except DateRefused:
        raise
    except ValueError:
        raise DateUnreadable(f"There is no day {text}.") from None


def wall_time(text: str) -> datetime:
    """A time on somebody's wall clock, without an offset: YYYY-MM-DDTHH:MM, seconds dropped. Raises `DateRefused`."""
    if not _WALL_TIME.fullmatch(text):
        raise DateUnreadable("Write the date and time as 2026-12-24T10:30.")
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise DateUnreadable(f"There is no time {text}.") from None
    check(found)
    return found.replace(second=0, microsecond=0)
