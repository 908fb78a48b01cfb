"""Finding a post again in the account's own timeline."""

import html
import re
import unicodedata
from datetime import datetime, timedelta
from typing import Any

from core.text import links
from publishing.platforms.base import Session, Spec
from publishing.platforms.twitter import errors

# Two clocks never agree to the second.
_SKEW = timedelta(minutes=2)
_DEEP = 100
_SHORT_LINK = re.compile(r"https://t\.co/\w+")


def matches(session: Session, spec: Spec, media_keys: list[str], since: datetime) -> list[str]:
    """Ids of the account's posts that are this one: with our media, or (words alone) with its words since `since`."""
    rows = _rows(session)
    if media_keys:
        wanted = {key for key in media_keys if key}
        return [str(row["id"]) for row in rows if wanted & set((row.get("attachments") or {}).get("media_keys") or [])]
    words, since = plain(spec.text), session.http.theirs(since)
    return [str(row["id"]) for row in rows if _at(row) >= since - _SKEW and plain(str(row.get("text", ""))) == words]


def _rows(session: Session) -> list[dict[str, Any]]:
    answer = session.http.call(
        "GET",
        session.http.url("api", f"/2/users/{session.account.external_id}/tweets"),
        bearer=session.token,
        params={"max_results": str(_DEEP), "tweet.fields": "created_at,attachments"},
    )
    if answer.status != 200:
        raise errors.classify(answer, session.now)
    rows = answer.json().get("data") or []
    return [row for row in rows if isinstance(row, dict) and row.get("id")]


def _at(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(str(row.get("created_at")))


def plain(text: str) -> str:
    """A text as X gives it back: links shortened, `&`, `<` and `>` written as entities, one form of each letter."""
    composed = unicodedata.normalize("NFC", html.unescape(text))
    linked = links.replaced(_SHORT_LINK.sub("<link>", composed), "<link>")
    return " ".join(linked.split())
