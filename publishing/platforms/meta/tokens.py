"""Tokens of Facebook Login: there is no refresh token, a token that still works is exchanged for a fresh one."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from publishing.platforms.base import Tokens
from publishing.platforms.http import Answer, Caller
from publishing.platforms.meta import errors

# When the answer does not say how long a long-lived token lives.
_ASSUMED = timedelta(days=59)
RENEW_AHEAD = timedelta(days=14)


def parse(body: Mapping[str, Any], now: datetime, scopes: tuple[str, ...] = (), subject: str = "") -> Tokens:
    """A long-lived token in our words: it renews itself, and a person must act when it has ended."""
    token = str(body.get("access_token", ""))
    lifetime = body.get("expires_in")
    ends = now + (timedelta(seconds=int(lifetime)) if lifetime else _ASSUMED)
    return Tokens(token, token, ends, ends, scopes, subject)


def good(answer: Answer, label: str) -> dict[str, Any]:
    """The answer of a token endpoint, or the refusal it is."""
    body = answer.json()
    if answer.status != 200 or body.get("error") or body.get("error_type"):
        raise errors.oauth(answer, label)
    return body


def exchange(http: Caller, token: str, label: str) -> dict[str, Any]:
    """A token that works for one that lives about 60 days."""
    params = {
        "grant_type": "fb_exchange_token",
        "client_id": http.client_id,
        "client_secret": http.client_secret,
        "fb_exchange_token": token,
    }
    url = http.url("api", f"/{http.option('version')}/oauth/access_token")
    return good(http.call("GET", url, params=params), label)


def granted(http: Caller, token: str, label: str) -> tuple[str, ...]:
    """The permissions that the person really gave."""
    url = http.url("api", f"/{http.option('version')}/me/permissions")
    rows = good(http.call("GET", url, bearer=token), label).get("data") or []
    return tuple(str(row.get("permission")) for row in rows if row.get("status") == "granted")


def person(http: Caller, token: str, label: str) -> str:
    """The id of whoever consented."""
    url = http.url("api", f"/{http.option('version')}/me")
    return str(good(http.call("GET", url, bearer=token, params={"fields": "id,name"}), label).get("id", ""))


def revoke(http: Caller, tokens: Tokens) -> None:
    """Take the app's permission back for this person. The answer is not judged: a dead token is as good."""
    url = http.url("api", f"/{http.option('version')}/{tokens.subject or 'me'}/permissions")
    http.call("DELETE", url, bearer=tokens.access)
