"""The forms of queues: the times of a week, and a day without posts."""

from typing import Any

from django import forms

from pages.forms.times import DayField, ZoneField
from publishing.models import Queue
from publishing.services.queues import DAYS


class WeekForm(forms.Form):
    """For each day its times, separated by commas or spaces."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=2**31 - 1)
    timezone = ZoneField(label="Time zone", help_text="Times stay those of this zone, also when clocks change.")

    def __init__(self, *args: Any, queue: Queue | None, zone: str, **kwargs: Any) -> None:
        week = queue.week if queue else [[]] * len(DAYS)
        initial: dict[str, Any] = {name: ", ".join(times) for name, times in zip(DAYS, week, strict=True)}
        initial |= {"timezone": queue.zone if queue else zone, "version": queue.version if queue else None}
        super().__init__(*args, **{**kwargs, "initial": initial})
        for name in DAYS:
            widget = forms.TextInput(attrs={"placeholder": "09:00, 18:00", "autocomplete": "off"})
            self.fields[name] = forms.CharField(
                label=name.title(), required=False, max_length=300, empty_value="", widget=widget
            )
        self.order_fields([*DAYS, "timezone", "version"])

    @property
    def days(self) -> list[forms.BoundField]:
        """The fields of the seven days."""
        return [self[name] for name in DAYS]

    def week(self) -> list[list[str]]:
        """Seven lists of what was written."""
        return [self.cleaned_data[name].replace(",", " ").replace(";", " ").split() for name in DAYS]


class BlackoutForm(forms.Form):
    """A day without posts."""

    day = DayField(label="Day")
    note = forms.CharField(
        label="Why", required=False, max_length=80, widget=forms.TextInput(attrs={"placeholder": "Holiday"})
    )
