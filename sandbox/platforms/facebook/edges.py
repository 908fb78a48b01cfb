"""Other Page edges: videos by URL and in pieces, photos, feed, photo stories; listings."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Final

from sandbox import avatars, posts, pulls, tags, units
from sandbox.http import Call, FilePart, Reply
from sandbox.mp4 import magic_kind
from sandbox.platforms.facebook import reels
from sandbox.platforms.meta import errors, login
from sandbox.posts import Draft, Media
from sandbox.store import Row

PIECE: Final = 4 * 1024 * 1024
MESSAGE_LIMIT: Final = 63_206
PHOTO_LIMIT: Final = 10 * 1024 * 1024


def _text(given: dict[str, Any], *names: str) -> str:
    return "\n".join(str(given[name]) for name in names if given.get(name))


def videos(call: Call) -> Reply:
    """By URL (the commit is this call), or in pieces by `upload_phase`."""
    login.require_page(call, call.params["node"], "CREATE_CONTENT", *reels.MANAGE_POSTS)
    given = errors.values(call)
    phase = str(given.get("upload_phase", "")).lower()
    if phase:
        steps = {"start": _video_start, "transfer": _video_piece, "finish": _video_finish}
        if phase not in steps:
            raise errors.invalid("Param upload_phase must be one of {START, TRANSFER, FINISH}")
        return steps[phase](call, given)
    url = str(given.get("file_url", ""))
    if not url:
        raise errors.invalid("file_url or upload_phase is required")
    if not pulls.allowed(call.sandbox, url):
        raise errors.refusal(389, "(#389) Unable to fetch video file from URL.", 2061006)
    caption = _text(given, "title", "description")
    tags.at_create(call, caption)
    tags.at_commit(call, caption)
    video_id = reels.new_id()
    data = {"marks": [fault.kind for fault in call.unit_faults]}
    units.create(call, video_id, "video", state="pulling", caption=caption, data=data)
    broken = tags.marked(call, caption, "fetch_failed") is not None
    pulls.request(call, video_id, [url], broken=broken)
    return Reply(200, {"id": video_id})


def _offsets(received: int, total: int) -> dict[str, str]:
    return {"start_offset": str(received), "end_offset": str(min(received + PIECE, total))}


def _video_start(call: Call, given: dict[str, Any]) -> Reply:
    size = str(given.get("file_size", ""))
    if not size.isdigit() or int(size) < 1:
        raise errors.invalid("file_size is required")
    video_id = reels.new_id()
    session = reels.new_id()
    data = {"marks": [fault.kind for fault in call.unit_faults], "session": session}
    units.create(call, video_id, "video", state="waiting", data=data)
    units.open_upload(call, session, video_id, int(size), ttl_s=reels.DAY_S)
    return Reply(200, {"video_id": video_id, "upload_session_id": session, **_offsets(0, int(size))})


def _video_session(call: Call, given: dict[str, Any]) -> tuple[Row, Row]:
    upload = units.get_upload(call, str(given.get("upload_session_id", "")))
    unit = units.get(call, upload["unit_id"]) if upload is not None else None
    if upload is None or unit is None or unit["account_id"] != call.account_id or upload["expires_at"] <= call.now:
        raise errors.invalid("The upload session does not exist.", 1363030)
    return unit, upload


def _video_piece(call: Call, given: dict[str, Any]) -> Reply:
    """The server dictates the pieces: another offset than the expected one is answered with the expected one."""
    _, upload = _video_session(call, given)
    part = call.files.get("video_file_chunk")
    if part is None:
        raise errors.invalid("video_file_chunk is required")
    if str(given.get("start_offset")) != str(upload["received"]):
        raise errors.invalid(f"start_offset must be {upload['received']}", 1363037)
    if part.size > PIECE or upload["received"] + part.size > upload["total"]:
        raise errors.invalid("The piece is larger than asked for.", 1363037)
    received = append(call, upload, part)
    units.advance_upload(call, upload, received)
    if received == upload["total"]:
        reels.begin_processing(call.tx, upload["unit_id"])
    return Reply(200, _offsets(received, upload["total"]))


def append(call: Call, upload: Row, part: FilePart) -> int:
    """Put a form's file at the end of an upload's spool; the new length."""
    spooler = call.sandbox.spooler
    path = spooler.path(upload["id"])
    offset: int = upload["received"]
    with spooler.open(path, offset) as file:
        while block := part.file.read(1024 * 1024):
            spooler.write(path, file, offset, block)
            offset += len(block)
    return offset


def _video_finish(call: Call, given: dict[str, Any]) -> Reply:
    unit, upload = _video_session(call, given)
    if upload["received"] != upload["total"] or upload["done_at"] is not None:
        raise errors.invalid("The video has not been uploaded completely, or was finished already.", 1363037)
    caption = _text(given, "title", "description")
    tags.at_create(call, caption)
    sealed = call.sandbox.spooler.seal(call.sandbox.spooler.path(upload["id"]), upload["total"])
    media = units.media_of_sealed(sealed)
    reels.refuse_duplicate(call, caption, media)
    tags.at_commit(call, caption)
    units.change(call.tx, unit["id"], caption=caption)
    units.seal_upload(call, upload, sealed)
    fresh = units.get(call, unit["id"])
    bad = "" if sealed.probe.is_video else "1363026"
    if fresh is not None:
        reels.commit(call.tx, fresh, media, bad, [fault.kind for fault in call.unit_faults])
    return Reply(200, {"success": True})


def photos(call: Call) -> Reply:
    """A photo by URL or in the form; unpublished ones wait for a feed post or story."""
    login.require_page(call, call.params["node"], "CREATE_CONTENT", *reels.MANAGE_POSTS)
    given = errors.values(call)
    caption = _text(given, "caption", "message")
    published = str(given.get("published", "true")).lower() != "false"
    tags.at_create(call, caption)
    part, url = call.files.get("source"), str(given.get("url", ""))
    media = _photo(part) if part is not None else Media()
    if part is None and not pulls.allowed(call.sandbox, url):
        raise errors.refusal(100, "(#100) url should represent a valid URL", 2061006)
    if published:
        if part is not None:
            reels.refuse_duplicate(call, caption, media)
        tags.at_commit(call, caption)
    photo_id = reels.new_id()
    state = "uploaded" if part is not None else "pulling"
    units.create(call, photo_id, "photo", state=state, caption=caption, data={"marks": [], "held": media.__dict__})
    answer = {"id": photo_id}
    if published:
        answer["post_id"] = _live(call, photo_id, "photo", caption, media, {"photo_id": photo_id})
        units.change(call.tx, photo_id, post_id=answer["post_id"], committed_at=call.now)
    if part is None:
        pulls.request(call, photo_id, [url], broken=tags.marked(call, caption, "fetch_failed") is not None)
    return Reply(200, answer)


def _photo(part: FilePart) -> Media:
    if part.size > PHOTO_LIMIT:
        raise errors.refusal(1, "The photo is too large.", 1366046)
    digest = hashlib.sha256()
    head = part.file.read(16)
    if magic_kind(head) not in {"jpeg", "png", "gif", "webp"}:
        raise errors.refusal(1, "The file is not a photo of a supported type.", 1366046)
    digest.update(head)
    while block := part.file.read(1024 * 1024):
        digest.update(block)
    return Media(digest.hexdigest(), part.size)


def _live(
    call: Call,
    unit_id: str,
    kind: str,
    caption: str,
    media: Media,
    details: dict[str, Any],
    live_at: float | None = None,
) -> str:
    made = reels.post_id(call.account_id)
    at = call.now if live_at is None else live_at
    posts.add(call.tx, made, Draft("facebook", call.account_id, unit_id, kind, caption, at, media, data=details))
    return made


def _attached(call: Call, given: dict[str, Any]) -> list[Row]:
    """Unpublished photos named by `attached_media`, as JSON or as `attached_media[0]` form fields."""
    raw = given.get("attached_media", [])
    if isinstance(raw, str):
        raw = _json(raw)
    named = [value for name, value in sorted(given.items()) if name.startswith("attached_media[")]
    items = [*(raw if isinstance(raw, list) else []), *(_json(v) if isinstance(v, str) else v for v in named)]
    rows = []
    for item in items:
        media_id = str(item.get("media_fbid", "")) if isinstance(item, dict) else ""
        unit = units.get(call, media_id, ("photo",))
        if unit is None or unit["account_id"] != call.account_id:
            raise errors.invalid("attached_media names an unknown photo.")
        if unit["post_id"] is not None:
            raise errors.refusal(1, "These photos were already posted.", 1366051)
        rows.append(unit)
    return rows


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def feed(call: Call) -> Reply:
    login.require_page(call, call.params["node"], "CREATE_CONTENT", *reels.MANAGE_POSTS)
    given = errors.values(call)
    message, link = str(given.get("message", "")), str(given.get("link", ""))
    photos_named = _attached(call, given)
    if not message and not link and not photos_named:
        raise errors.invalid("The post is empty. Please enter a message to share.", 1349125)
    if len(message) > MESSAGE_LIMIT:
        raise errors.invalid("The message is too long.")
    tags.at_create(call, message)
    held = [Media(**units.data(unit)["held"]) for unit in photos_named]
    published = str(given.get("published", "true")).lower() != "false"
    due = None if published else reels.schedule_time(call, given, 75)
    caption = "\n".join(part for part in (message, link) if part)
    media = Media.joined(held)
    reels.refuse_duplicate(call, caption, media)
    tags.at_commit(call, message)
    unit_id = reels.new_id()
    units.create(call, unit_id, "feed", state="published", caption=caption)
    made = _live(call, unit_id, "feed", caption, media, {"link": link, "message": message}, due)
    units.change(call.tx, unit_id, post_id=made, committed_at=call.now)
    for unit in photos_named:
        units.change(call.tx, unit["id"], post_id=made)
    answer = {"id": made}
    if "permalink_url" in errors.fields(call):
        answer["permalink_url"] = permalink(made)
    return Reply(200, answer)


def permalink(made: str) -> str:
    page, _, post = made.partition("_")
    return f"https://www.facebook.com/{page}/posts/{post}"


def photo_stories(call: Call) -> Reply:
    login.require_page(call, call.params["node"], "CREATE_CONTENT", *reels.MANAGE_POSTS)
    unit = units.get(call, str(errors.values(call).get("photo_id", "")), ("photo",))
    if unit is None or unit["account_id"] != call.account_id or unit["post_id"] is not None:
        raise errors.invalid("photo_id must name an unpublished photo.")
    media = Media(**units.data(unit)["held"])
    made = _live(call, unit["id"], "story", "", media, {"photo_id": unit["id"]})
    units.change(call.tx, unit["id"], post_id=made, committed_at=call.now)
    return Reply(200, {"success": True, "post_id": made})


def listing(call: Call) -> Reply:
    """The Page's live posts, newest first; `video_reels` and `videos` show only those."""
    page = login.require_page(call, call.params["node"], "ANALYZE", "pages_read_engagement")
    edge = call.path.rsplit("/", 1)[-1]
    rows = [row for row in posts.listed(call.tx, "facebook", page["id"]) if row["kind"] != "story"]
    if edge in {"video_reels", "videos"}:
        rows = [row for row in rows if row["kind"] == "reel"]
    given = str(errors.values(call).get("limit", "25"))
    wanted = errors.fields(call, "id,created_time,message")
    shown = rows[: int(given) if given.isdigit() else 25]
    return Reply(200, {"data": [entry(call, row, wanted, edge) for row in shown]})


def entry(call: Call, row: Row, wanted: list[str], edge: str = "feed") -> dict[str, Any]:
    details = posts.data(row)
    stamp = datetime.fromtimestamp(row["live_at"], UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
    seen = posts.numbers(call.tx, row)
    video = details.get("video_id", "")
    everything = {
        "id": video if edge in {"video_reels", "videos"} else row["id"],
        "post_id": row["id"],
        "message": details.get("message", row["caption"]),
        "description": row["caption"],
        "created_time": stamp,
        "permalink_url": f"/reel/{video}/" if video else permalink(row["id"]),
        "full_picture": avatars.address(call, row["account_id"]),
        "length": row["duration"],
        "reactions": {"data": [], "summary": {"total_count": seen.likes}},
        "comments": {"data": [], "summary": {"total_count": seen.comments}},
        "shares": {"count": seen.shares},
    }
    return {name: everything[name] for name in ("id", *wanted) if name in everything}
