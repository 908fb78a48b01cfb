"""What an account lets a person choose for a post, asked of the platform shortly before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache

from publishing.engine import grants, rate_slots
from publishing.engine.account_calls import ask
from publishing.models import SocialAccount
from publishing.platforms.base import AccountRef
from publishing.platforms.errors import NoAnswer, NotSent, PlatformError
from publishing.platforms.registry import adapter_for

_FRESH_S = 60


@dataclass(frozen=True, slots=True)
class Choices:
    """`options` as the adapter gives them; `problem` says why there are none."""

    options: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


def choices(account: SocialAccount) -> Choices:
    """The account's present choices, at most a minute old. Never raises: a form must still be drawn."""
    key = _key(account)
    fresh = cache.get(key)
    if fresh is not None:
        return Choices(fresh)
    adapter = adapter_for(account.platform, account.via)
    if account.grant_id is None:
        return Choices(problem=f"{account.handle} is disconnected.")
    if rate_slots.take(adapter, "creator_info", str(account.grant_id)) is not None:
        return Choices(problem=f"{adapter.label} asked for a pause. Reload in a minute.")
    try:
        found = dict(ask(account, adapter.creator_options))
    except PlatformError as error:
        return Choices(problem=error.sentence)
    except (NoAnswer, NotSent, grants.Busy):
        return Choices(problem=f"{adapter.label} did not answer, so its choices are not known right now.")
    cache.set(key, found, _FRESH_S)
    return Choices(found)


def known(account: SocialAccount) -> AccountRef:
    """The account with what was asked of its platform within the last minute; asks nothing."""
    return AccountRef(account.external_id, account.username, {**account.facts, **remembered(account).options})


def remembered(account: SocialAccount) -> Choices:
    """The choices that were asked for within the last minute; asks nothing."""
    return Choices(cache.get(_key(account)) or {})


def _key(account: SocialAccount) -> str:
    return f"publishing.choices.{account.pk}"
