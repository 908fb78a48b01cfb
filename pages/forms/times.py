"""Form fields of a day, a time on the wall clock and a zone, within the bounds of `core.dates`."""

from datetime import date, datetime
from typing import Any

from django import forms

from core import dates, timezones


class DayField(forms.CharField):
    """A calendar day, drawn as the browser's own date field."""

    widget = forms.DateInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=10, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """What the browser needs to offer only days that are accepted."""
        ends = {"min": dates.EARLIEST.isoformat(), "max": dates.latest().isoformat()}
        return {**super().widget_attrs(widget), "type": "date", **ends}

    def clean(self, value: Any) -> date | None:
        """None when left empty and not required."""
        text = super().clean(value)
        return _read(dates.day, text, "This is not a date.") if text else None


class WallTimeField(forms.CharField):
    """A time on a wall clock. Not a DateTimeField: that one refuses times that the person's zone skips or has twice."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "datetime-local"}))
        super().__init__(max_length=26, **kwargs)

    def clean(self, value: Any) -> datetime | None:
        """A naive time; None when left empty and not required."""
        text = super().clean(value)
        return _read(dates.wall_time, text, "This is not a date and a time.") if text else None


class ZoneField(forms.CharField):
    """A time zone by its IANA name; the field's initial one when left empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=64, widget=forms.TextInput(attrs={"list": "zones"}), **kwargs)

    def clean(self, value: Any) -> str:
        """The zone's present name."""
        found = timezones.canonical(super().clean(value) or self.initial or "")
        if not found:
            raise forms.ValidationError("This is not a time zone like Europe/Paris.")
        return found


class MoveForm(forms.Form):
    """Another time for something planned."""

    wall_time = WallTimeField(label="Date and time")
    timezone = ZoneField(label="Time zone")


def _read(reader: Any, text: str, unreadable: str) -> Any:
    """A browser writes dates by itself, so a person is not told how they are written."""
    try:
        return reader(text)
    except dates.DateUnreadable:
        raise forms.ValidationError(unreadable) from None
    except dates.DateRefused as refused:
        raise forms.ValidationError(str(refused)) from None
