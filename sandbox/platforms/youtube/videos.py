"""YouTube Data API reads: channels, videos with processing states and counts; thumbnails."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sandbox import avatars, oauth, posts
from sandbox.http import Call, Reply
from sandbox.mp4 import JPEG_PNG, magic_kind
from sandbox.platforms.youtube import errors
from sandbox.store import Row, loads


def stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_duration(seconds: float) -> str:
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    parts = [f"{value}{unit}" for value, unit in ((hours, "H"), (minutes, "M"), (secs, "S")) if value]
    return "PT" + ("".join(parts) or "0S")


def _parts(call: Call, known: set[str]) -> set[str]:
    wanted = {part for part in call.query.get("part", "").split(",") if part}
    if not wanted or wanted - known:
        unknown = ", ".join(sorted(wanted - known)) or "(none)"
        raise errors.refusal(400, "unknownPart", f"Unknown or missing part: {unknown}", "youtube.part")
    return wanted


def channels(call: Call) -> Reply:
    """`mine=true`: the channel of the account, or no items."""
    found = errors.session(call, errors.READ)
    errors.spend(call, found, 1)
    wanted = _parts(call, {"id", "snippet", "contentDetails", "statistics", "status"})
    key = call.query.get("id", "")
    own = call.tx.one("SELECT * FROM accounts WHERE id = ? AND kind = 'channel'", found.account_id)
    rows = [own] if own is not None and (call.query.get("mine") == "true" or own["id"] in key.split(",")) else []
    items = [_channel(call, row, wanted) for row in rows]
    body: dict[str, Any] = {"kind": "youtube#channelListResponse", "etag": _etag("channels")}
    body["pageInfo"] = {"totalResults": len(items), "resultsPerPage": 5}
    return Reply(200, {**body, "items": items} if items else body)


def _etag(text: str) -> str:
    return oauth.digest(text)[:27]


def _channel(call: Call, row: Row, wanted: set[str]) -> dict[str, Any]:
    picture = avatars.address(call, row["id"])
    live = posts.live(call.tx, "youtube", row["id"])
    views = sum(posts.numbers(call.tx, post).views for post in live)
    everything: dict[str, Any] = {
        "snippet": {
            "title": row["name"],
            "description": "",
            "customUrl": row["handle"],
            "publishedAt": "2024-01-15T10:00:00Z",
            "thumbnails": {size: {"url": picture, "width": 88, "height": 88} for size in ("default", "medium", "high")},
        },
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": f"UU{row['id'][2:]}"}},
        "statistics": {
            "viewCount": str(views),
            "subscriberCount": str(_rounded(posts.followers(call.tx, row["id"]))),
            "hiddenSubscriberCount": False,
            "videoCount": str(len(live)),
        },
        "status": {"privacyStatus": "public", "isLinked": True, "longUploadsStatus": "allowed"},
    }
    shown = {part: everything[part] for part in everything if part in wanted}
    return {"kind": "youtube#channel", "etag": _etag(row["id"]), "id": row["id"], **shown}


def _rounded(count: int) -> int:
    """Subscriber counts are shown with three significant figures."""
    if count < 1000:
        return count
    step: int = 10 ** (len(str(count)) - 3)
    return count // step * step


VIDEO_PARTS = {"id", "snippet", "status", "processingDetails", "statistics", "contentDetails"}


def video_list(call: Call) -> Reply:
    found = errors.session(call, errors.READ)
    errors.spend(call, found, 1)
    wanted = _parts(call, VIDEO_PARTS)
    ids = [item for item in call.query.get("id", "").split(",") if item][:50]
    if not ids:
        raise errors.refusal(400, "missingRequiredParameter", "No filter selected.", "youtube.parameter")
    rows = [row for video_id in ids if (row := _visible(call, video_id, found.account_id)) is not None]
    items = [resource(call, row, wanted) for row in rows]
    info = {"totalResults": len(items), "resultsPerPage": len(items)}
    return Reply(
        200, {"kind": "youtube#videoListResponse", "etag": _etag(",".join(ids)), "items": items, "pageInfo": info}
    )


def _visible(call: Call, video_id: str, account_id: str) -> Row | None:
    row = call.tx.one("SELECT * FROM posts WHERE id = ? AND platform = 'youtube'", video_id)
    if row is None or posts.data(row).get("gone"):
        return None
    if row["account_id"] == account_id:
        return row
    return row if row["visibility"] != "private" and row["live_at"] <= call.now and not row["deleted_at"] else None


def resource(call: Call, post: Row, wanted: set[str]) -> dict[str, Any]:
    """A video resource with the parts asked for."""
    data = posts.data(post)
    build: dict[str, Callable[[], dict[str, Any]]] = {
        "snippet": lambda: _snippet(call, post, data),
        "status": lambda: _status(call, post, data),
        "processingDetails": lambda: _processing(call, data),
        "statistics": lambda: _statistics(call, post, data),
        "contentDetails": lambda: {
            "duration": iso_duration(post["duration"]),
            "dimension": "2d",
            "definition": "hd" if min(post["width"], post["height"]) >= 720 else "sd",
            "caption": "false",
            "licensedContent": False,
            "projection": "rectangular",
        },
    }
    shown = {part: make() for part, make in build.items() if part in wanted}
    return {"kind": "youtube#video", "etag": _etag(post["id"]), "id": post["id"], **shown}


def _snippet(call: Call, post: Row, data: dict[str, Any]) -> dict[str, Any]:
    snippet = data["snippet"]
    account = call.tx.one("SELECT name FROM accounts WHERE id = ?", post["account_id"])
    picture = avatars.address(call, post["account_id"])
    return {
        "publishedAt": stamp(post["committed_at"]),
        "channelId": post["account_id"],
        "title": snippet.get("title", ""),
        "description": snippet.get("description", ""),
        "thumbnails": {"default": {"url": data.get("thumbnail", picture), "width": 120, "height": 90}},
        "channelTitle": account["name"] if account else "",
        "tags": snippet.get("tags", []),
        "categoryId": str(snippet.get("categoryId", "22")),
        "liveBroadcastContent": "none",
    }


def _status(call: Call, post: Row, data: dict[str, Any]) -> dict[str, Any]:
    given = data["status"]
    privacy = given.get("privacyStatus", "public")
    publish_at = data["publish_at"]
    if publish_at and publish_at <= call.now:
        privacy = "public"
    answer: dict[str, Any] = {
        "uploadStatus": "uploaded",
        "privacyStatus": privacy,
        "license": given.get("license", "youtube"),
        "embeddable": given.get("embeddable", True),
        "publicStatsViewable": given.get("publicStatsViewable", True),
        "madeForKids": bool(given.get("selfDeclaredMadeForKids", False)),
        "selfDeclaredMadeForKids": bool(given.get("selfDeclaredMadeForKids", False)),
    }
    if publish_at and publish_at > call.now:
        answer["publishAt"] = stamp(publish_at)
    if data["ready_at"] <= call.now:
        answer["uploadStatus"] = "processed"
        if data["failure"]:
            answer |= {"uploadStatus": "failed", "failureReason": data["failure"]}
        elif data["rejection"]:
            answer |= {"uploadStatus": "rejected", "rejectionReason": data["rejection"]}
    return answer


def _processing(call: Call, data: dict[str, Any]) -> dict[str, Any]:
    if data["ready_at"] > call.now:
        left = round((data["ready_at"] - call.now) * 1000)
        progress = {"partsTotal": "4", "partsProcessed": "1", "timeLeftMs": str(left)}
        return {"processingStatus": "processing", "processingProgress": progress}
    if data["failure"]:
        return {"processingStatus": "failed", "processingFailureReason": "transcodeFailed"}
    if data["rejection"]:
        return {"processingStatus": "terminated"}
    return {"processingStatus": "succeeded"}


def _statistics(call: Call, post: Row, data: dict[str, Any]) -> dict[str, str]:
    if post["deleted_at"] or data["ready_at"] > call.now:
        return {"viewCount": "0", "likeCount": "0", "favoriteCount": "0", "commentCount": "0"}
    seen = posts.numbers(call.tx, post)
    return {
        "viewCount": str(seen.views),
        "likeCount": str(seen.likes),
        "favoriteCount": "0",
        "commentCount": str(seen.comments),
    }


def set_thumbnail(call: Call) -> Reply:
    """Needs a phone-verified channel; the video stays live whatever happens here."""
    found = errors.session(call, errors.UPLOAD)
    errors.spend(call, found, 50)
    row = _visible(call, call.query.get("videoId", ""), found.account_id)
    if row is None or row["account_id"] != found.account_id:
        raise errors.refusal(404, "videoNotFound", "The video cannot be found.", "youtube.thumbnail")
    account = call.tx.one("SELECT data FROM accounts WHERE id = ?", found.account_id)
    if account is not None and not loads(account["data"]).get("thumbnails", True):
        text = "The authenticated user doesn't have permissions to upload and set custom video thumbnails."
        raise errors.refusal(403, "forbidden", text, "youtube.thumbnail")
    if not call.body:
        raise errors.refusal(400, "mediaBodyRequired", "The request does not include the image.", "youtube.thumbnail")
    if len(call.body) > call.tx.limit("youtube.thumbnail_max_bytes"):
        raise errors.refusal(413, "uploadTooLarge", "Media is too large.", "youtube.thumbnail")
    if magic_kind(call.body[:16]) not in JPEG_PNG:
        raise errors.refusal(400, "imageFormatUnsupported", "The image format is not supported.", "youtube.thumbnail")
    url = avatars.address(call, found.account_id)
    sizes = {"default": (120, 90), "medium": (320, 180), "high": (480, 360), "standard": (640, 480),
             "maxres": (1280, 720)}  # fmt: skip
    item = {name: {"url": url, "width": width, "height": height} for name, (width, height) in sizes.items()}
    posts.set_data(call.tx, row, thumbnail_sha256=hashlib.sha256(call.body).hexdigest(), thumbnail=url)
    return Reply(200, {"kind": "youtube#thumbnailSetResponse", "etag": _etag(row["id"]), "items": [item]})
