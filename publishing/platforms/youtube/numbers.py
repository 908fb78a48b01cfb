"""YouTube's counts: lifetime counts of the Data API, and what only the Analytics API knows (two to three days late)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from publishing.platforms.base import AccountInfo, Metrics, Session
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.platforms.youtube import errors

_REPORT = ("views", "estimatedMinutesWatched", "shares")


def _items(session: Session, path: str, params: Mapping[str, str]) -> list[dict[str, Any]]:
    answer = session.http.call("GET", session.http.url("api", path), bearer=session.token, params=params)
    if answer.status != 200:
        raise errors.classify(answer, session.now)
    return answer.json().get("items") or []


def _count(source: Mapping[str, Any], name: str) -> int | None:
    """Counts are strings; a hidden one is absent."""
    value = source.get(name)
    return int(value) if value is not None else None


def metrics(session: Session, external_id: str) -> Metrics:
    """Counts of one video. YouTube has no saves and no impressions here."""
    found = _items(session, "/youtube/v3/videos", {"part": "statistics,snippet", "id": external_id})
    if not found:
        return Metrics()
    statistics = found[0].get("statistics") or {}
    published = str((found[0].get("snippet") or {}).get("publishedAt", ""))[:10]
    watched = _report(session, external_id, published) if published else {}
    minutes, seen = watched.get("estimatedMinutesWatched"), watched.get("views")
    return Metrics(
        views=_count(statistics, "viewCount"),
        likes=_count(statistics, "likeCount"),
        comments=_count(statistics, "commentCount"),
        shares=int(watched["shares"]) if "shares" in watched else None,
        watch_time_s=minutes * 60 if minutes is not None else None,
        average_view_s=round(minutes * 60 / seen, 3) if minutes is not None and seen else None,
    )


def _report(session: Session, external_id: str, published: str) -> dict[str, float]:
    """Sums since publication. Rows are absent for the first days; a refusal here must not hide the counts."""
    answer = session.http.call(
        "GET",
        session.http.url("analytics", "/v2/reports"),
        bearer=session.token,
        params={
            "ids": "channel==MINE",
            "startDate": published,
            "endDate": (session.now + timedelta(days=1)).date().isoformat(),
            "dimensions": "day",
            "filters": f"video=={external_id}",
            "metrics": ",".join(_REPORT),
        },
    )
    if answer.status != 200:
        return {}
    body = answer.json()
    names = [str(header.get("name")) for header in body.get("columnHeaders") or []]
    sums: dict[str, float] = {}
    for row in body.get("rows") or []:
        for name, value in zip(names, row, strict=False):
            if name in _REPORT:
                sums[name] = sums.get(name, 0) + float(value)
    return sums


def channels(session: Session) -> list[AccountInfo]:
    """The channels of a consent; none means that the Google account has no channel."""
    found = _items(session, "/youtube/v3/channels", {"part": "snippet,contentDetails,statistics", "mine": "true"})
    if not found:
        raise PlatformError(
            ErrorKind.ACCOUNT_TYPE,
            "This Google account has no YouTube channel. Create one at youtube.com/create_channel, then connect again.",
            code="youtubeSignupRequired",
        )
    return [_channel(item) for item in found]


def _channel(item: Mapping[str, Any]) -> AccountInfo:
    snippet, statistics = item.get("snippet") or {}, item.get("statistics") or {}
    thumbnails = snippet.get("thumbnails") or {}
    hidden = bool(statistics.get("hiddenSubscriberCount"))
    channel_id = str(item.get("id", ""))
    return AccountInfo(
        external_id=channel_id,
        username=str(snippet.get("customUrl", "")).lstrip("@"),
        name=str(snippet.get("title", "")),
        avatar_url=str((thumbnails.get("default") or {}).get("url", "")),
        profile_url=f"https://www.youtube.com/channel/{channel_id}",
        follower_count=None if hidden else _count(statistics, "subscriberCount"),
    )
