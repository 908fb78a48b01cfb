"""Fields of requests that carry a day, a time or a zone, within the bounds of `core.dates`."""

from datetime import date, datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core import dates, timezones


class DayField(serializers.DateField):
    """A calendar day (YYYY-MM-DD)."""

    def to_internal_value(self, value: Any) -> date:
        """Raises a validation error that says how a day is written, or which days are accepted."""
        try:
            return dates.day(str(value).strip())
        except dates.DateRefused as refused:
            raise serializers.ValidationError(str(refused), code="invalid") from None


class InstantField(serializers.DateTimeField):
    """An instant: ISO 8601 with an offset (`Z` or `+02:00`)."""

    default_error_messages = {
        "offset": "Add the offset to the time, for example 2026-12-24T10:30:00Z.",
        "no_time": "Add the time of day, for example 2026-12-24T10:30:00Z.",
    }
    needs_offset = True

    def to_internal_value(self, value: Any) -> datetime:
        """Raises a validation error for what is no time, for a day alone, and outside the accepted days."""
        if isinstance(value, str) and len(value.strip()) == 10:
            self.fail("no_time")
        found: datetime = super().to_internal_value(value)
        return found

    def enforce_timezone(self, value: datetime) -> datetime:
        """Take the value as it was written: an offset is never guessed."""
        if value.tzinfo is None and self.needs_offset:
            self.fail("offset")
        try:
            dates.check(value)
        except dates.DateRefused as refused:
            raise serializers.ValidationError(str(refused), code="invalid") from None
        return value


class WhenField(InstantField):
    """An instant, or without an offset a time on the wall clock of the zone that the request names.

    The value is aware in the first case and naive in the second; whoever reads it decides on the zone.
    """

    needs_offset = False


class BoundField(WhenField):
    """One end of a span of time: as `WhenField`, and a day alone means its midnight."""

    def to_internal_value(self, value: Any) -> datetime:
        """Raises a validation error for what is neither a day nor a time."""
        alone = isinstance(value, str) and len(value.strip()) == 10
        return super().to_internal_value(f"{value.strip()}T00:00" if alone else value)


@extend_schema_field({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$"})
class WallTimeField(serializers.CharField):
    """A time on a wall clock, without an offset (2026-03-08T02:30)."""

    def to_internal_value(self, value: Any) -> Any:
        """A naive `datetime`. Raises a validation error for what is no such time."""
        try:
            return dates.wall_time(super().to_internal_value(value))
        except dates.DateRefused as refused:
            raise serializers.ValidationError(str(refused), code="invalid") from None


class ZoneField(serializers.CharField):
    """A time zone by its IANA name."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 64)
        super().__init__(**kwargs)

    def to_internal_value(self, value: Any) -> str:
        """The zone's present name. Raises a validation error for a name that nobody knows."""
        name = super().to_internal_value(value)
        found = timezones.canonical(name)
        if not found:
            raise serializers.ValidationError(f"{name} is not a time zone like Europe/Paris.", code="zone_unknown")
        return found
