"""Google's token endpoint: a renewal brings no new refresh token, so the old one is kept."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from publishing.platforms.base import Tokens
from publishing.platforms.http import Caller
from publishing.platforms.youtube import errors


def parse(body: Mapping[str, Any], now: datetime) -> Tokens:
    lifetime = body.get("expires_in")
    return Tokens(
        access=str(body.get("access_token", "")),
        refresh=str(body.get("refresh_token") or ""),
        expires_at=now + timedelta(seconds=int(lifetime)) if lifetime is not None else None,
        scopes=tuple(str(body.get("scope", "")).split()),
    )


def refresh(http: Caller, refresh_token: str, now: datetime) -> Tokens:
    form = {
        "client_id": http.client_id,
        "client_secret": http.client_secret,
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
    }
    answer = http.call("POST", http.url("token", "/token"), form=form)
    if answer.status != 200 or not answer.json().get("access_token"):
        raise errors.oauth(answer)
    return parse(answer.json(), now)


def revoke(http: Caller, token: str) -> None:
    """Give the consent back. The answer is not judged: a dead token is as good as a revoked one."""
    http.call("POST", http.url("token", "/revoke"), form={"token": token})
