"""The forms of webhooks. Rules live in the services; these carry fields."""

from typing import Any

from django import forms

from webhooks import catalog

ALL, SOME = "all", "some"


class EndpointForm(forms.Form):
    url = forms.CharField(
        label="Address",
        max_length=500,
        help_text="An https address on the public internet that takes POST requests.",
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "https://"}),
    )
    description = forms.CharField(
        label="Description", max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    scope = forms.ChoiceField(
        label="What it is sent",
        choices=[(ALL, "Every event, also those to come"), (SOME, "Only these")],
        initial=ALL,
        widget=forms.RadioSelect,
    )
    events = forms.MultipleChoiceField(label="Events", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["events"]
        chosen.choices = [(each.name, each.label) for each in catalog.types().values()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("scope") == SOME and not data.get("events"):
            self.add_error("events", "Choose at least one event.")
        return data

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        events = data["events"] if data["scope"] == SOME else []
        return {"url": data["url"], "description": data["description"], "events": events}


class ReplayForm(forms.Form):
    since = forms.DateField(
        label="Failed since", required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
