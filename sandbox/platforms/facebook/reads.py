"""Facebook reads: Pages, posts, videos and their insights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sandbox import audience, posts, units
from sandbox.audience import Numbers
from sandbox.http import Call, Reply
from sandbox.platforms.facebook import edges, reels
from sandbox.platforms.meta import errors, login
from sandbox.store import Row

Reader = Callable[[Numbers], Any]
RETENTION_POINTS: Final = 41

POST_METRICS: Final[dict[str, Reader]] = {
    "post_total_media_view_unique": lambda n: n.reach,
    "post_media_view": lambda n: n.views,
    "post_video_views": lambda n: n.views * 3 // 4,
    "post_clicks": lambda n: n.views // 25,
    "post_reactions_by_type_total": lambda n: _reactions(n),
}
VIDEO_METRICS: Final[dict[str, Reader]] = {
    "blue_reels_play_count": lambda n: n.views,
    "fb_reels_total_plays": lambda n: n.views + n.views // 9,
    "fb_reels_replay_count": lambda n: n.views // 9,
    "post_video_avg_time_watched": lambda n: round(n.average_watch_s * 1000),
    "post_video_view_time": lambda n: round(n.watch_time_s * 1000),
    "post_video_social_actions": lambda n: {"COMMENT": n.comments, "SHARE": n.shares},
    "post_video_likes_by_reaction_type": lambda n: {
        f"REACTION_{name.upper()}": count for name, count in _reactions(n).items()
    },
    "post_video_followers": lambda n: n.follows,
    "post_total_media_view_unique": lambda n: n.reach,
    "total_video_views": lambda n: n.views,
}
PAGE_METRICS: Final[dict[str, Reader]] = {
    "page_total_media_view_unique": lambda n: n.reach,
    "page_media_view": lambda n: n.views,
    "page_post_engagements": lambda n: n.likes + n.comments + n.shares,
    "page_daily_follows": lambda n: n.follows,
    "page_daily_follows_unique": lambda n: n.follows,
    "page_daily_unfollows_unique": lambda n: n.follows // 12,
    "page_views_total": lambda n: n.views // 40,
}


def _reactions(n: Numbers) -> dict[str, int]:
    love = n.likes // 6
    return {"like": n.likes - love, "love": love}


def node(call: Call) -> Reply:
    """A Page, a post or a video, by its id."""
    wanted = call.params["node"]
    unit = units.get(call, wanted, ("reel", "story", "video"))
    if unit is not None:
        return reels.show(call, unit)
    post = posts.get(call.tx, "facebook", wanted)
    if post is not None:
        login.require_page(call, post["account_id"], "ANALYZE", "pages_read_engagement")
        return Reply(200, edges.entry(call, post, errors.fields(call, "id,created_time,message")))
    return _page(call, wanted)


def _page(call: Call, page_id: str) -> Reply:
    page = login.require_page(call, page_id, "ANALYZE")
    wanted = errors.fields(call, "id,name")
    shown = login.page_fields(call, page, call.grant_id, wanted)
    counts = {"followers_count": posts.followers(call.tx, page["id"]), "fan_count": page["followers"]}
    return Reply(200, {**shown, **{name: value for name, value in counts.items() if name in wanted}})


def _names(call: Call, known: dict[str, Reader], extra: tuple[str, ...] = ()) -> list[str]:
    names = [name for name in str(errors.values(call).get("metric", "")).split(",") if name]
    if not names or set(names) - {*known, *extra}:
        raise errors.invalid("The value must be a valid insights metric")
    return names


def _row(node_id: str, name: str, value: Any, period: str = "lifetime") -> dict[str, Any]:
    return {
        "name": name,
        "period": period,
        "values": [{"value": value}],
        "title": name.replace("_", " "),
        "id": f"{node_id}/insights/{name}/{period}",
    }


def insights(call: Call) -> Reply:
    """Of a post; of a Page by day. A bare video node has no such edge."""
    wanted = call.params["node"]
    post = posts.get(call.tx, "facebook", wanted)
    if post is None:
        if units.get(call, wanted) is not None:
            raise errors.invalid("Tried accessing nonexisting field (insights) on node type (Video)")
        return _page_insights(call, wanted)
    login.require_page(call, post["account_id"], "ANALYZE", "read_insights")
    seen = posts.numbers(call.tx, post)
    return Reply(200, {"data": [_row(post["id"], n, POST_METRICS[n](seen)) for n in _names(call, POST_METRICS)]})


def video_insights(call: Call) -> Reply:
    unit = units.get(call, call.params["node"], ("reel", "video"))
    if unit is None:
        raise errors.invisible(call.params["node"])
    login.require_page(call, unit["account_id"], "ANALYZE", "read_insights")
    names = _names(call, VIDEO_METRICS, ("post_video_retention_graph",))
    post = posts.get(call.tx, "facebook", unit["post_id"]) if unit["post_id"] else None
    if post is None:
        return Reply(200, {"data": []})
    seen = posts.numbers(call.tx, post)
    rows = [
        _row(unit["id"], n, _curve(call, post) if n not in VIDEO_METRICS else VIDEO_METRICS[n](seen)) for n in names
    ]
    return Reply(200, {"data": rows})


def _curve(call: Call, post: Row) -> dict[str, float]:
    shares = audience.retention(posts.received(call.tx, post), RETENTION_POINTS)
    return {str(index): share for index, share in enumerate(shares)}


def _page_insights(call: Call, page_id: str) -> Reply:
    page = login.require_page(call, page_id, "ANALYZE", "read_insights")
    names = _names(call, PAGE_METRICS, ("page_follows",))
    given = errors.values(call)
    until = float(given["until"]) if str(given.get("until", "")).isdigit() else call.now
    since = float(given["since"]) if str(given.get("since", "")).isdigit() else until - 2 * 86_400
    if until - since > 90 * 86_400:
        raise errors.invalid("There cannot be more than 90 days between since and until")
    rows = posts.live(call.tx, "facebook", page["id"])
    return Reply(200, {"data": [_series(call, page, rows, name, since, until) for name in names]})


def _series(call: Call, page: Row, rows: list[Row], name: str, since: float, until: float) -> dict[str, Any]:
    end = datetime.fromtimestamp(min(until, call.now), UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    values: list[dict[str, Any]] = []
    while end.timestamp() > since:
        start = end - timedelta(days=1)
        values.append({"value": _day(call, page, rows, name, start, end), "end_time": f"{end:%Y-%m-%dT%H:%M:%S}+0000"})
        end = start
    return {"name": name, "period": "day", "values": values[::-1], "id": f"{page['id']}/insights/{name}/day"}


def _day(call: Call, page: Row, rows: list[Row], name: str, start: datetime, end: datetime) -> int:
    if name == "page_follows":
        gained = sum(posts.numbers(call.tx, row, end.timestamp()).follows for row in rows)
        return int(page["followers"]) + gained
    read = PAGE_METRICS[name]
    total = 0
    for row in rows:
        before = posts.numbers(call.tx, row, start.timestamp())
        total += read(posts.numbers(call.tx, row, end.timestamp())) - read(before)
    return total
