"""Blotato's list of posts: finding one again, and its numbers."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from publishing.platforms.base import AccountRef, Checkpoint, Metrics, Session, Spec
from publishing.platforms.blotato import calls
from publishing.platforms.errors import PlatformError

_SKEW = timedelta(minutes=2)
# Before an answer nobody knows how far Blotato's clock is from ours.
_CLOCKS_APART = timedelta(hours=2)
_AT_ONCE = 250
_MOST_PAGES = 4


def candidates(session: Session, spec: Spec, checkpoint: Checkpoint) -> list[dict[str, Any]]:
    """Posts in the list that may be this one: with our files, or (words alone) with its words since it was sent."""
    urls = list(checkpoint.get("urls", []))[: len(spec.media)]
    since = _moment(checkpoint.get("since")) or session.sent_at or session.now - timedelta(days=1)
    rows = _rows(session, spec.platform, since - _CLOCKS_APART)
    since = session.http.theirs(since)
    if urls:
        return [row for row in rows if set(urls) <= set(row.get("mediaUrls") or [])]
    words = " ".join(spec.text.split())
    return [
        row
        for row in rows
        if not row.get("mediaUrls")
        and " ".join(str(row.get("text", "")).split()) == words
        and (_moment(row.get("postTime")) or since) >= since - _SKEW
    ]


def certain(row: Mapping[str, Any], spec: Spec, account: AccountRef) -> bool:
    """Whether a candidate is ours beyond doubt. Files have addresses of their own; of words alone the list does not
    name the account, so the address of the live post has to."""
    if spec.media:
        return True
    url = str((row.get("state") or {}).get("postUrl") or "").lower()
    return bool(account.username) and f"/{account.username.lower()}/" in url.replace("/@", "/")


def _rows(session: Session, platform: str, since: datetime) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    params = {"platform": platform, "since": since.astimezone(UTC).isoformat(), "limit": str(_AT_ONCE)}
    for _ in range(_MOST_PAGES):
        body = calls.ask(session, "GET", "/posts", params=params)
        found.extend(calls.items(body))
        if not body.get("cursor"):
            break
        params["cursor"] = str(body["cursor"])
    return found


def _moment(value: object) -> datetime | None:
    if not value:
        return None
    found = datetime.fromisoformat(str(value))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def metrics(session: Session, external_id: str) -> Metrics:
    """Blotato's cached counts, which are strings. None at all (not covered, not fetched yet, 404) is ordinary."""
    if not external_id:
        return Metrics()
    try:
        body = calls.ask(session, "GET", f"/posts/{external_id}/analytics")
    except PlatformError as error:
        if error.status == 404:
            return Metrics()
        raise
    counts = body.get("metrics") or {}
    shares = _count(counts, "sharesCount")
    return Metrics(
        views=_count(counts, "viewsCount"),
        impressions=_count(counts, "impressionsCount"),
        likes=_count(counts, "likesCount"),
        comments=_count(counts, "commentsCount"),
        shares=shares if shares is not None else _count(counts, "twitterRetweetsCount"),
        saves=_count(counts, "savesCount"),
    )


def _count(counts: Mapping[str, Any], name: str) -> int | None:
    value = counts.get(name)
    return int(float(value)) if value not in (None, "") else None
