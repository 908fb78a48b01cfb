"""The form of a service that is connected by an API key."""

from typing import Any

from django import forms
from django.conf import settings

from publishing.platforms.registry import SERVICES


class KeyForm(forms.Form):
    """One key, shown to nobody: not even to whoever pasted it, when the form comes back."""

    api_key = forms.CharField(
        max_length=500,
        strip=True,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, service: str, **kwargs: Any) -> None:
        kwargs["auto_id"] = f"{service}-%s"
        super().__init__(*args, **kwargs)
        config = settings.PLATFORMS[service]
        field = self.fields["api_key"]
        field.label = f"{SERVICES[service].label} API key"
        field.error_messages["required"] = "Paste the key first."
        if config.get("api_key"):
            field.required = False
            field.help_text = "Leave it empty to use the key of this installation."
        elif config["sandbox"]:
            field.help_text = f"The sandbox takes the key sandbox-{service}-secret."
