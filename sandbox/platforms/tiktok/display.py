"""TikTok Display API: the account's public videos and their counts."""

from __future__ import annotations

from typing import Any, Final

from sandbox import posts
from sandbox.http import Call, Reply
from sandbox.platforms.tiktok import errors
from sandbox.platforms.tiktok.login import account
from sandbox.store import Row

FIELDS: Final = (
    "id",
    "title",
    "video_description",
    "create_time",
    "cover_image_url",
    "share_url",
    "duration",
    "height",
    "width",
    "like_count",
    "comment_count",
    "share_count",
    "view_count",
)


def _fields(call: Call) -> list[str]:
    names = [name for name in call.query.get("fields", "").split(",") if name]
    unknown = [name for name in names if name not in FIELDS]
    if not names or unknown:
        raise errors.invalid(f"Unknown or missing fields: {', '.join(unknown) or '(none)'}")
    return names


def _video(call: Call, post: Row, handle: str) -> dict[str, Any]:
    seen = posts.numbers(call.tx, post)
    return {
        "id": post["id"],
        "title": post["caption"],
        "video_description": post["caption"],
        "create_time": int(post["live_at"]),
        "cover_image_url": f"{call.sandbox.public_base_url}/_media/avatar/{post['account_id']}.jpg",
        "share_url": f"https://www.tiktok.com/@{handle}/video/{post['id']}",
        "duration": round(post["duration"]),
        "height": post["height"],
        "width": post["width"],
        "like_count": seen.likes,
        "comment_count": seen.comments,
        "share_count": seen.shares,
        "view_count": seen.views,
    }


def _public(call: Call) -> list[Row]:
    rows = posts.live(call.tx, "tiktok", call.account_id)
    return [row for row in rows if row["visibility"] == "public" and row["public_at"] <= call.now]


def _answer(call: Call, rows: list[Row], names: list[str]) -> list[dict[str, Any]]:
    handle = account(call, call.account_id)["handle"]
    videos = (_video(call, row, handle) for row in rows)
    return [{name: video[name] for name in names} for video in videos]


def video_list(call: Call) -> Reply:
    """Newest first; the cursor is the creation time of the last video in milliseconds."""
    errors.session(call, "video.list")
    errors.throttle(call, "tiktok.display_per_minute", "video.list")
    names = _fields(call)
    body = call.object()
    count, cursor = body.get("max_count", 10), body.get("cursor")
    if not isinstance(count, int) or not 1 <= count <= 20:
        raise errors.invalid("max_count must be between 1 and 20.")
    rows = _public(call)
    if cursor:
        if not isinstance(cursor, int):
            raise errors.invalid("cursor must be an integer.")
        rows = [row for row in rows if int(row["live_at"] * 1000) < cursor]
    shown = rows[:count]
    last = int(shown[-1]["live_at"] * 1000) if shown else int(cursor or 0)
    return errors.ok({"videos": _answer(call, shown, names), "cursor": last, "has_more": len(rows) > count})


def video_query(call: Call) -> Reply:
    errors.session(call, "video.list")
    errors.throttle(call, "tiktok.display_per_minute", "video.query")
    names = _fields(call)
    filters = call.object().get("filters")
    ids = filters.get("video_ids") if isinstance(filters, dict) else None
    if not isinstance(ids, list) or not 1 <= len(ids) <= 20 or not all(isinstance(item, str) for item in ids):
        raise errors.invalid("filters.video_ids must hold 1 to 20 ids as strings.")
    rows = [row for row in _public(call) if row["id"] in set(ids)]
    return errors.ok({"videos": _answer(call, rows, names)})
