"""Connecting a service by an API key that a person pastes: sealed at once, and never shown again."""

import secrets
from dataclasses import replace

from django.conf import settings

from accounts import policy
from accounts.models import User
from accounts.policy import Action
from core import clock
from core.actor import Actor
from core.errors import NotFound, PermissionDenied, Unavailable, ValidationFailed
from core.hooks import limits
from core.ids import uuid7
from publishing.engine import sessions
from publishing.errors import PublishingError
from publishing.models import OAuthState
from publishing.platforms.base import AccountInfo, AccountRef, Session, Tokens
from publishing.platforms.errors import ErrorKind, NoAnswer, NotSent, PlatformError
from publishing.platforms.registry import SERVICES, service_behind
from publishing.services import account_choice, connections
from publishing.services.account_choice import Choice

LONGEST = 500


def connect(*, actor: Actor, service: str, key: str, origin: OAuthState.Origin = OAuthState.Origin.API) -> Choice:
    """Prove a key and list the accounts behind it; nothing is connected before the person has chosen.

    An empty key means the operator's own, where there is one. Raises `ValidationFailed` at the field `api_key`.
    """
    policy.require(actor, Action.MANAGE_CONNECTIONS)
    if service not in SERVICES:
        raise NotFound(PublishingError.PLATFORM_UNKNOWN, f"{service!r} is not connected by a key.")
    user = User.objects.filter(pk=actor.user_id or uuid7()).first()
    if user is None:
        raise PermissionDenied(PublishingError.CONNECT_FAILED, "Only a person can connect a service.")
    given = key.strip() or str(settings.PLATFORMS[service].get("api_key") or "")
    label = SERVICES[service].label
    if not given or len(given) > LONGEST or any(sign.isspace() for sign in given) or not given.isascii():
        raise _at_field(f"Paste your {label} API key: one line, as {label} shows it.")
    limits.check(actor.workspace_id, "accounts", 1)
    tokens, infos = _ask(service, Tokens(given))
    reached = service_behind(service)
    infos = [info for info in infos if info.network in reached]
    if not infos:
        sentence = (
            f"No account that this product can post to is connected in {label}. Connect one there, then try again."
        )
        raise ValidationFailed(PublishingError.ACCOUNT_TYPE, sentence)
    now = clock.now()
    row = OAuthState.objects.create(
        id=uuid7(),
        workspace_id=actor.workspace_id,
        platform=service,
        user=user,
        role=actor.role,
        state_hash=connections.hash_of(secrets.token_urlsafe(32)),
        origin=origin,
        sealed="",
        expires_at=now,
        used_at=now,
    )
    return account_choice.offer(row, "", tokens, infos)


def _ask(service: str, tokens: Tokens) -> tuple[Tokens, list[AccountInfo]]:
    """Whose key it is, and what it reaches."""
    adapter = SERVICES[service]
    with sessions.caller(service) as http:
        session = Session(http, tokens.access, AccountRef("", ""), clock.now(), sessions.no_bytes)
        try:
            subject, infos = adapter.owner(session), adapter.accounts(session)
        except PlatformError as error:
            if error.kind is ErrorKind.AUTH_EXPIRED:
                raise _at_field(f"{adapter.label} does not accept this key. Copy it again and paste it here.") from None
            raise ValidationFailed(PublishingError.CONNECT_FAILED, error.sentence, {"platform": error.words}) from None
        except (NoAnswer, NotSent):
            raise Unavailable(
                PublishingError.CONNECT_FAILED, f"{adapter.label} did not answer. Try again in a moment."
            ) from None
    return replace(tokens, subject=subject), infos


def _at_field(sentence: str) -> ValidationFailed:
    return ValidationFailed(PublishingError.CONNECT_FAILED, sentence, fields={"api_key": [sentence]})
