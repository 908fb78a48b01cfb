"""X's token endpoint: access tokens of two hours, and refresh tokens that work once.

When the answer to a renewal is lost, nobody knows whether X has already replaced the refresh token. The old one is
presented again: either X takes it (the first call never arrived), or it refuses it, and the person is asked to
reconnect. Nothing is tried a third time with a token that X has refused.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from publishing.platforms.base import Tokens
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.http import Caller
from publishing.platforms.twitter import errors


def parse(body: Mapping[str, Any], now: datetime) -> Tokens:
    """Lifetimes come from the answer. Without `offline.access` there is no refresh token: then the consent ends with
    its access token."""
    lifetime = body.get("expires_in")
    ends = now + timedelta(seconds=int(lifetime)) if lifetime is not None else None
    refresh = str(body.get("refresh_token") or "")
    return Tokens(
        access=str(body.get("access_token", "")),
        refresh=refresh,
        expires_at=ends,
        refresh_expires_at=None if refresh else ends,
        scopes=tuple(str(body.get("scope", "")).split()),
    )


def refresh(http: Caller, refresh_token: str, now: datetime) -> Tokens:
    if not refresh_token:
        raise PlatformError(ErrorKind.AUTH_EXPIRED, errors.EXPIRED, code="no_refresh_token")
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    answer = http.call("POST", http.url("api", "/2/oauth2/token"), form=form, headers=http.basic)
    body = answer.json()
    if answer.status != 200 or not body.get("access_token"):
        raise errors.oauth(answer, renewing=True)
    return parse(body, now)


def revoke(http: Caller, token: str) -> None:
    """Give the consent back. The answer is not judged: a dead token is as good as a revoked one."""
    form = {"token": token, "client_id": http.client_id}
    http.call("POST", http.url("api", "/2/oauth2/revoke"), form=form, headers=http.basic)
