"""What single cells say: days, times, lists, choices. What cannot be read is a `CellRefused` with its sentence."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from core import dates
from platforms.descriptor import Field

_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", re.ASCII)
_HEAD = re.compile(r"([\d./-]+)(?:[Tt ]\s*(.*))?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?::(\d{2})(?:\.\d{1,6})?)?\s*([ap]\.?m\.?)?", re.ASCII | re.IGNORECASE)
_OFFSET = re.compile(r"\s*(Z|UTC|([+-])(\d{2}):?(\d{2}))$", re.ASCII | re.IGNORECASE)
_SEPARATORS = re.compile(r"[;|\n,]")
_YES, _NO = frozenset({"yes", "y", "true", "1", "on", "x"}), frozenset({"no", "n", "false", "0", "off"})


class CellRefused(Exception):
    """What a cell says cannot be taken; `code` names the kind."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, the time of day if the cell has one, and its offset from UTC if it names one."""

    on: date
    at: time | None = None
    offset: timezone | None = None


def parts(text: str) -> list[str]:
    """The items of a cell, separated by semicolons, bars, commas or lines; each once."""
    return list(dict.fromkeys(part.strip() for part in _SEPARATORS.split(text) if part.strip()))


def names(text: str) -> list[str]:
    """The files of a cell. A comma separates only where nothing else does: file names have commas."""
    pieces = re.split(r"[;|\n]", text)
    return list(dict.fromkeys(piece.strip() for piece in pieces if piece.strip()))


def moment(text: str) -> Moment:
    """`2026-12-24`, `24.12.2026`, `12/24/2026`, each with or without a time and an offset behind it."""
    split = _HEAD.fullmatch(text.strip())
    head, rest = (split[1], split[2] or "") if split else (text.strip(), "")
    on = day(head)
    if not rest.strip():
        return Moment(on)
    found = _OFFSET.search(rest)
    offset = None
    if found and (found[2] or found[1].upper() in ("Z", "UTC")):
        sign = -1 if found[2] == "-" else 1
        minutes = sign * (int(found[3] or 0) * 60 + int(found[4] or 0))
        if abs(minutes) >= 24 * 60:
            raise CellRefused("time_unreadable", f"“{text[:40]}” is no time: no zone is a day away from UTC.")
        offset = timezone(timedelta(minutes=minutes))
        rest = rest[: found.start()]
    return Moment(on, clock(rest), offset)


def day(text: str) -> date:
    """A calendar day. One that may be read in two ways is refused."""
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, number = map(int, found.groups())
    elif found := _DAY_FIRST.fullmatch(text):
        number, month, year = map(int, found.groups())
    elif found := _SLASHED.fullmatch(text):
        first, second, year = map(int, found.groups())
        if first <= 12 and second <= 12 and first != second:
            ways = f"{year}-{first:02}-{second:02} or {year}-{second:02}-{first:02}"
            sentence = f"“{text}” may be two days. Write it as {ways}."
            raise CellRefused("date_ambiguous", sentence)
        number, month = (first, second) if first > 12 else (second, first)
    else:
        raise CellRefused("date_unreadable", f"“{text[:40]}” is no date. Write it as 2026-12-24.")
    try:
        return dates.check(date(year, month, number))
    except dates.DateRefused as refused:
        raise CellRefused("date_far", str(refused)) from None
    except ValueError:
        raise CellRefused("date_missing", f"There is no day {text}.") from None


def clock(text: str) -> time:
    """A time of day: `18:00`, `18:00:00`, `6:00 PM`, `6pm`."""
    found = _CLOCK.fullmatch(text.strip())
    half = (found[4] or "").lower().replace(".", "") if found else ""
    if found is None or not (found[2] or half):
        raise CellRefused("time_unreadable", f"“{text.strip()[:40]}” is no time of day. Write it as 18:00.")
    hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if half:
        if not 1 <= hour <= 12:
            raise CellRefused("time_unreadable", f"“{text.strip()[:40]}” is no time of day. Write it as 18:00.")
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return time(hour, minute, min(second, 59)).replace(second=0)
    except ValueError:
        raise CellRefused("time_missing", f"There is no time {text.strip()[:40]}.") from None


def wall(found: Moment, at: time) -> datetime:
    """The moment with its time of day: naive, or aware when the cell named an offset."""
    return datetime.combine(found.on, at, found.offset)


def option(item: Field, text: str) -> object:
    """The value of a platform's choice. A picture's file is left to the caller."""
    said = text.casefold()
    if item.kind in ("toggle", "answer"):
        if said in _YES | _NO:
            return said in _YES
        raise CellRefused("option_value", f"“{text[:40]}” is neither yes nor no.")
    if item.kind == "choice":
        for value, label in item.choices:
            if said in (value.casefold(), label.casefold()):
                return value
        known = ", ".join(value or "empty" for value, _ in item.choices)
        raise CellRefused("option_value", f"“{text[:40]}” is none of {known}.")
    if item.kind == "number":
        if re.fullmatch(r"\d{1,9}", text, re.ASCII):
            return int(text)
        raise CellRefused("option_value", f"“{text[:40]}” is no whole number.")
    return parts(text) if item.kind == "lines" else text
