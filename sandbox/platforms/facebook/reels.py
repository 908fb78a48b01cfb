"""Facebook Reels and video stories: start, transfer, finish; and the video node's status."""

from __future__ import annotations

import secrets
from typing import Any, Final

from sandbox import faults, limits, posts, pulls, tags, units
from sandbox.http import Call, Refusal, Reply, Spool
from sandbox.mp4 import Probe
from sandbox.platforms.meta import errors, login
from sandbox.posts import Draft, Media
from sandbox.store import Row, Tx

DAY_S: Final = 86_400
MANAGE_POSTS: Final = ("pages_manage_posts",)
REEL_SECONDS: Final = (3.0, 90.0)
STORY_SECONDS: Final = (3.0, 60.0)
SMALLEST: Final = (540, 960)
UPLOADED: Final = ("reel", "story")


def new_id() -> str:
    """15 digits, as a video's or photo's id."""
    return str(secrets.randbelow(8 * 10**14) + 2 * 10**14)


def post_id(page_id: str) -> str:
    return f"{page_id}_{new_id()}"


def reels(call: Call) -> Reply:
    return _phases(call, "reel")


def stories(call: Call) -> Reply:
    return _phases(call, "story")


def _phases(call: Call, kind: str) -> Reply:
    login.require_page(call, call.params["node"], "CREATE_CONTENT", *MANAGE_POSTS)
    given = errors.values(call)
    phase = str(given.get("upload_phase", "")).lower()
    if phase == "start":
        return _start(call, kind)
    if phase == "finish":
        return _finish(call, kind, given)
    raise errors.invalid("Param upload_phase must be one of {START, FINISH}")


def _start(call: Call, kind: str) -> Reply:
    cap = call.tx.limit("facebook.reels_per_day") if kind == "reel" else 0
    if cap and limits.used(call.tx, f"fb:reels:{call.account_id}", DAY_S) >= cap:
        raise errors.refusal(613, "(#613) Calls to this api have exceeded the rate limit.")
    video_id = new_id()
    data = {"marks": [fault.kind for fault in call.unit_faults]}
    units.create(call, video_id, kind, state="waiting", data=data, expires_at=call.now + DAY_S)
    units.open_upload(call, video_id, video_id, 0, ttl_s=DAY_S)
    upload_url = call.url(f"rupload.facebook.com/video-upload/{call.params['version']}/{video_id}")
    return Reply(200, {"video_id": video_id, "upload_url": upload_url})


def _unfit(text: str) -> Refusal:
    body = {"debug_info": {"retriable": False, "type": "ProcessingFailedError", "message": text}}
    return Refusal(Reply(400, body))


def _upload(call: Call) -> tuple[Row, Row]:
    video_id = call.params["node"]
    unit, upload = units.get(call, video_id, UPLOADED), units.get_upload(call, video_id)
    if unit is None or upload is None:
        raise _unfit("No such video")
    found = errors.session(call)
    if found.account_id != unit["account_id"]:
        raise _unfit("The token does not belong to the Page")
    if unit["state"] != "waiting":
        raise _unfit("The video was uploaded already")
    return unit, upload


def transfer_gate(call: Call) -> Spool:
    _, upload = _upload(call)
    path = call.sandbox.spooler.path(upload["id"])
    if call.headers.get("file_url"):
        return Spool(path, 0, 0, -1)
    offset, size = call.headers.get("offset", ""), call.headers.get("file_size", "")
    if not offset.isdigit() or not size.isdigit() or int(offset) != upload["received"]:
        raise _unfit(f"offset must be {upload['received']} and file_size given")
    return Spool(path, int(offset), int(size) - int(offset), int(size))


def transfer(call: Call) -> Reply:
    unit, upload = _upload(call)
    url = call.headers.get("file_url", "")
    if url:
        if not pulls.allowed(call.sandbox, url):
            raise _unfit("The file_url cannot be fetched")
        units.change(call.tx, unit["id"], state="pulling")
        pulls.request(call, unit["id"], [url], broken=any(f.kind == "fetch_failed" for f in call.unit_faults))
        return Reply(200, {"success": True})
    if call.arrived is None or call.arrived.sealed is None:
        raise _unfit("The body is shorter than file_size")
    sealed = call.arrived.sealed
    units.seal_upload(call, upload, sealed)
    received(call.tx, unit, units.media_of_sealed(sealed), sealed.probe)
    return Reply(200, {"success": True})


def transfer_partial(call: Call, size: int) -> None:
    _, upload = _upload(call)
    units.advance_upload(call, upload, upload["received"] + size)


