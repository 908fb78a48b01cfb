"""The form of a recurring post. Rules live in the service; this carries fields."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from pages.forms.times import DayField, ZoneField
from publishing.models import RecurringPost, Rhythm
from publishing.schedule.recurrence import DAYS, Pattern
from publishing.services import recurring

_LONGEST_TEXT = 20_000
# As many texts as are asked for from the beginning; one more than there are, so that there is room for another.
_FEWEST_TEXTS = 3


class RecurringForm(forms.Form):
    """On which days, at what time, until when, and the texts in turn."""

    rhythm = forms.ChoiceField(
        label="How often", choices=Rhythm.choices, widget=forms.RadioSelect, initial=Rhythm.WEEKDAYS
    )
    every = forms.IntegerField(
        label="Every how many days", required=False, min_value=1, max_value=365, initial=7,
        help_text="Only for “Every few days”.",
    )  # fmt: skip
    weekdays = forms.TypedMultipleChoiceField(
        label="Days of the week", required=False, coerce=int, choices=list(enumerate(DAYS)),
        widget=forms.CheckboxSelectMultiple, help_text="Only for “On days of the week”.",
    )  # fmt: skip
    month_day = forms.IntegerField(
        label="Day of the month", required=False, min_value=1, max_value=31, initial=1,
        help_text="Only for “On a day of the month”. A month without this day takes its last one.",
    )  # fmt: skip
    at = forms.TimeField(label="Time", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    zone = ZoneField(label="Time zone", required=False, help_text="The time stays the same there when clocks change.")
    starts_on = DayField(label="First day")
    ends_on = DayField(
        label="Last day", required=False, help_text="Within a year of the first, which is also what no day means."
    )
    count = forms.IntegerField(
        label="Number of posts", required=False, min_value=1, max_value=recurring.MOST_POSTS,
        help_text="Ends sooner, after so many posts.",
    )  # fmt: skip

    def __init__(self, *args: Any, zone: str, texts: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].initial = zone
        sent = sum(name.startswith("text_") for name in self.data)
        self.numbers = range(1, min(recurring.MOST_TEXTS, max(_FEWEST_TEXTS, texts + 1, sent)) + 1)
        for number in self.numbers:
            self.fields[f"text_{number}"] = forms.CharField(
                label=f"Text {number}", required=False, max_length=_LONGEST_TEXT, strip=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            )  # fmt: skip

    @property
    def text_fields(self) -> list[Any]:
        """The fields of the texts, in their order."""
        return [self[f"text_{number}"] for number in self.numbers]

    def pattern(self) -> Pattern:
        """What a valid form says of days and times."""
        data = self.cleaned_data
        return Pattern(
            rhythm=data["rhythm"], at=data["at"].replace(second=0, microsecond=0), zone=data["zone"],
            starts_on=data["starts_on"], ends_on=data["ends_on"] or recurring.default_end(data["starts_on"]),
            every=data["every"] or 0, weekdays=tuple(data["weekdays"]), month_day=data["month_day"] or 0,
            count=data["count"],
        )  # fmt: skip

    def texts(self) -> list[str]:
        """The texts that were written."""
        return [self.cleaned_data[f"text_{number}"] for number in self.numbers]


def written(texts: Sequence[str]) -> dict[str, str]:
    """The initial values of the texts' fields."""
    return {f"text_{number}": text for number, text in enumerate(texts, start=1)}


def of_rule(rule: RecurringPost) -> dict[str, Any]:
    """The form's fields of a saved rule."""
    return {
        "rhythm": rule.rhythm, "every": rule.every, "weekdays": rule.weekdays, "month_day": rule.month_day,
        "at": rule.at, "zone": rule.zone, "starts_on": rule.starts_on.isoformat(),
        "ends_on": rule.ends_on.isoformat(), "count": rule.count, **written(rule.texts),
    }  # fmt: skip


def of_new(text: str, today: date) -> dict[str, Any]:
    """The form's fields of a rule to be."""
    return {"starts_on": today.isoformat(), "at": "18:00", "weekdays": [today.weekday()], **written([text])}
