"""Consents that nobody uses any more: our tokens are destroyed, and the platform is informed."""

import logging
from dataclasses import dataclass

from django.db.models import Q

from core import scope
from publishing.engine import secrets, sessions
from publishing.models import Grant
from publishing.platforms.base import Tokens
from publishing.platforms.errors import NoAnswer, NotSent, PlatformError
from publishing.platforms.registry import ADAPTERS, adapter_for

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lost:
    """A consent whose row is gone."""

    platform: str
    app: str
    login: str
    subject: str
    tokens: Tokens


def drop(grant: Grant) -> Lost:
    """Destroy our copy of a consent; what comes back is for telling the platform."""
    try:
        tokens = Tokens(secrets.access_token(grant), secrets.refresh_token(grant), subject=grant.subject)
    except PlatformError:
        tokens = Tokens("")  # what cannot be read any more can still be forgotten
    app = adapter_for(grant.platform).way(grant.login).app or grant.platform
    grant.delete()
    return Lost(grant.platform, app, grant.login, grant.subject, tokens)


def tell_platform(lost: Lost) -> None:
    """As well as it goes: our own copy of the tokens is gone either way.

    A platform that knows one permission per person and app (Meta) would end it for every other connection of that
    person as well, here and in other workspaces. It is told only when there is none.
    """
    if not lost.tokens.access or (adapter_for(lost.platform).revokes_person and _person_still_connected(lost)):
        return
    try:
        with sessions.caller(lost.platform, lost.login) as http:
            adapter_for(lost.platform).revoke(http, lost.tokens)
    except (PlatformError, NoAnswer, NotSent):
        logger.warning("%s did not take back a consent.", lost.platform)


def _person_still_connected(lost: Lost) -> bool:
    same_app = Q(pk__in=[])
    for name, adapter in ADAPTERS.items():
        for way in adapter.ways():
            if (way.app or name) == lost.app:
                same_app |= Q(platform=name, login=way.key)
    with scope.system("other connections of a person who disconnects"):
        return Grant.objects.filter(same_app, subject=lost.subject).exists()
