"""In which language content is generated: the person's preference unless a request says otherwise."""

from accounts.models import Preferences
from core.actor import Actor

DEFAULT = "en"


def language_of(actor: Actor) -> str:
    """The `language` preference of whoever asks; English for the system."""
    if actor.user_id is None:
        return DEFAULT
    return Preferences.objects.filter(user_id=actor.user_id).values_list("language", flat=True).first() or DEFAULT