def received(tx: Tx, unit: Row, media: Media, probe: Probe) -> None:
    """All bytes are there; what is wrong with them shows once processing ends."""
    units.change(tx, unit["id"], state="uploaded", failure=_problem(unit["kind"], probe))
    units.set_data(tx, unit["id"], held=media.__dict__)
    begin_processing(tx, unit["id"])


def begin_processing(tx: Tx, video_id: str) -> None:
    """All bytes are there. On some days Facebook processes a video before `finish` (a setting), else after it."""
    if tx.setting("facebook.process_before_finish"):
        units.set_data(tx, video_id, processed_at=tx.now + tx.number("facebook.processing_s"))


def _problem(kind: str, probe: Probe) -> str:
    if probe.container != "mp4" or not probe.has_video:
        return "1363026"
    bounds = {"reel": REEL_SECONDS, "story": STORY_SECONDS}.get(kind)
    if bounds is None:
        return ""
    small = probe.width and (probe.width < SMALLEST[0] or probe.height < SMALLEST[1])
    return "1363008" if small or not bounds[0] <= probe.duration <= bounds[1] else ""


def settle(tx: Tx, unit: Row, rows: list[Row]) -> None:
    """A pulled file of a reel, story, video or photo is there or could not be fetched."""
    failed = rows[0]["state"] == "failed"
    if unit["kind"] in UPLOADED:
        if unit["state"] != "pulling":
            return
        if failed:
            units.change(tx, unit["id"], state="upload_failed", failure="2061006")
        else:
            received(tx, unit, units.media_of(rows[0], "size"), units.probe_of(rows[0]))
    elif unit["kind"] == "video" and unit["state"] == "pulling":
        if failed:
            units.change(tx, unit["id"], state="upload_failed", failure="2061006")
        else:
            commit(tx, unit, units.media_of(rows[0], "size"), _problem("video", units.probe_of(rows[0])))
    elif unit["kind"] == "photo" and unit["state"] == "pulling":
        settle_photo(tx, unit, rows[0], failed)


def settle_photo(tx: Tx, unit: Row, row: Row, failed: bool) -> None:
    """Photos were answered for already; a failed fetch leaves an empty photo behind."""
    media = Media() if failed else units.media_of(row, "size")
    units.change(tx, unit["id"], state="uploaded", failure="2061006" if failed else "")
    units.set_data(tx, unit["id"], held=media.__dict__)
    if unit["post_id"]:
        changes = {"media_sha256": media.sha256, "media_size": media.size}
        tx.update("posts", unit["post_id"], changes)


def _finish(call: Call, kind: str, given: dict[str, Any]) -> Reply:
    """The commit of a reel or story."""
    unit = units.get(call, str(given.get("video_id", "")), (kind,))
    if unit is None or unit["account_id"] != call.account_id:
        raise errors.invisible(str(given.get("video_id", "")))
    if unit["state"] in {"published", "scheduled"}:
        raise errors.invalid("The video was published already.")
    if unit["state"] not in {"uploaded", "pulling"}:
        raise errors.invalid("The video has not been uploaded yet.", 1363130)
    caption = "\n".join(part for part in (str(given.get("title", "")), str(given.get("description", ""))) if part)
    units.change(call.tx, unit["id"], caption=caption)
    tags.at_create(call, caption)
    state = str(given.get("video_state", "PUBLISHED" if kind == "story" else "")).upper()
    if state not in {"PUBLISHED", "DRAFT", "SCHEDULED"}:
        raise errors.invalid("Param video_state must be one of {PUBLISHED, DRAFT, SCHEDULED}")
    if state == "DRAFT":
        return Reply(200, {"success": True})
    if unit["state"] == "pulling":
        raise errors.invalid("The video is still being fetched.", 1363130)
    due = schedule_time(call, given, 29) if state == "SCHEDULED" else None
    data = units.data(unit)
    media = Media(**data["held"])
    refuse_duplicate(call, caption, media)
    tags.at_commit(call, caption)
    marks = [*data["marks"], *(fault.kind for fault in call.unit_faults)]
    fresh = units.get(call, unit["id"])
    made = commit(call.tx, fresh, media, unit["failure"], marks, due) if fresh is not None else ""
    if kind == "reel":
        limits.hit(call.tx, f"fb:reels:{call.account_id}", 1_000_000, DAY_S)
    return Reply(200, {"success": True, "post_id": made})


def schedule_time(call: Call, given: dict[str, Any], most_days: int) -> float:
    """A Unix time 10 minutes to some days ahead."""
    text = str(given.get("scheduled_publish_time", ""))
    at = float(text) if text.isdigit() else 0.0
    if not call.now + 600 <= at <= call.now + most_days * DAY_S:
        raise errors.invalid(f"scheduled_publish_time must be 10 minutes to {most_days} days ahead.")
    return at


