"""A consent that reaches several accounts waits, sealed in its row, until the person has chosen some of them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from core import clock, crypto
from core.actor import Actor
from core.errors import Conflict, NotFound
from publishing.errors import PublishingError
from publishing.models import AccountStatus, OAuthState, SocialAccount
from publishing.platforms.base import AccountInfo, Tokens

LIFE = timedelta(minutes=30)
_MODEL = "publishing.oauthstate"


@dataclass(frozen=True, slots=True)
class Choice:
    """Nothing is connected until the person has chosen."""

    workspace_id: UUID
    choice_id: UUID


@dataclass(frozen=True, slots=True)
class Option:
    """One account to choose. `known`: it is connected here already, so it is ticked beforehand."""

    info: AccountInfo
    known: bool


@dataclass(frozen=True, slots=True)
class Pending:
    """A choice in hand, with the consent behind it."""

    choice_id: UUID
    platform: str
    login: str
    until: datetime
    tokens: Tokens
    options: tuple[Option, ...]


def offer(row: OAuthState, login: str, tokens: Tokens, infos: Sequence[AccountInfo]) -> Choice:
    """Keep a consent until its person has chosen; its tokens are destroyed when they do not."""
    value = {"login": login, "tokens": asdict(tokens), "accounts": [asdict(info) for info in infos]}
    sealed = crypto.seal(json.dumps(value, default=str), model=_MODEL, pk=row.pk, field="sealed")
    OAuthState.objects.filter(pk=row.pk).update(sealed=sealed, choice_until=clock.now() + LIFE)
    return Choice(row.workspace_id, row.pk)


def read(actor: Actor, choice_id: UUID) -> Pending:
    """The actor's own choice in this workspace. Raises `NotFound`, or `Conflict` when it is over."""
    if actor.user_id is None:
        raise NotFound
    rows = OAuthState.objects.for_workspace(actor.workspace_id)
    row = rows.filter(pk=choice_id, user_id=actor.user_id, used_at__isnull=False).first()
    if row is None:
        raise NotFound
    if row.choice_until is None or row.choice_until <= clock.now():
        raise Conflict(PublishingError.CHOICE_GONE, "This choice has expired. Start the connection again.")
    value = json.loads(crypto.unseal(row.sealed, model=_MODEL, pk=row.pk, field="sealed"))
    infos = [AccountInfo(**item) for item in value["accounts"]]
    here = accounts_of(actor, row.platform)
    known = set(here.exclude(status=AccountStatus.DISCONNECTED).values_list("external_id", flat=True))
    options = tuple(Option(info, info.external_id in known) for info in infos)
    return Pending(row.pk, row.platform, value["login"], row.choice_until, _tokens(value["tokens"]), options)


def accounts_of(actor: Actor, connector: str) -> QuerySet[SocialAccount]:
    """The workspace's accounts that came by a platform's own consent, or by a service."""
    own = Q(platform=connector, via="") | Q(via=connector)
    return SocialAccount.objects.for_workspace(actor.workspace_id).filter(own)


def use_up(found: Pending) -> None:
    """A choice is made once. Raises `Conflict` when it was made meanwhile."""
    rows = OAuthState.objects.filter(pk=found.choice_id, choice_until__gt=clock.now())
    if not rows.update(choice_until=None, sealed=""):
        raise Conflict(PublishingError.CHOICE_GONE, "This choice was made already. Start the connection again.")


def _tokens(value: dict[str, Any]) -> Tokens:
    def at(name: str) -> datetime | None:
        return datetime.fromisoformat(value[name]) if value[name] else None

    times = {name: at(name) for name in ("expires_at", "refresh_expires_at")}
    return Tokens(**{**value, **times, "scopes": tuple(value["scopes"])})
