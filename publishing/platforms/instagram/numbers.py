"""Counts of one post. Every kind of media knows other metrics, and one unknown name refuses the whole call."""

from typing import Any

from publishing.platforms.base import Metrics, Session
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.meta import graph

LABEL = "Instagram"
_COMMON = ("views", "likes", "comments", "shares", "saved")
_BY_PRODUCT = {"REELS": (*_COMMON, "ig_reels_avg_watch_time", "ig_reels_video_view_total_time")}
_MEDIA = "id,shortcode,media_type,media_product_type,like_count,comments_count"
_UNDECIDED = (ErrorKind.TRANSIENT, ErrorKind.RATE_LIMITED, ErrorKind.QUOTA)


def metrics(session: Session, external_id: str) -> Metrics:
    """Counts of one post. Insights are empty for the first hours and may lag two days: those numbers stay None."""
    media = _media(session, external_id)
    if media is None:
        return Metrics()
    wanted = _BY_PRODUCT.get(str(media.get("media_product_type")), _COMMON)
    found = _insights(session, str(media["id"]), wanted)
    total, average = found.get("ig_reels_video_view_total_time"), found.get("ig_reels_avg_watch_time")
    return Metrics(
        views=_count(found.get("views")),
        likes=_count(found.get("likes", media.get("like_count"))),
        comments=_count(found.get("comments", media.get("comments_count"))),
        shares=_count(found.get("shares")),
        saves=_count(found.get("saved")),
        watch_time_s=total / 1000 if total is not None else None,
        average_view_s=average / 1000 if average is not None else None,
    )


def _media(session: Session, external_id: str) -> dict[str, Any] | None:
    """The media node. A pasted link gave us a short code instead of an id: look it up in the account's posts."""
    if external_id.isdigit():
        return graph.call(session, LABEL, "GET", f"/{external_id}", params={"fields": _MEDIA})
    if not external_id:
        return None
    path = f"/{session.account.external_id}/media"
    rows = graph.call(session, LABEL, "GET", path, params={"fields": _MEDIA, "limit": "50"}).get("data") or []
    return next((row for row in rows if row.get("shortcode") == external_id), None)


def _insights(session: Session, media_id: str, names: tuple[str, ...]) -> dict[str, Any]:
    try:
        return _ask(session, media_id, names)
    except PlatformError as error:
        if error.token_problem or error.kind in _UNDECIDED:
            raise
        if len(names) == 1:
            return {}
    found: dict[str, Any] = {}
    for name in names:
        found |= _insights(session, media_id, (name,))
    return found


def _ask(session: Session, media_id: str, names: tuple[str, ...]) -> dict[str, Any]:
    answer = graph.call(session, LABEL, "GET", f"/{media_id}/insights", params={"metric": ",".join(names)})
    rows = [row for row in answer.get("data") or [] if row.get("values")]
    return {str(row.get("name")): row["values"][0].get("value") for row in rows}


def _count(value: Any) -> int | None:
    return int(value) if value is not None else None
