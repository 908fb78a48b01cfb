"""YouTube's resumable upload: a session, chunks with offset arithmetic, the video at the last byte."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import Any, Final

from sandbox import faults, limits, posts, tags, units
from sandbox.http import Call, Refusal, Reply, Spool
from sandbox.platforms.youtube import errors, videos
from sandbox.posts import Draft, Media
from sandbox.spool import Sealed
from sandbox.store import Row

GRANULE: Final = 256 * 1024
LARGEST: Final = 256 * 1024**3
RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")
PRIVACY: Final = {"private", "unlisted", "public"}


def _bad(reason: str, message: str) -> Refusal:
    return errors.refusal(400, reason, message, "youtube.video")


def _text_problem(snippet: dict[str, Any]) -> Refusal | None:
    title, description, tag_list = snippet.get("title", ""), snippet.get("description", ""), snippet.get("tags", [])
    if not isinstance(title, str) or not title.strip() or len(title) > 100 or set(title) & {"<", ">"}:
        return _bad("invalidTitle", "The request metadata specifies an invalid or empty video title.")
    if not isinstance(description, str) or len(description.encode()) > 5000 or set(description) & {"<", ">"}:
        return _bad("invalidDescription", "The request metadata specifies an invalid video description.")
    if not isinstance(tag_list, list) or sum(len(str(tag)) for tag in tag_list) > 500:
        return _bad("invalidTags", "The request metadata specifies invalid video keywords.")
    if "categoryId" in snippet and not str(snippet["categoryId"]).isdigit():
        return _bad("invalidCategoryId", "The snippet.categoryId property specifies an invalid category ID.")
    return None


def _publish_at(call: Call, status: dict[str, Any]) -> float | None:
    given = status.get("publishAt")
    if given is None:
        return None
    try:
        at = datetime.fromisoformat(str(given)).timestamp()
    except ValueError:
        at = 0.0
    if status.get("privacyStatus") != "private" or at <= call.now:
        raise _bad("invalidPublishAt", "The request metadata specifies an invalid scheduled publishing time.")
    return at


def start(call: Call) -> Reply:
    """Open a session. It costs one of the project's daily inserts; no video exists yet."""
    found = errors.session(call, errors.UPLOAD)
    if call.query.get("uploadType") != "resumable" or not call.query.get("part"):
        raise _bad("invalidVideoMetadata", "uploadType=resumable and part are required.")
    snippet, status = call.part("snippet"), call.part("status")
    errors.require_channel(call)
    errors.spend(call, found, 1, bucket="inserts")
    problem = _text_problem(snippet)
    if problem is not None:
        raise problem
    if status.get("privacyStatus", "public") not in PRIVACY:
        raise _bad("invalidVideoMetadata", "The request metadata is invalid.")
    publish_at = _publish_at(call, status)
    caption = "\n".join(part for part in (snippet["title"], snippet.get("description", "")) if part)
    tags.at_create(call, caption)
    _channel_cap(call)
    size = call.headers.get("x-upload-content-length", "")
    total = int(size) if size.isdigit() else 0
    if total > LARGEST:
        raise errors.refusal(413, "uploadTooLarge", "The file is too large.", "global")
    upload_id = secrets.token_urlsafe(48)
    ttl = call.tx.number("youtube.session_ttl_s")
    data = {
        "snippet": snippet,
        "status": status,
        "publish_at": publish_at,
        "marks": [fault.kind for fault in call.unit_faults],
    }
    units.create(call, f"yt-{upload_id}", "session", state="uploading", caption=caption, data=data)
    units.open_upload(call, upload_id, f"yt-{upload_id}", total, ttl_s=ttl)
    location = f"{call.host}/upload/youtube/v3/videos?uploadType=resumable&upload_id={upload_id}"
    return Reply(200, b"", {"location": call.url(location), "x-guploader-uploadid": upload_id})


def _channel_cap(call: Call) -> None:
    cap = call.tx.limit("youtube.uploads_per_channel_day")
    if cap and limits.used(call.tx, f"youtube:channel:{call.account_id}", 86_400) >= cap:
        text = "The user has exceeded the number of videos they may upload."
        raise errors.refusal(400, "uploadLimitExceeded", text, "youtube.video")


def _session(call: Call) -> Row:
    upload = units.get_upload(call, call.query.get("upload_id", ""))
    if upload is None or (upload["done_at"] is None and upload["expires_at"] <= call.now):
        raise errors.refusal(404, "notFound", "Upload session not found.", "global")
    unit = units.get(call, upload["unit_id"])
    if unit is not None:
        call.account_id, call.grant_id = unit["account_id"], unit["grant_id"]
    return upload


def _incomplete(received: int) -> Reply:
    headers = {"range": f"bytes=0-{received - 1}"} if received else {}
    return Reply(308, b"", headers)


def _finished(call: Call, upload: Row) -> Reply:
    unit = units.get(call, upload["unit_id"])
    post = call.tx.one("SELECT * FROM posts WHERE id = ?", unit["post_id"]) if unit else None
    if post is None:
        raise errors.refusal(404, "notFound", "The video was deleted.", "global")
    return Reply(200, videos.resource(call, post, {"snippet", "status"}))


