"""Asking a platform about an account, apart from any post: the token is renewed once on a 401."""

from collections.abc import Callable
from typing import TypeVar

from publishing.engine import grants, sessions
from publishing.models import Grant, SocialAccount
from publishing.platforms.base import Session
from publishing.platforms.errors import ErrorKind, PlatformError

T = TypeVar("T")

# How long a question waits while somebody else renews the tokens; most renewals are one quick call.
PATIENCE_S = 3.0


def ask(account: SocialAccount, question: Callable[[Session], T]) -> T:
    """The answer to one question. Raises `PlatformError`, `NoAnswer`, `NotSent` or `Busy`."""
    if account.grant_id is None:
        raise PlatformError(ErrorKind.AUTH_EXPIRED, "This account is disconnected.", code="grant_dead")
    grant = grants.usable(grants.read(account.grant_id), patience_s=PATIENCE_S)
    try:
        return _once(account, grant, question)
    except PlatformError as error:
        if not error.token_problem:
            raise
    renewed = grants.renew(grant, patience_s=PATIENCE_S)
    account.refresh_from_db(fields=["token_sealed"])
    return _once(account, renewed, question)


def _once(account: SocialAccount, grant: Grant, question: Callable[[Session], T]) -> T:
    with sessions.caller(grant.platform, grant.login) as http:
        return question(sessions.of(account, grant, http))
