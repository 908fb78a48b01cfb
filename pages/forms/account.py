"""Forms of sign-up, sign-in, passwords, profile and preferences. Rules live in the services; these carry fields."""

from typing import Any

from django import forms

from accounts.models import Preferences, Role
from accounts.services.profile import CHANNELS, EVENTS, LANGUAGES


class SignUpForm(forms.Form):
    name = forms.CharField(
        label="Your name", max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.CharField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"})
    )
    password = forms.CharField(
        label="Password",
        max_length=1024,
        strip=False,
        help_text="At least 10 characters. A few words in a row are easy to remember and hard to guess.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    timezone = forms.CharField(
        required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-detect-timezone": ""})
    )


class LoginForm(forms.Form):
    email = forms.CharField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "inputmode": "email"}),
    )
    password = forms.CharField(
        label="Password",
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class ForgotForm(forms.Form):
    email = forms.CharField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"})
    )


class ResetForm(forms.Form):
    password = forms.CharField(
        label="New password",
        max_length=1024,
        strip=False,
        help_text="At least 10 characters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class ProfileForm(forms.Form):
    name = forms.CharField(
        label="Name", max_length=120, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.CharField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"})
    )
    password_for_email = forms.CharField(
        label="Password, to change the address",
        required=False,
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(forms.Form):
    current_password = forms.CharField(
        label="Current password",
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password = forms.CharField(
        label="New password",
        max_length=1024,
        strip=False,
        help_text="At least 10 characters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class PreferencesForm(forms.Form):
    timezone = forms.CharField(
        label="Time zone",
        max_length=64,
        help_text="Your schedule is shown and entered in this zone. Type a city, like Europe/Paris.",
        widget=forms.TextInput(attrs={"list": "timezones", "autocomplete": "off", "spellcheck": "false"}),
    )
    language = forms.ChoiceField(
        label="Language of generated content",
        choices=list(LANGUAGES.items()),
        help_text="Strategies, scripts and captions; the product itself speaks English.",
    )
    week_start = forms.ChoiceField(label="Week starts on", choices=Preferences.WeekStart.choices)
    hour_format = forms.ChoiceField(label="Time of day", choices=Preferences.HourFormat.choices)
    theme = forms.ChoiceField(label="Appearance", choices=Preferences.Theme.choices)


class NotificationsForm(forms.Form):
    """One checkbox per event and channel, named `<event>.<channel>`."""

    def __init__(self, *args: Any, chosen: dict[str, dict[str, bool]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chosen = chosen or {}
        for event in EVENTS:
            for channel in CHANNELS:
                self.fields[f"{event}.{channel}"] = forms.BooleanField(required=False)

    def rows(self) -> list[dict[str, Any]]:
        """The table: an event with its channels, each with the field's name, label and state."""
        return [
            {
                "event": event,
                "label": label,
                "channels": [
                    {"name": f"{event}.{channel}", "label": f"{label}: {word}", "on": self.chosen[event][channel]}
                    for channel, word in CHANNELS.items()
                ],
            }
            for event, label in EVENTS.items()
        ]

    def choices(self) -> dict[str, dict[str, bool]]:
        """What the person ticked."""
        return {event: {channel: self.cleaned_data[f"{event}.{channel}"] for channel in CHANNELS} for event in EVENTS}


class InviteForm(forms.Form):
    email = forms.CharField(
        label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"})
    )
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.EDITOR)


class WorkspaceForm(forms.Form):
    name = forms.CharField(label="Workspace name", max_length=120)
