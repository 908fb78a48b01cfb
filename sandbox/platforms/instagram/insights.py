"""Instagram reads: media and their insights, listings, account insights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sandbox import avatars, posts, units
from sandbox.audience import Numbers
from sandbox.http import Call, Reply
from sandbox.platforms.instagram import access, containers
from sandbox.platforms.meta import errors
from sandbox.store import Row

Reader = Callable[[Numbers], int]

COMMON: Final[dict[str, Reader]] = {
    "views": lambda n: n.views,
    "reach": lambda n: n.reach,
    "likes": lambda n: n.likes,
    "comments": lambda n: n.comments,
    "shares": lambda n: n.shares,
    "saved": lambda n: n.saves,
    "total_interactions": lambda n: n.likes + n.comments + n.shares + n.saves,
    "reposts": lambda n: n.shares // 5,
}
REELS: Final[dict[str, Reader]] = {
    **COMMON,
    "ig_reels_avg_watch_time": lambda n: round(n.average_watch_s * 1000),
    "ig_reels_video_view_total_time": lambda n: round(n.watch_time_s * 1000),
    "reels_skip_rate": lambda n: round(100 * (1 - n.watched_ratio)),
}
FEED: Final[dict[str, Reader]] = {
    **COMMON,
    "follows": lambda n: n.follows,
    "profile_visits": lambda n: n.views // 60,
    "profile_activity": lambda n: n.views // 90,
}
ACCOUNT_TOTALS: Final = ("likes", "views", "comments", "shares", "saves", "total_interactions", "accounts_engaged")


def node(call: Call) -> Reply:
    """A container, a media or an account, by its id."""
    wanted = call.params["node"]
    unit = units.get(call, wanted, containers.KINDS)
    if unit is not None:
        access.account_for(call, "basic", unit["account_id"])
        return containers.show(call, unit)
    post = posts.get(call.tx, "instagram", wanted)
    if post is not None:
        access.account_for(call, "basic", post["account_id"])
        return Reply(200, _media(call, post, errors.fields(call)))
    return access.profile(call)


def _media(call: Call, post: Row, wanted: list[str]) -> dict[str, Any]:
    details = posts.data(post)
    seen = posts.numbers(call.tx, post)
    folder = "reel" if details["product"] == "REELS" else "p"
    account = call.tx.one("SELECT handle FROM accounts WHERE id = ?", post["account_id"])
    picture = avatars.address(call, post["account_id"])
    everything = {
        "id": post["id"],
        "caption": post["caption"],
        "permalink": f"https://www.instagram.com/{folder}/{details['shortcode']}/",
        "shortcode": details["shortcode"],
        "media_type": details["media_type"],
        "media_product_type": details["product"],
        "media_url": picture,
        "thumbnail_url": picture,
        "timestamp": datetime.fromtimestamp(post["live_at"], UTC).strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "username": account["handle"] if account else "",
        "like_count": seen.likes,
        "comments_count": seen.comments,
    }
    return {name: everything[name] for name in dict.fromkeys(("id", *wanted)) if name in everything}


def media_list(call: Call) -> Reply:
    """The account's posts, newest first; stories are not in it."""
    row = access.account_for(call, "basic", call.params["node"])
    given = str(errors.values(call).get("limit", "25"))
    rows = [post for post in posts.listed(call.tx, "instagram", row["id"]) if post["kind"] != "story"]
    shown = rows[: int(given) if given.isdigit() else 25]
    wanted = errors.fields(call)
    return Reply(200, {"data": [_media(call, post, wanted) for post in shown]})


def media_insights(call: Call) -> Reply:
    """One metric that the kind of media does not have fails the whole call."""
    post = posts.get(call.tx, "instagram", call.params["node"])
    if post is None:
        return _account_insights(call)
    access.account_for(call, "insights", post["account_id"])
    names = [name for name in str(errors.values(call).get("metric", "")).split(",") if name]
    known = REELS if posts.data(post)["product"] == "REELS" else FEED
    wrong = [name for name in names if name not in known]
    if not names or wrong:
        text = f"metric[0] must be one of the following values: {', '.join(known)}"
        raise errors.invalid(text if not wrong else f"{wrong[0]}: {text}")
    if call.now - post["live_at"] < call.tx.number("instagram.insights_lag_s"):
        return Reply(200, {"data": []})
    seen = posts.numbers(call.tx, post)
    return Reply(200, {"data": [_insight(post["id"], name, known[name](seen)) for name in names]})


def _insight(node_id: str, name: str, value: int) -> dict[str, Any]:
    return {
        "name": name,
        "period": "lifetime",
        "values": [{"value": value}],
        "title": name.replace("_", " ").capitalize(),
        "description": "",
        "id": f"{node_id}/insights/{name}/lifetime",
    }


def _account_insights(call: Call) -> Reply:
    row = access.account_for(call, "insights", call.params["node"])
    given = errors.values(call)
    names = [name for name in str(given.get("metric", "")).split(",") if name]
    if given.get("metric_type") == "total_value":
        wrong = set(names) - set(ACCOUNT_TOTALS) - {"reach", "replies"}
        if not names or wrong:
            raise errors.invalid(f"metric must be one of: {', '.join(ACCOUNT_TOTALS)}")
        totals = _totals(call, row["id"])
        return Reply(200, {"data": [_total(row["id"], name, totals[name]) for name in names]})
    if not names or set(names) - {"reach", "follower_count"}:
        raise errors.invalid("metric must be one of: reach, follower_count")
    return Reply(200, {"data": [_series(call, row["id"], name) for name in names]})


def _totals(call: Call, account_id: str) -> dict[str, int]:
    seen = [posts.numbers(call.tx, post) for post in posts.live(call.tx, "instagram", account_id)]
    sums = {name: sum(getattr(one, name) for one in seen) for name in ("likes", "views", "comments", "shares", "saves")}
    sums["reach"] = sum(one.reach for one in seen)
    sums["total_interactions"] = sums["likes"] + sums["comments"] + sums["shares"] + sums["saves"]
    return {**sums, "accounts_engaged": sums["total_interactions"] * 4 // 5, "replies": 0}


def _total(account_id: str, name: str, value: int) -> dict[str, Any]:
    return {
        "name": name,
        "period": "day",
        "title": name,
        "total_value": {"value": value},
        "id": f"{account_id}/insights/{name}/day",
    }


def _series(call: Call, account_id: str, name: str) -> dict[str, Any]:
    """Daily gains between `since` and `until`, at most 30 days."""
    given = errors.values(call)
    until = float(given["until"]) if str(given.get("until", "")).isdigit() else call.now
    since = float(given["since"]) if str(given.get("since", "")).isdigit() else until - 2 * 86_400
    end = datetime.fromtimestamp(min(until, call.now), UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = posts.live(call.tx, "instagram", account_id)
    values: list[dict[str, Any]] = []
    while end.timestamp() > since and len(values) < 30:
        start = end - timedelta(days=1)
        gained = sum(
            _gain(posts.numbers(call.tx, post, start.timestamp()), posts.numbers(call.tx, post, end.timestamp()), name)
            for post in rows
        )
        values.append({"value": gained, "end_time": end.strftime("%Y-%m-%dT%H:%M:%S+0000")})
        end = start
    return {"name": name, "period": "day", "values": values[::-1], "id": f"{account_id}/insights/{name}/day"}


def _gain(before: Numbers, after: Numbers, name: str) -> int:
    return after.follows - before.follows if name == "follower_count" else after.reach - before.reach
