"""TikTok's upload host, what happens once all bytes are there, and the status of a publish id."""

from __future__ import annotations

import re
import secrets
from typing import Any, Final

from sandbox import faults, limits, posts, tags, units
from sandbox.http import Call, Refusal, Reply, Spool
from sandbox.mp4 import Probe
from sandbox.platforms.tiktok import errors
from sandbox.platforms.tiktok.publish import MAX_DURATION_S, day_key, owned_unit
from sandbox.posts import Draft, Media
from sandbox.store import Row, Tx

TYPES: Final = {"video/mp4", "video/quicktime", "video/webm"}
RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
SMALLEST_SIDE: Final = 360
LARGEST_SIDE: Final = 4096
LONG_MODERATION_S: Final = 4 * 3600


def _plain(status: int, text: str = "", upload: Row | None = None, received: int | None = None) -> Reply:
    headers = {}
    if upload is not None:
        got = upload["received"] if received is None else received
        headers["content-range"] = f"bytes 0-{got}/{upload['total']}"
    return Reply(status, text, headers, "text/plain")


def _upload(call: Call) -> Row:
    upload = units.get_upload(call, call.query.get("upload_id", ""))
    if upload is None:
        raise Refusal(_plain(404, "No such upload task."))
    unit = units.get(call, upload["unit_id"])
    if unit is not None:
        call.account_id, call.grant_id = unit["account_id"], unit["grant_id"]
    if call.bearer:
        call.note = "a bearer token was sent to the upload host"
    if upload["done_at"] is None and upload["expires_at"] <= call.now:
        raise Refusal(_plain(403, "The upload URL has expired."))
    return upload


def gate(call: Call) -> Spool:
    """Headers and order of a chunk, before its bytes are read."""
    upload = _upload(call)
    match = RANGE.fullmatch(call.headers.get("content-range", ""))
    length = call.headers.get("content-length", "")
    if call.headers.get("content-type", "") not in TYPES or match is None or not length.isdigit():
        raise Refusal(_plain(400, "Content-Type, Content-Length and Content-Range are required.", upload))
    first, last, total = (int(part) for part in match.groups())
    if total != upload["total"] or last < first or last >= total or int(length) != last - first + 1:
        raise Refusal(_plain(400, "Content-Range does not fit the upload.", upload))
    if upload["done_at"] is not None or first != upload["received"]:
        raise Refusal(_plain(416, "Chunks must be sent in order.", upload))
    expected_last = _last_of_chunk(upload, first)
    if last != expected_last:
        raise Refusal(_plain(400, f"This chunk must end at byte {expected_last}.", upload))
    return Spool(call.sandbox.spooler.path(upload["id"]), first, int(length), total)


