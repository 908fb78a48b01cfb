"""TikTok Content Posting: creator info, init of videos, inbox drafts and photos, cancel."""

from __future__ import annotations

import secrets
from typing import Any, Final
from urllib.parse import urlencode

from sandbox import avatars, limits, pulls, tags, units
from sandbox.http import Call, Reply
from sandbox.platforms.tiktok import errors
from sandbox.platforms.tiktok.login import account, is_private
from sandbox.store import Row

MB: Final = 1_000_000
SMALLEST_CHUNK: Final = 5 * MB
LARGEST_CHUNK: Final = 64 * 1024 * 1024
LARGEST_VIDEO: Final = 4 * 1024**3
MAX_DURATION_S: Final = 600
DAY_S: Final = 86_400

BOOLEANS = ("disable_duet", "disable_stitch", "disable_comment", "brand_content_toggle", "brand_organic_toggle",
            "is_aigc", "auto_add_music")  # fmt: skip


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def privacy_options(row: Row) -> list[str]:
    first = "FOLLOWER_OF_CREATOR" if is_private(row) else "PUBLIC_TO_EVERYONE"
    return [first, "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]


def creator_info(call: Call) -> Reply:
    found = errors.session(call, "video.publish")
    errors.throttle(call, "tiktok.creator_info_per_minute", "creator_info")
    _day_cap(call)
    row = account(call, found.account_id)
    return errors.ok(
        {
            "creator_avatar_url": avatars.address(call, row["id"]),
            "creator_username": row["handle"],
            "creator_nickname": row["name"],
            "privacy_level_options": privacy_options(row),
            "comment_disabled": False,
            "duet_disabled": is_private(row),
            "stitch_disabled": is_private(row),
            "max_video_post_duration_sec": MAX_DURATION_S,
        }
    )


def day_key(grant_id: str) -> str:
    return f"tiktok:day:{grant_id}"


def _day_cap(call: Call) -> None:
    cap = call.tx.limit("tiktok.posts_per_day")
    if cap and limits.used(call.tx, day_key(call.grant_id), DAY_S) >= cap:
        raise errors.refusal(403, "spam_risk_too_many_posts")


def video_init(call: Call) -> Reply:
    found = errors.session(call, "video.publish")
    errors.throttle(call, "tiktok.init_per_minute", "video.init")
    body = errors.require_json(call)
    info = _post_info(call, body, account(call, found.account_id), title_limit=2200)
    tags.at_create(call, info["title"])
    _day_cap(call)
    return _start(call, body, info["title"], {"mode": "direct", "media": "video", "privacy": info["privacy_level"]})


def inbox_init(call: Call) -> Reply:
    errors.session(call, "video.upload")
    errors.throttle(call, "tiktok.init_per_minute", "inbox.init")
    body = errors.require_json(call)
    _pending_cap(call)
    return _start(call, body, "", {"mode": "inbox", "media": "video"})


def _pending_cap(call: Call) -> None:
    pending = call.tx.count(
        "SELECT COUNT(*) FROM units WHERE platform = 'tiktok' AND account_id = ? AND kind = 'inbox' AND failure = ''"
        " AND post_id IS NULL AND committed_at IS NOT NULL AND created_at > ?",
        call.account_id,
        call.now - DAY_S,
    )
    cap = call.tx.limit("tiktok.pending_inbox")
    if cap and pending >= cap:
        raise errors.refusal(403, "spam_risk_too_many_pending_share")


def _post_info(call: Call, body: dict[str, Any], row: Row, *, title_limit: int) -> dict[str, Any]:
    info = body.get("post_info")
    if not isinstance(info, dict):
        raise errors.invalid("post_info is required.")
    title, level = info.get("title", ""), info.get("privacy_level")
    if not isinstance(title, str) or utf16_units(title) > title_limit:
        raise errors.invalid(f"title must be text of up to {title_limit} UTF-16 units.")
    if any(not isinstance(info.get(name, False), bool) for name in BOOLEANS):
        raise errors.invalid("Toggles must be booleans.")
    if not level:
        raise errors.invalid("privacy_level is required.")
    if level not in privacy_options(row):
        raise errors.refusal(403, "privacy_level_option_mismatch")
    if info.get("brand_content_toggle") and level == "SELF_ONLY":
        raise errors.invalid("Branded content cannot be SELF_ONLY.")
    if call.tx.setting("tiktok.unaudited") and not (is_private(row) and level == "SELF_ONLY"):
        raise errors.refusal(403, "unaudited_client_can_only_post_to_private_accounts")
    return {**info, "title": title, "privacy_level": level}


def _whole(source: dict[str, Any], name: str) -> int:
    value = source.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise errors.invalid(f"{name} must be a positive integer.")
    return value


def check_chunks(size: int, chunk: int, count: int) -> str:
    """What is wrong with a plan of chunks, or an empty string."""
    if size > LARGEST_VIDEO:
        return "The video is larger than 4 GB."
    if size < SMALLEST_CHUNK:
        return "" if chunk == size and count == 1 else "A video under 5 MB must be sent whole."
    if not SMALLEST_CHUNK <= chunk <= LARGEST_CHUNK:
        return "chunk_size must be between 5 MB and 64 MB."
    if count != size // chunk:
        return "total_chunk_count must be video_size divided by chunk_size, rounded down."
    return "" if 1 <= count <= 1000 else "There may be 1 to 1000 chunks."


def _start(call: Call, body: dict[str, Any], caption: str, data: dict[str, Any]) -> Reply:
    source = body.get("source_info")
    if not isinstance(source, dict):
        raise errors.invalid("source_info is required.")
    data["marks"] = [fault.kind for fault in call.unit_faults]
    inbox = data["mode"] == "inbox"
    if source.get("source") == "PULL_FROM_URL":
        url = source.get("video_url")
        if not isinstance(url, str) or not url:
            raise errors.invalid("video_url is required.")
        return _pull(call, [url], "v_inbox_url~v2." if inbox else "v_pub_url~v2.", caption, data)
    if source.get("source") != "FILE_UPLOAD":
        raise errors.invalid("source must be FILE_UPLOAD or PULL_FROM_URL.")
    size, chunk = _whole(source, "video_size"), _whole(source, "chunk_size")
    problem = check_chunks(size, chunk, _whole(source, "total_chunk_count"))
    if problem:
        raise errors.invalid(problem)
    publish_id = ("v_inbox_file~v2." if inbox else "v_pub_file~v2-1.") + str(secrets.randbelow(9 * 10**18) + 10**18)
    units.create(call, publish_id, data["mode"], state="uploading", caption=caption, data=data)
    upload_id = secrets.token_urlsafe(24)
    ttl = call.tx.number("tiktok.upload_url_ttl_s")
    units.open_upload(call, upload_id, publish_id, size, ttl_s=ttl, chunk_size=chunk)
    query = urlencode({"upload_id": upload_id, "upload_token": secrets.token_urlsafe(18)})
    return errors.ok({"publish_id": publish_id, "upload_url": call.url(f"open-upload.tiktokapis.com/video/?{query}")})


def _pull(call: Call, urls: list[str], prefix: str, caption: str, data: dict[str, Any]) -> Reply:
    if not all(pulls.allowed(call.sandbox, url) for url in urls):
        raise errors.refusal(403, "url_ownership_unverified")
    tags.at_commit(call, caption)
    publish_id = prefix + str(secrets.randbelow(9 * 10**18) + 10**18)
    units.create(call, publish_id, data["mode"], state="pulling", caption=caption, data=data)
    broken = tags.marked(call, caption, "fetch_failed") is not None
    pulls.request(call, publish_id, urls, broken=broken)
    return errors.ok({"publish_id": publish_id})


def content_init(call: Call) -> Reply:
    """Photos, by URL only."""
    body = errors.require_json(call)
    mode = {"DIRECT_POST": "direct", "MEDIA_UPLOAD": "inbox"}.get(str(body.get("post_mode")), "")
    found = errors.session(call, "video.upload" if mode == "inbox" else "video.publish")
    errors.throttle(call, "tiktok.init_per_minute", "content.init")
    if body.get("media_type") != "PHOTO" or not mode:
        raise errors.invalid("media_type must be PHOTO, post_mode DIRECT_POST or MEDIA_UPLOAD.")
    given = call.part("post_info")
    caption = "\n".join(part for part in (str(given.get("title", "")), str(given.get("description", ""))) if part)
    data: dict[str, Any] = {"mode": mode, "media": "photo", "marks": [fault.kind for fault in call.unit_faults]}
    if utf16_units(str(given.get("description", ""))) > 4000:
        raise errors.invalid("description must be text of up to 4000 UTF-16 units.")
    if mode == "direct":
        info = _post_info(call, body, account(call, found.account_id), title_limit=90)
        data["privacy"] = info["privacy_level"]
        tags.at_create(call, caption)
        _day_cap(call)
    else:
        _pending_cap(call)
    source = call.part("source_info")
    images = source.get("photo_images")
    if source.get("source") != "PULL_FROM_URL" or not isinstance(images, list) or not 1 <= len(images) <= 35:
        raise errors.invalid("photo_images must hold 1 to 35 URLs, source must be PULL_FROM_URL.")
    cover = source.get("photo_cover_index", 0)
    if not isinstance(cover, int) or not 0 <= cover < len(images):
        raise errors.invalid("photo_cover_index is out of range.")
    return _pull(call, [str(url) for url in images], "p_pub_url~v2.", caption, data)


def owned_unit(call: Call) -> Row:
    publish_id = errors.require_json(call).get("publish_id")
    unit = units.get(call, publish_id, ("direct", "inbox")) if isinstance(publish_id, str) else None
    if unit is None:
        raise errors.refusal(400, "invalid_publish_id")
    if unit["account_id"] != call.account_id:
        raise errors.refusal(400, "token_not_authorized_for_specified_publish_id")
    return unit


def cancel(call: Call) -> Reply:
    errors.session(call)
    unit = owned_unit(call)
    if unit["state"] != "pulling":
        raise errors.refusal(400, "publish_not_cancellable")
    units.change(call.tx, unit["id"], state="done", failure="publish_cancelled", ready_at=call.now)
    return errors.ok({})
