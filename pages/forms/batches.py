"""The form that turns many videos into posts: files, accounts, a pattern of times, words."""

from collections.abc import Iterable
from datetime import time
from typing import Any
from uuid import UUID

from django import forms

from flows.batches.times import LONGEST_HOURS, Pattern
from flows.spreadsheets import cells
from flows.spreadsheets.cells import CellRefused
from media.models import MediaFile
from pages.forms.files import FilesForm
from pages.forms.times import DayField, ZoneField
from publishing.models import SocialAccount

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class TimesField(forms.CharField):
    """Times of day, separated by commas."""

    def clean(self, value: Any) -> tuple[time, ...]:
        """In the order in which they were written; each readable, or a sentence."""
        text = super().clean(value)
        try:
            return tuple(cells.clock(part) for part in cells.parts(text))
        except CellRefused as refused:
            raise forms.ValidationError(refused.message) from None


class BatchForm(FilesForm):
    """What all posts share, and when they go out."""

    accounts = forms.MultipleChoiceField(
        label="Accounts", widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose an account."}
    )
    kind = forms.ChoiceField(
        label="When",
        choices=[("days", "On days of the week, at times of day"), ("hours", "Every so many hours")],
        initial="days",
        widget=forms.RadioSelect,
    )
    weekdays = forms.MultipleChoiceField(
        label="Days",
        choices=[(str(place), day) for place, day in enumerate(_DAYS)],
        initial=[str(place) for place in range(7)],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    times = TimesField(
        label="Times of day", initial="18:00", max_length=120, help_text="One or several, such as 09:00, 18:00."
    )
    every_hours = forms.IntegerField(
        label="Hours between two posts", initial=24, min_value=1, max_value=LONGEST_HOURS, required=False
    )
    starts_on = DayField(label="From", help_text="What has passed is left out.")
    timezone = ZoneField(label="Time zone", required=False)
    template = forms.ChoiceField(label="Template", required=False)
    text = forms.CharField(
        label="Text",
        required=False,
        max_length=20_000,
        strip=False,
        initial="{{title}}",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    optimize = forms.BooleanField(
        label="Fit the text and its hashtags to each platform", required=False, help_text="40 texts at most at once."
    )
    campaign = forms.CharField(label="Campaign", required=False, max_length=80)

    def __init__(
        self,
        *args: Any,
        files: Iterable[MediaFile],
        accounts: Iterable[SocialAccount],
        templates: Iterable[tuple[str, str]],
        zone: str,
        today: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, files=files, **kwargs)
        rows = list(accounts)
        choices: dict[str, list[tuple[str, str]]] = {
            "accounts": [(str(row.pk), f"{row.get_platform_display()} · {row.handle}") for row in rows],
            "template": [("", "No template: the text below"), *templates],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered
        self.fields["timezone"].initial = zone
        self.fields["starts_on"].initial = today

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("kind") == "days" and not found.get("weekdays"):
            self.add_error("weekdays", "Choose at least one day.")
        if found.get("kind") == "hours" and not found.get("every_hours") and "every_hours" not in self.errors:
            self.add_error("every_hours", "Say how many hours.")
        if not self.chosen_media():
            self.add_error("media", "Choose at least one video.")
        return found

    def pattern(self) -> Pattern:
        """The chosen times, of a valid form."""
        data = self.cleaned_data
        hours = data["every_hours"] if data["kind"] == "hours" else 0
        days = frozenset(map(int, data["weekdays"])) if data["kind"] == "days" else frozenset(range(7))
        return Pattern(data["timezone"], data["starts_on"], data["times"], days, hours)

    def account_ids(self) -> list[UUID]:
        """The chosen accounts."""
        return [UUID(key) for key in self.cleaned_data["accounts"]]

    def template_id(self) -> UUID | None:
        """The chosen template."""
        return UUID(self.cleaned_data["template"]) if self.cleaned_data.get("template") else None
