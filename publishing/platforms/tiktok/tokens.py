"""TikTok's token endpoint: flat answers, and a refresh token that is replaced at every use."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from publishing.platforms.base import Tokens
from publishing.platforms.http import Caller
from publishing.platforms.tiktok import errors


def parse(body: Mapping[str, Any], now: datetime) -> Tokens:
    """Lifetimes always come from the answer: the documents name different ones."""

    def at(name: str) -> datetime | None:
        value = body.get(name)
        return now + timedelta(seconds=int(value)) if value is not None else None

    return Tokens(
        access=str(body.get("access_token", "")),
        refresh=str(body.get("refresh_token") or ""),
        expires_at=at("expires_in"),
        refresh_expires_at=at("refresh_expires_in"),
        scopes=tuple(scope for scope in str(body.get("scope", "")).split(",") if scope),
    )


def refresh(http: Caller, refresh_token: str, now: datetime) -> Tokens:
    """Exchange the refresh token; the old one is dead afterwards."""
    form = {
        "client_key": http.client_id,
        "client_secret": http.client_secret,
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
    }
    answer = http.call("POST", http.url("api", "/v2/oauth/token/"), form=form)
    body = answer.json()
    if answer.status != 200 or body.get("error") or not body.get("access_token"):
        raise errors.oauth(answer)
    return parse(body, now)


def revoke(http: Caller, access_token: str) -> None:
    """Give the consent back. The answer's shape is not documented, so it is not judged."""
    form = {"client_key": http.client_id, "client_secret": http.client_secret, "token": access_token}
    http.call("POST", http.url("api", "/v2/oauth/revoke/"), form=form)
