"""The forms around posts in spreadsheets: a file with its zone, and choices that its rows do not make."""

from collections.abc import Collection, Mapping
from typing import Any

from django import forms

from pages.forms import options
from pages.forms.times import ZoneField
from platforms import PLATFORMS


class FileForm(forms.Form):
    """A CSV file and the zone of its times."""

    file = forms.FileField(
        label="CSV file", allow_empty_file=True, widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
        error_messages={"required": "Choose a file first."},
    )  # fmt: skip
    timezone = ZoneField(label="Time zone of the times", required=False)

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["timezone"].initial = zone


class ChoicesForm(forms.Form):
    """What one platform asks for a post and rows leave out: the same for all of them."""

    def __init__(self, data: Mapping[str, Any] | None, *, platform: str, without: Collection[str] = ()) -> None:
        super().__init__(data, prefix=f"choices-{platform}")
        self.platform, self.label = platform, PLATFORMS[platform].label
        self.described = [item for item in PLATFORMS[platform].fields if item.needed and item.name not in without]
        for item in self.described:
            self.fields[item.name] = options.drawn(item, {}, self.label)

    def options(self) -> dict[str, Any]:
        """The choices that were made."""
        self.is_valid()
        return options.chosen(self.described, self.cleaned_data)
