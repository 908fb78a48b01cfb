"""LinkedIn numbers: of organizations' posts and videos, of members' posts and videos, followers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote

from sandbox import posts
from sandbox.audience import Numbers
from sandbox.http import Call, Refusal, Reply
from sandbox.platforms.linkedin import errors, posts_api
from sandbox.store import Row

LIST = re.compile(r"List\((.*)\)")
ENTITY = re.compile(r"\((ugc|share):(.+)\)")

MEMBER_POST: Final[dict[str, Callable[[Numbers], int]]] = {
    "IMPRESSION": lambda n: n.views,
    "MEMBERS_REACHED": lambda n: n.reach,
    "REACTION": lambda n: n.likes,
    "COMMENT": lambda n: n.comments,
    "RESHARE": lambda n: n.shares,
    "POST_SAVE": lambda n: n.saves,
    "POST_SEND": lambda n: n.shares // 3,
    "LINK_CLICKS": lambda n: n.views // 60,
    "FOLLOWER_GAINED_FROM_CONTENT": lambda n: n.follows,
    "PROFILE_VIEW_FROM_CONTENT": lambda n: n.views // 80,
}
MEMBER_VIDEO: Final[dict[str, Callable[[Numbers], int]]] = {
    "VIDEO_PLAY": lambda n: n.views * 2 // 3,
    "VIDEO_VIEWER": lambda n: n.reach * 2 // 3,
    "VIDEO_WATCH_TIME": lambda n: round(n.watch_time_s * 2000 / 3),
}
ORGANIZATION_VIDEO: Final[dict[str, Callable[[Numbers], int]]] = {
    "VIDEO_VIEW": lambda n: n.views // 2,
    "VIEWER": lambda n: n.reach // 2,
    "TIME_WATCHED": lambda n: round(n.watch_time_s * 1000),
    "TIME_WATCHED_FOR_VIDEO_VIEWS": lambda n: round(n.watch_time_s * 800),
}
OLD_METRIC: Final = "com.linkedin.adsexternalapi.memberanalytics.v1.CreatorPostAnalyticsMetricTypeV1"


def _elements(rows: list[dict[str, Any]]) -> Reply:
    return Reply(200, {"elements": rows, "paging": {"start": 0, "count": 10, "total": len(rows), "links": []}})


def _urns(text: str) -> list[str]:
    match = LIST.fullmatch(text)
    return [unquote(item).strip() for item in match[1].split(",") if item] if match else []


def organization_shares(call: Call) -> Reply:
    """Of named posts; without names one lifetime total."""
    found = errors.session(call)
    if call.query.get("q") != "organizationalEntity":
        raise errors.refusal(400, "q must be organizationalEntity", "ILLEGAL_ARGUMENT")
    author = errors.author(call, found, unquote(call.query.get("organizationalEntity", "")), write=False)
    urns = [*_urns(call.query.get("shares", "")), *_urns(call.query.get("ugcPosts", ""))]
    rows = [row for row in posts.live(call.tx, "linkedin", author["id"]) if not urns or row["id"] in urns]
    if not urns:
        return _elements([{"totalShareStatistics": _sum(call, rows), "organizationalEntity": errors.urn_of(author)}])
    return _elements([_share(call, row, author) for row in rows])


def _share(call: Call, row: Row, author: Row) -> dict[str, Any]:
    name = "ugcPost" if ":ugcPost:" in row["id"] else "share"
    return {
        name: row["id"],
        "totalShareStatistics": _sum(call, [row]),
        "organizationalEntity": errors.urn_of(author),
    }


def _sum(call: Call, rows: list[Row]) -> dict[str, float]:
    seen = [posts.numbers(call.tx, row) for row in rows]
    views = sum(n.views for n in seen)
    clicks = views // 40
    likes, comments, shares = (sum(getattr(n, name) for n in seen) for name in ("likes", "comments", "shares"))
    return {
        "impressionCount": views,
        "uniqueImpressionsCount": sum(n.reach for n in seen),
        "clickCount": clicks,
        "likeCount": likes,
        "commentCount": comments,
        "shareCount": shares,
        "engagement": round((clicks + likes + comments + shares) / views, 6) if views else 0.0,
    }


def organization_video(call: Call) -> Reply:
    """Zero for a CONTENT_ADMINISTRATOR: only page administrators see these numbers."""
    kind = call.query.get("type", "")
    if kind not in ORGANIZATION_VIDEO or call.query.get("q") != "entity":
        raise errors.refusal(400, "q must be entity, type one of the video types", "ILLEGAL_ARGUMENT")
    row, author = posts_api.readable(call, unquote(call.query.get("entity", "")))
    administrator = posts.data(author).get("role", "ADMINISTRATOR") == "ADMINISTRATOR"
    value = ORGANIZATION_VIDEO[kind](posts.numbers(call.tx, row)) if administrator else 0
    return _elements([{"value": value, "statisticsType": kind, "entity": row["id"]}])


def _member_post(call: Call, scope: str) -> Row:
    found = errors.session(call)
    if scope not in found.scopes:
        raise Refusal(errors.denied())
    match = ENTITY.fullmatch(call.query.get("entity", ""))
    if call.query.get("q") != "entity" or match is None:
        raise errors.refusal(400, "q=entity and an entity are required", "ILLEGAL_ARGUMENT")
    row = posts.get(call.tx, "linkedin", unquote(match[2]))
    if row is None or row["account_id"] != found.account_id:
        raise Refusal(errors.denied())
    return row


def member_post(call: Call) -> Reply:
    row = _member_post(call, "r_member_postAnalytics")
    kind = call.query.get("queryType", "")
    if kind not in MEMBER_POST:
        raise errors.refusal(400, f"queryType must be one of {', '.join(MEMBER_POST)}", "ILLEGAL_ARGUMENT")
    return _member_answer(call, row, kind, MEMBER_POST[kind](posts.numbers(call.tx, row)))


def member_video(call: Call) -> Reply:
    row = _member_post(call, "r_member_postAnalytics")
    kind = call.query.get("queryType", "")
    if kind not in MEMBER_VIDEO:
        raise errors.refusal(400, f"queryType must be one of {', '.join(MEMBER_VIDEO)}", "ILLEGAL_ARGUMENT")
    return _member_answer(call, row, kind, MEMBER_VIDEO[kind](posts.numbers(call.tx, row)))


def _member_answer(call: Call, row: Row, kind: str, count: int) -> Reply:
    """`metricType` is text from version 202605 on, an object before."""
    old = call.headers.get("linkedin-version", "") < "202605"
    name = "ugc" if ":ugcPost:" in row["id"] else "share"
    element = {"count": count, "metricType": {OLD_METRIC: kind} if old else kind, "targetEntity": {name: row["id"]}}
    return _elements([element])


def social_actions(call: Call) -> Reply:
    row, _ = posts_api.readable(call, call.params["urn"])
    seen = posts.numbers(call.tx, row)
    likes = {"totalLikes": seen.likes, "aggregatedTotalLikes": seen.likes, "likedByCurrentUser": False}
    comments = {"totalFirstLevelComments": seen.comments, "aggregatedTotalComments": seen.comments}
    return Reply(200, {"target": row["id"], "likesSummary": likes, "commentsSummary": comments})


def organization_followers(call: Call) -> Reply:
    """Total size of an organization's following."""
    found = errors.session(call)
    row = errors.author(call, found, call.params["urn"], write=False)
    if call.query.get("edgeType") != "COMPANY_FOLLOWED_BY_MEMBER":
        raise errors.refusal(400, "edgeType must be COMPANY_FOLLOWED_BY_MEMBER", "ILLEGAL_ARGUMENT")
    return Reply(200, {"firstDegreeSize": posts.followers(call.tx, row["id"])})


def member_followers(call: Call) -> Reply:
    found = errors.session(call)
    if "r_member_profileAnalytics" not in found.scopes:
        raise Refusal(errors.denied())
    if call.query.get("q") != "me":
        raise errors.refusal(400, "q must be me", "ILLEGAL_ARGUMENT")
    return _elements([{"memberFollowersCount": posts.followers(call.tx, found.account_id)}])


def follower_statistics(call: Call) -> Reply:
    """Gains of an organization, as one total."""
    found = errors.session(call)
    author = errors.author(call, found, unquote(call.query.get("organizationalEntity", "")), write=False)
    gained = posts.followers(call.tx, author["id"]) - int(author["followers"])
    gains = {"organicFollowerGain": gained, "paidFollowerGain": 0}
    return _elements([{"organizationalEntity": errors.urn_of(author), "followerGains": gains}])