def gate(call: Call) -> Spool:
    """Headers and offset of a chunk (or of a probe), before its bytes are read."""
    upload = _session(call)
    if upload["done_at"] is not None:
        raise Refusal(_finished(call, upload))
    length = call.headers.get("content-length", "")
    given = call.headers.get("content-range")
    path = call.sandbox.spooler.path(upload["id"])
    if given is None:
        if not length.isdigit() or (upload["total"] and int(length) != upload["total"]):
            raise _malformed("Content-Length does not fit the upload.")
        return Spool(path, 0, int(length), int(length))
    match = RANGE.fullmatch(given)
    if match is None:
        raise _malformed("Failed to parse Content-Range header.")
    total = int(match[3]) if match[3] != "*" else upload["total"]
    if upload["total"] and total != upload["total"]:
        raise _malformed("Content-Range names another size than the session was opened with.")
    if match[1] is None:
        raise Refusal(_incomplete(upload["received"]))
    return _chunk(upload, path, int(match[1]), int(match[2]), total, length)


def _chunk(upload: Row, path: Any, first: int, last: int, total: int, length: str) -> Spool:
    if last < first or (total and last >= total) or (length and int(length) != last - first + 1):
        raise _malformed("Content-Range does not fit the body.")
    if first != upload["received"]:
        raise Refusal(_incomplete(upload["received"]))
    if last + 1 != total and (last + 1 - first) % GRANULE:
        raise _malformed("Chunks must be multiples of 262144 bytes, except the last.")
    return Spool(path, first, last - first + 1, total)


def _malformed(text: str) -> Refusal:
    return errors.refusal(400, "badRequest", f"Invalid request. {text}", "global")


def _first(call: Call) -> int:
    match = RANGE.fullmatch(call.headers.get("content-range", ""))
    return int(match[1]) if match is not None and match[1] is not None else 0


def partial(call: Call, size: int) -> None:
    """A connection broke: whole granules that came stay, as the next probe will say."""
    upload = _session(call)
    if upload["done_at"] is None and upload["received"] == _first(call):
        kept = upload["received"] + size // GRANULE * GRANULE
        units.advance_upload(call, upload, min(kept, max(0, upload["total"] - 1)) // GRANULE * GRANULE)


def put(call: Call) -> Reply:
    upload = _session(call)
    first = _first(call)
    arrived = call.arrived
    if upload["done_at"] is not None:
        return _finished(call, upload)
    if arrived is None or first != upload["received"]:
        return _incomplete(upload["received"])
    if arrived.sealed is None:
        received = (first + arrived.size) // GRANULE * GRANULE
        units.advance_upload(call, upload, received)
        return _incomplete(received)
    unit = units.get(call, upload["unit_id"])
    if unit is None:
        raise errors.refusal(404, "notFound", "Upload session not found.", "global")
    tags.at_commit(call, unit["caption"])
    units.seal_upload(call, upload, arrived.sealed)
    post_id = _create_video(call, unit, arrived.sealed)
    units.change(call.tx, unit["id"], state="done", committed_at=call.now, post_id=post_id)
    return _finished(call, upload)


def _create_video(call: Call, unit: Row, sealed: Sealed) -> str:
    """The video exists from here on; processing ends later, well or badly."""
    data = units.data(unit)
    marks = {*faults.tags(unit["caption"]), *data["marks"], *(fault.kind for fault in call.unit_faults)}
    media = units.media_of_sealed(sealed)
    failure, rejection = _verdict(call, unit, sealed, media, marks)
    status = data["status"]
    privacy = "private" if call.tx.setting("youtube.unaudited") else status.get("privacyStatus", "public")
    ready_at = call.now + call.tx.number("youtube.processing_s") + (4 * 3600 if "moderation_delay" in marks else 0)
    live_at = max(ready_at, data["publish_at"] or 0.0)
    post_id = secrets.token_urlsafe(8)[:11]
    posts.add(
        call.tx,
        post_id,
        Draft(
            platform="youtube",
            account_id=unit["account_id"],
            unit_id=unit["id"],
            kind="video",
            caption=unit["caption"],
            live_at=live_at,
            public_at=live_at,
            media=media,
            visibility="private" if privacy == "private" and not data["publish_at"] else privacy,
            data={
                "snippet": data["snippet"],
                "status": {**status, "privacyStatus": privacy},
                "publish_at": data["publish_at"],
                "ready_at": ready_at,
                "failure": failure,
                "rejection": rejection,
            },
        ),
    )
    if failure or rejection:
        call.tx.update("posts", post_id, {"deleted_at": call.now})
    limits.hit(call.tx, f"youtube:channel:{unit['account_id']}", 1_000_000, 86_400)
    return post_id


def _verdict(call: Call, unit: Row, sealed: Sealed, media: Media, marks: set[str]) -> tuple[str, str]:
    """Failure and rejection reason that processing will end with."""
    if sealed.size == 0:
        return "emptyFile", ""
    if not sealed.probe.is_video or not sealed.probe.has_video:
        return "invalidFile", ""
    if "processing_failed" in marks:
        return "conversion", ""
    window = call.tx.number("youtube.refuse_duplicates_s")
    key = posts.content_key(unit["caption"], media)
    earlier = posts.duplicate_of(call.tx, unit["account_id"], key, window) if window > 0 else None
    if earlier is not None:
        posts.note_refused_duplicate(call.tx, earlier)
        return "", "duplicate"
    return "", ""