def refuse_duplicate(call: Call, caption: str, media: Media) -> None:
    """Code 506: the same as the Page's latest post."""
    window = call.tx.number("facebook.refuse_duplicates_s")
    if window <= 0:
        return
    latest = call.tx.one(
        "SELECT * FROM posts WHERE platform = 'facebook' AND account_id = ? AND deleted_at IS NULL AND committed_at > ?"
        " ORDER BY committed_at DESC, id DESC LIMIT 1",
        call.account_id,
        call.now - window,
    )
    if latest is not None and latest["content_key"] == posts.content_key(caption, media):
        posts.note_refused_duplicate(call.tx, latest)
        raise errors.refusal(506, "(#506) Duplicate status message")


def commit(
    tx: Tx, unit: Row, media: Media, failure: str, marks: list[str] | None = None, due: float | None = None
) -> str:
    """The post is made; it goes live when processing ends, or at its scheduled time."""
    asked = {*faults.tags(unit["caption"]), *units.data(unit)["marks"], *(marks or [])}
    failure = failure or ("1363019" if "processing_failed" in asked else "")
    processed_at = units.data(unit).get("processed_at")
    ready_at = max(tx.now, processed_at) if processed_at else tx.now + tx.number("facebook.processing_s")
    live_at = max(ready_at, due or 0.0)
    changes: dict[str, object] = {
        "state": "scheduled" if due else "published",
        "committed_at": tx.now,
        "ready_at": ready_at,
        "public_at": live_at,
        "failure": failure,
    }
    made = post_id(unit["account_id"])
    if not failure:
        kind = {"video": "reel"}.get(unit["kind"], unit["kind"])
        details = {"video_id": unit["id"]}
        draft = Draft("facebook", unit["account_id"], unit["id"], kind, unit["caption"], live_at, media, data=details)
        posts.add(tx, made, draft)
        changes["post_id"] = made
    units.change(tx, unit["id"], **changes)
    units.set_data(tx, unit["id"], held=media.__dict__)
    return made


def show(call: Call, unit: Row) -> Reply:
    """The video node."""
    login.require_page(call, unit["account_id"], "ANALYZE", "pages_read_engagement")
    everything: dict[str, Any] = {"id": unit["id"], "status": status(call, unit), "description": unit["caption"]}
    if unit["post_id"]:
        everything["post_id"] = unit["post_id"]
        everything["permalink_url"] = f"/reel/{unit['id']}/"
    return Reply(200, {name: everything[name] for name in ("id", *errors.fields(call)) if name in everything})


def _phase(done: bool, started: bool, failure: str = "") -> dict[str, Any]:
    if failure and done:
        return {"status": "error", "errors": [{"code": int(failure), "message": "The video cannot be used."}]}
    return {"status": "complete" if done else "in_progress" if started else "not_started"}


def status(call: Call, unit: Row) -> dict[str, Any]:
    upload = call.tx.one("SELECT received FROM uploads WHERE unit_id = ?", unit["id"])
    size = call.tx.count("SELECT SUM(size) FROM pulls WHERE unit_id = ?", unit["id"])
    committed = unit["committed_at"] is not None
    early = units.data(unit).get("processed_at")
    uploaded = unit["state"] in {"uploaded", "published", "scheduled"} or early is not None
    started = committed or early is not None
    ready_at = unit["ready_at"] if committed else early
    processed = ready_at is not None and ready_at <= call.now
    failure = unit["failure"] if processed else ""
    live = committed and processed and not failure and unit["public_at"] <= call.now
    publish_status = "published" if live else "scheduled" if unit["state"] == "scheduled" else "draft"
    publishing = _phase(live, committed and processed)
    publishing |= {"publish_status": publish_status, "publish_time": int(unit["public_at"] or 0)}
    return {
        "video_status": _video_status(call, unit, uploaded, processed),
        "uploading_phase": {
            **_phase(uploaded, unit["state"] == "pulling"),
            "bytes_transferred": (upload["received"] if upload else 0) or size,
        },
        "processing_phase": _phase(processed, started, failure),
        "publishing_phase": publishing,
        "copyright_check_status": {"status": "complete" if processed else "in_progress", "matches_found": False},
    }


def _video_status(call: Call, unit: Row, uploaded: bool, processed: bool) -> str:
    if unit["state"] == "upload_failed":
        return "upload_failed"
    if unit["expires_at"] and unit["committed_at"] is None and unit["expires_at"] <= call.now:
        return "expired"
    if processed:
        return "error" if unit["failure"] else "ready"
    if uploaded and unit["committed_at"] is None:
        return "upload_complete"
    return "processing"
