"""X's counts, and the account behind a token."""

from collections.abc import Mapping
from typing import Any

from publishing.platforms.base import AccountInfo, Metrics, Session
from publishing.platforms.twitter import errors

_PUBLIC = "public_metrics,attachments"
_OWN = f"{_PUBLIC},non_public_metrics"


def _lookup(session: Session, external_id: str, *, own: bool) -> dict[str, Any]:
    answer = session.http.call(
        "GET",
        session.http.url("api", "/2/tweets"),
        bearer=session.token,
        params={
            "ids": external_id,
            "tweet.fields": _OWN if own else _PUBLIC,
            "expansions": "attachments.media_keys",
            "media.fields": "public_metrics,duration_ms,type",
        },
    )
    if answer.status != 200:
        raise errors.classify(answer, session.now)
    return answer.json()


def metrics(session: Session, external_id: str) -> Metrics:
    """Counts of one post. Clicks are the author's own and end after 30 days; X gives no watch time in seconds."""
    body = _lookup(session, external_id, own=True)
    if not body.get("data") and not _gone(body):
        # Older than 30 days: X refuses the author's own numbers, and gives the rest.
        body = _lookup(session, external_id, own=False)
    found = next((row for row in body.get("data") or [] if str(row.get("id")) == external_id), None)
    if found is None:
        return Metrics()
    counts, own = found.get("public_metrics") or {}, found.get("non_public_metrics") or {}
    videos = [item for item in (body.get("includes") or {}).get("media") or [] if item.get("type") == "video"]
    plays = _count((videos[0].get("public_metrics") or {}), "view_count") if videos else None
    impressions = _count(counts, "impression_count")
    return Metrics(
        # What X shows as views: of a video its plays, of anything else how often it was seen.
        views=plays if plays is not None else impressions,
        impressions=impressions,
        likes=_count(counts, "like_count"),
        comments=_count(counts, "reply_count"),
        shares=_sum(_count(counts, "retweet_count"), _count(counts, "quote_count")),
        saves=_count(counts, "bookmark_count"),
        clicks=_count(own, "url_link_clicks"),
    )


def _gone(body: Mapping[str, Any]) -> bool:
    """Whether X says that there is no such post (any more)."""
    return any("resource-not-found" in str(item.get("type", "")) for item in body.get("errors") or [])


def account(session: Session) -> AccountInfo:
    """The one account of a consent."""
    fields = "username,name,verified,verified_type,profile_image_url,public_metrics"
    answer = session.http.call(
        "GET", session.http.url("api", "/2/users/me"), bearer=session.token, params={"user.fields": fields}
    )
    if answer.status != 200:
        raise errors.classify(answer, session.now)
    user = answer.json().get("data") or {}
    username = str(user.get("username", ""))
    return AccountInfo(
        external_id=str(user.get("id", "")),
        username=username,
        name=str(user.get("name", "")),
        avatar_url=str(user.get("profile_image_url") or ""),
        profile_url=f"https://x.com/{username}" if username else "",
        follower_count=_count(user.get("public_metrics") or {}, "followers_count"),
        facts={"verified_type": str(user.get("verified_type") or "")},
    )


def _count(source: Mapping[str, Any], name: str) -> int | None:
    value = source.get(name)
    return int(value) if value is not None else None


def _sum(*values: int | None) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
