"""LinkedIn's token endpoint. Only approved apps get refresh tokens; everybody else consents again after 60 days."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from publishing.platforms.base import Tokens
from publishing.platforms.errors import ErrorKind, NoAnswer, NotSent, PlatformError
from publishing.platforms.http import Caller
from publishing.platforms.linkedin import errors

# A token that was just renewed may be refused for some seconds.
_TRIES = 6
_PAUSE_S = 2.0


def parse(body: Mapping[str, Any], now: datetime) -> Tokens:
    """Lifetimes come from the answer. Without a refresh token the consent ends with its access token."""

    def at(name: str) -> datetime | None:
        value = body.get(name)
        return now + timedelta(seconds=int(value)) if value is not None else None

    refresh_token = str(body.get("refresh_token") or "")
    ends = at("expires_in")
    return Tokens(
        access=str(body.get("access_token", "")),
        refresh=refresh_token,
        expires_at=ends,
        refresh_expires_at=at("refresh_token_expires_in") if refresh_token else ends,
        scopes=tuple(str(body.get("scope", "")).replace(",", " ").split()),
    )


def refresh(http: Caller, refresh_token: str, now: datetime) -> Tokens:
    """The refresh token stays the same, and use does not put off its end."""
    if not refresh_token:
        raise PlatformError(ErrorKind.AUTH_EXPIRED, errors.EXPIRED, code="no_refresh_token")
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
        "client_id": http.client_id,
        "client_secret": http.client_secret,
    }
    answer = http.call("POST", http.url("auth", "/oauth/v2/accessToken"), form=form)
    body = answer.json()
    if answer.status != 200 or not body.get("access_token"):
        raise errors.oauth(answer, renewing=True)
    found = parse(body, now)
    _settle(http, found.access)
    return found


def _settle(http: Caller, token: str) -> None:
    """Wait until LinkedIn knows the token it has just issued; the token is kept whatever comes of it."""
    for _ in range(_TRIES):
        try:
            if http.call("GET", http.url("api", "/v2/userinfo"), bearer=token).status != 401:
                return
        except (NoAnswer, NotSent):
            return
        time.sleep(_PAUSE_S)


def subject(http: Caller, token: str) -> str:
    """Whose consent it is: the member's URN; empty when LinkedIn does not say."""
    answer = http.call("GET", http.url("api", "/v2/userinfo"), bearer=token)
    member = str(answer.json().get("sub", "")) if answer.status == 200 else ""
    return f"urn:li:person:{member}" if member else ""
