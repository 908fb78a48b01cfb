"""Whom a command acts for."""

import secrets

from accounts import actors
from accounts.models import User
from accounts.services import registration
from core.actor import Actor, ActorKind
from core.errors import NotFound

LOCAL_EMAIL = "autopilot@example.com"


def actor_for(email: str = "") -> tuple[Actor, bool]:
    """The actor of a named person; without a name the first person, and where there is none a new local one.

    The second value says whether the person was made just now.
    """
    if email:
        user = User.objects.of_address(email).filter(is_active=True).first()
        if user is None:
            raise NotFound("person_unknown", f"Nobody with the e-mail address {email} has an account.")
        made = False
    else:
        user = User.objects.filter(is_active=True, memberships__isnull=False).order_by("created_at", "id").first()
        made = user is None
        if user is None:
            user = registration.register(email=LOCAL_EMAIL, password=secrets.token_urlsafe(24), name="Autopilot")
    actor = actors.resolve(user, None, kind=ActorKind.USER)
    if actor is None:
        raise NotFound("no_workspace", f"{user.email} is a member of no workspace.")
    return actor, made
