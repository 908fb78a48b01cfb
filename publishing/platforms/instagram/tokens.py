"""Tokens of Instagram Login: an hour at first, exchanged for 60 days, renewed while they still work."""

from collections.abc import Mapping
from typing import Any

from publishing.platforms.http import Caller
from publishing.platforms.meta.tokens import good

LABEL = "Instagram"


def flat(body: Mapping[str, Any]) -> dict[str, Any]:
    """The token answer, which comes both as `{data: [{…}]}` and flat."""
    rows = body.get("data")
    return dict(rows[0]) if isinstance(rows, list) and rows else dict(body)


def scopes(value: object) -> tuple[str, ...]:
    """Permissions, which come as a list and as one text."""
    parts = value if isinstance(value, list) else str(value or "").split(",")
    return tuple(str(part).strip() for part in parts if str(part).strip())


def exchange(http: Caller, token: str) -> dict[str, Any]:
    """A short-lived token for one of 60 days."""
    params = {"grant_type": "ig_exchange_token", "client_secret": http.client_secret, "access_token": token}
    return good(http.call("GET", http.url("api", "/access_token"), params=params), LABEL)


def renew(http: Caller, token: str) -> dict[str, Any]:
    """A fresh one for a token that is unexpired and at least a day old."""
    params = {"grant_type": "ig_refresh_token", "access_token": token}
    return good(http.call("GET", http.url("api", "/refresh_access_token"), params=params), LABEL)
