"""One's own name and preferences."""

from typing import Any

from django.db import transaction

from accounts import audit
from accounts.errors import AccountError
from accounts.models import Preferences, User
from accounts.services.registration import check_timezone
from core.actor import Actor
from core.errors import ValidationFailed

LANGUAGES = {
    "en": "English", "de": "German", "es": "Spanish", "fr": "French", "it": "Italian", "nl": "Dutch",
    "pt": "Portuguese", "pl": "Polish", "sv": "Swedish", "tr": "Turkish", "ja": "Japanese", "ko": "Korean",
}  # fmt: skip

EVENTS = {
    "post_published": "A post was published",
    "post_failed": "A post failed, or only some platforms took it",
    "action_required": "A connection or post needs me, or will within a week",
    "connection_made": "An account was connected",
    "edit_finished": "An edit is ready, or could not be made",
    "analysis_failed": "A video could not be analysed",
    "approval": "A post waits for my approval, or one of mine was decided",
}
CHOICES = {
    "week_start": Preferences.WeekStart.values,
    "hour_format": Preferences.HourFormat.values,
    "theme": Preferences.Theme.values,
}
CHANNELS = {"email": "E-mail", "app": "In the app"}
_MAILED = ("post_failed", "action_required", "connection_made", "approval")
_DEFAULT_ON = {(event, "email") for event in _MAILED} | {(event, "app") for event in EVENTS}


def notification_choices(preferences: Preferences) -> dict[str, dict[str, bool]]:
    """Every event with every channel, as chosen or by default."""
    return {
        event: {
            channel: bool(preferences.notifications.get(event, {}).get(channel, (event, channel) in _DEFAULT_ON))
            for channel in CHANNELS
        }
        for event in EVENTS
    }


def _person(actor: Actor) -> User:
    assert actor.user_id is not None, "only people have a profile"
    return User.objects.get(pk=actor.user_id)


def update_profile(*, actor: Actor, name: str | None = None) -> User:
    """Change one's name. The address has its own way (`services.addresses`)."""
    user = _person(actor)
    if name is None or (label := name.strip()[:120]) == user.name:
        return user
    user.name = label
    with transaction.atomic():
        user.save(update_fields=["name", "updated_at"])
        audit.record(actor, "updated_profile", ("user", user.pk), {"name": label})
    return user


def update_preferences(*, actor: Actor, **changes: Any) -> Preferences:
    """Change any of language, timezone, week_start, hour_format, theme, notifications."""
    with transaction.atomic():
        # Under a lock: what is chosen for one event is merged with what another tab chose for others.
        preferences = Preferences.objects.select_for_update().get(user=_person(actor))
        for field, value in changes.items():
            setattr(preferences, field, _checked(preferences, field, value))
        preferences.save(update_fields=[*changes, "updated_at"])
        audit.record(actor, "updated_preferences", ("user", actor.user_id), changes)
    return preferences


def _checked(preferences: Preferences, field: str, value: Any) -> Any:
    if field == "timezone":
        return check_timezone(value)
    if field == "notifications":
        return _merged_notifications(preferences, value)
    if field == "language":
        allowed: Any = LANGUAGES
    elif field in CHOICES:
        allowed = CHOICES[field]
    else:
        raise ValidationFailed(AccountError.PREFERENCE_INVALID, f"There is no preference named {field}.")
    if value not in allowed:
        sentence = f"Choose one of: {', '.join(allowed)}."
        raise ValidationFailed(AccountError.PREFERENCE_INVALID, sentence, fields={field: [sentence]})
    return value


def _merged_notifications(preferences: Preferences, value: Any) -> dict[str, dict[str, bool]]:
    chosen = notification_choices(preferences)
    known = isinstance(value, dict) and all(
        event in EVENTS
        and isinstance(channels, dict)
        and all(channel in CHANNELS and isinstance(on, bool) for channel, on in channels.items())
        for event, channels in value.items()
    )
    if not known:
        sentence = f"Give events ({', '.join(EVENTS)}) with channels ({', '.join(CHANNELS)}) set to true or false."
        raise ValidationFailed(AccountError.PREFERENCE_INVALID, sentence, fields={"notifications": [sentence]})
    for event, channels in value.items():
        chosen[event].update(channels)
    return chosen
