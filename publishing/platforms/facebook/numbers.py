"""Counts of one post. A video has insights of its own; its node has neither reactions nor the usual insights."""

from typing import Any

from publishing.platforms.base import Metrics, Session
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.meta import graph

LABEL = "Facebook"
_VIDEO = (
    "blue_reels_play_count", "total_video_views", "post_video_avg_time_watched", "post_video_view_time",
    "post_video_social_actions", "post_video_likes_by_reaction_type",
)  # fmt: skip
_POST = ("post_media_view", "post_clicks")
_COUNTS = "reactions.summary(total_count).limit(0),comments.summary(total_count).limit(0),shares"
_UNDECIDED = (ErrorKind.TRANSIENT, ErrorKind.RATE_LIMITED, ErrorKind.QUOTA)


def metrics(session: Session, external_id: str) -> Metrics:
    """Counts so far; numbers that Facebook does not give stay None. A Page's posts have no saves."""
    if not external_id:
        return Metrics()
    if external_id.startswith("_"):
        external_id = f"{session.account.external_id}{external_id}"
    return _post(session, external_id) if "_" in external_id else _video(session, external_id)


def _video(session: Session, video_id: str) -> Metrics:
    found = _insights(session, f"/{video_id}/video_insights", _VIDEO)
    total, average = found.get("post_video_view_time"), found.get("post_video_avg_time_watched")
    social = found.get("post_video_social_actions")
    actions: dict[str, Any] = social if isinstance(social, dict) else {}
    return Metrics(
        views=_count(found.get("blue_reels_play_count", found.get("total_video_views"))),
        likes=_count(found.get("post_video_likes_by_reaction_type")),
        comments=_count(actions.get("COMMENT", 0)) if social is not None else None,
        shares=_count(actions.get("SHARE", 0)) if social is not None else None,
        watch_time_s=float(total) / 1000 if total is not None else None,
        average_view_s=float(average) / 1000 if average is not None else None,
    )


def _post(session: Session, post_id: str) -> Metrics:
    counts = graph.call(session, LABEL, "GET", f"/{post_id}", params={"fields": _COUNTS})
    found = _insights(session, f"/{post_id}/insights", _POST)
    return Metrics(
        views=_count(found.get("post_media_view")),
        likes=_total(counts.get("reactions")),
        comments=_total(counts.get("comments")),
        # A post that nobody shared has no such field.
        shares=int((counts.get("shares") or {}).get("count", 0)),
        clicks=_count(found.get("post_clicks")),
    )


def _insights(session: Session, path: str, names: tuple[str, ...]) -> dict[str, Any]:
    """One unknown or unfit metric refuses the whole call: then each is asked for alone."""
    try:
        answer = graph.call(session, LABEL, "GET", path, params={"metric": ",".join(names), "period": "lifetime"})
    except PlatformError as error:
        if error.token_problem or error.kind in _UNDECIDED:
            raise
        if len(names) == 1:
            return {}
        found: dict[str, Any] = {}
        for name in names:
            found |= _insights(session, path, (name,))
        return found
    rows = [row for row in answer.get("data") or [] if row.get("values")]
    return {str(row.get("name")): row["values"][0].get("value") for row in rows}


def _count(value: Any) -> int | None:
    """A number; an object (by reaction, paid and organic) counts as its sum."""
    if isinstance(value, dict):
        return sum(int(part) for part in value.values())
    return int(value) if value is not None else None


def _total(edge: Any) -> int | None:
    total = ((edge or {}).get("summary") or {}).get("total_count")
    return int(total) if total is not None else None