def _last_of_chunk(upload: Row, first: int) -> int:
    """Last byte of the chunk that starts at `first`: the last chunk takes the remainder."""
    chunk: int = upload["chunk_size"]
    count = max(1, upload["total"] // chunk)
    index = first // chunk
    return upload["total"] - 1 if index >= count - 1 else first + chunk - 1


def put(call: Call) -> Reply:
    upload = _upload(call)
    arrived = call.arrived
    first = int(call.headers["content-range"].split()[1].partition("-")[0])
    if arrived is None or arrived.size != int(call.headers["content-length"]):
        raise Refusal(_plain(400, "The body is shorter than Content-Length.", upload))
    if upload["done_at"] is not None or first != upload["received"]:
        raise Refusal(_plain(416, "Chunks must be sent in order.", upload))
    received = first + arrived.size
    if arrived.sealed is None:
        units.advance_upload(call, upload, received)
        return _plain(206, "", upload, received)
    unit = units.get(call, upload["unit_id"])
    if unit is None:
        raise Refusal(_plain(404, "No such upload task."))
    tags.at_commit(call, unit["caption"])
    units.seal_upload(call, upload, arrived.sealed)
    marks = [*units.data(unit)["marks"], *(fault.kind for fault in call.unit_faults)]
    commit(call.tx, unit, units.media_of_sealed(arrived.sealed), _format_problem(arrived.sealed.probe), marks)
    return _plain(201, "", upload, received)


def _format_problem(probe: Probe) -> str:
    if not probe.is_video or not probe.has_video:
        return "file_format_check_failed"
    if probe.duration > MAX_DURATION_S:
        return "duration_check_failed"
    sides = (probe.width, probe.height)
    if any(side and not SMALLEST_SIDE <= side <= LARGEST_SIDE for side in sides):
        return "picture_size_check_failed"
    return ""


def commit(tx: Tx, unit: Row, media: Media, problem: str, marks: list[str]) -> None:
    """All bytes are there: from here on the post happens by itself, or fails."""
    data = units.data(unit)
    asked = {*faults.tags(unit["caption"]), *marks}
    failure = problem or ("internal" if "processing_failed" in asked else "") or _duplicate(tx, unit, media)
    ready_at = tx.now + tx.number("tiktok.processing_s")
    delay = LONG_MODERATION_S if "moderation_delay" in asked else tx.number("tiktok.moderation_s")
    changes: dict[str, object] = {"state": "done", "committed_at": tx.now, "ready_at": ready_at, "failure": failure}
    if not failure and data["mode"] == "direct":
        post_id = add_post(tx, unit, media, ready_at, ready_at + delay)
        changes |= {"post_id": post_id, "public_at": ready_at + delay}
    units.change(tx, unit["id"], **changes)
    units.set_data(tx, unit["id"], held={"media": media.__dict__})


def _duplicate(tx: Tx, unit: Row, media: Media) -> str:
    window = tx.number("tiktok.refuse_duplicates_s")
    if window <= 0:
        return ""
    earlier = posts.duplicate_of(tx, unit["account_id"], posts.content_key(unit["caption"], media), window)
    if earlier is None:
        return ""
    posts.note_refused_duplicate(tx, earlier)
    return "spam_risk"


def add_post(tx: Tx, unit: Row, media: Media, live_at: float, public_at: float) -> str:
    """Hold the post. Ids grow with time and exceed 2^53, like the real ones."""
    data = units.data(unit)
    post_id = str((int(tx.now) << 32) | secrets.randbits(31))
    public = data.get("privacy", "PUBLIC_TO_EVERYONE") == "PUBLIC_TO_EVERYONE"
    posts.add(
        tx,
        post_id,
        Draft(
            platform="tiktok",
            account_id=unit["account_id"],
            unit_id=unit["id"],
            kind=data["media"],
            caption=unit["caption"],
            live_at=live_at,
            public_at=public_at,
            media=media,
            visibility="public" if public else "private",
            data={"privacy_level": data.get("privacy", "")},
        ),
    )
    limits.hit(tx, day_key(unit["grant_id"]), 1_000_000, 86_400)
    return post_id


def settle(tx: Tx, unit: Row, rows: list[Row]) -> None:
    """The pulled files are there, or one of them could not be fetched."""
    if unit["state"] != "pulling":
        return
    data = units.data(unit)
    if any(row["state"] == "failed" for row in rows):
        reason = "photo_pull_failed" if data["media"] == "photo" else "video_pull_failed"
        units.change(tx, unit["id"], state="done", ready_at=tx.now, failure=reason)
        return
    probes = [units.probe_of(row) for row in rows]
    if data["media"] == "photo":
        problem = "" if all(p.container in {"jpeg", "webp"} for p in probes) else "file_format_check_failed"
    else:
        problem = _format_problem(probes[0])
    commit(tx, unit, Media.joined([units.media_of(row, "size") for row in rows]), problem, data["marks"])


def status(call: Call) -> Reply:
    errors.session(call)
    errors.throttle(call, "tiktok.status_per_minute", "status")
    return errors.ok(state_of(call.tx, owned_unit(call)))


def state_of(tx: Tx, unit: Row) -> dict[str, Any]:
    """The status object of a publish id at this moment."""
    pull = "_url~" in unit["id"]
    answer: dict[str, Any] = {"fail_reason": "", "publicaly_available_post_id": [], **_bytes(tx, unit, pull)}
    waiting = "PROCESSING_DOWNLOAD" if pull else "PROCESSING_UPLOAD"
    if unit["state"] != "done":
        expired = unit["state"] == "uploading" and _upload_expired(tx, unit)
        return {**answer, "status": "FAILED", "fail_reason": "internal"} if expired else {**answer, "status": waiting}
    if unit["ready_at"] > tx.now:
        return {**answer, "status": waiting}
    if unit["failure"]:
        return {**answer, "status": "FAILED", "fail_reason": unit["failure"]}
    if unit["post_id"] is None:
        return {**answer, "status": "SEND_TO_USER_INBOX"}
    post = tx.one("SELECT * FROM posts WHERE id = ?", unit["post_id"])
    shown = post is not None and post["visibility"] == "public" and post["public_at"] <= tx.now
    ids = [int(unit["post_id"])] if shown else []
    return {**answer, "status": "PUBLISH_COMPLETE", "publicaly_available_post_id": ids}


def _bytes(tx: Tx, unit: Row, pull: bool) -> dict[str, int]:
    if pull:
        return {"downloaded_bytes": tx.count("SELECT SUM(size) FROM pulls WHERE unit_id = ?", unit["id"])}
    return {"uploaded_bytes": tx.count("SELECT received FROM uploads WHERE unit_id = ?", unit["id"])}


def _upload_expired(tx: Tx, unit: Row) -> bool:
    row = tx.one("SELECT expires_at FROM uploads WHERE unit_id = ?", unit["id"])
    return row is not None and row["expires_at"] <= tx.now


def post_from_inbox(tx: Tx, unit: Row) -> str:
    """The person posts a draft from the inbox (asked for by the control API)."""
    media = Media(**units.data(unit)["held"]["media"])
    post_id = add_post(tx, unit, media, tx.now, tx.now)
    units.change(tx, unit["id"], post_id=post_id, public_at=tx.now)
    return post_id
