"""X's chunked media upload: initialize, append by segment, finalize, status; and the older `command` form."""

from __future__ import annotations

import secrets
from typing import Any, Final

from sandbox import units
from sandbox.http import Call, Reply
from sandbox.platforms.x import errors
from sandbox.posts import Media
from sandbox.spool import Sealed
from sandbox.store import Row

CATEGORIES: Final = {
    "tweet_video": ("video/mp4", "video/quicktime"),
    "amplify_video": ("video/mp4", "video/quicktime"),
    "tweet_image": ("image/jpeg", "image/png", "image/webp"),
    "tweet_gif": ("image/gif",),
}
SEGMENT_LIMIT: Final = 5 * 1024 * 1024
IMAGE_LIMIT: Final = 5 * 1024 * 1024
GIF_LIMIT: Final = 15 * 1024 * 1024
LIFE_S: Final = 86_400


def new_id(call: Call) -> str:
    """19 digits that grow with time."""
    return str((int(call.now * 1000) << 20) | secrets.randbits(20))


def initialize(call: Call) -> Reply:
    errors.session(call, "media.write")
    return _initialize(call, call.object())


def _initialize(call: Call, given: dict[str, Any]) -> Reply:
    category, kind = str(given.get("media_category", "tweet_image")), str(given.get("media_type", ""))
    total = str(given.get("total_bytes", ""))
    if category not in CATEGORIES or kind not in CATEGORIES[category]:
        raise errors.invalid("media_category and media_type do not fit.", media_category=[category])
    if not total.isdigit() or not 0 < int(total) <= _largest(call, category):
        raise errors.invalid("total_bytes is missing or too large.", total_bytes=[total])
    media_id = new_id(call)
    data = {"category": category, "marks": [fault.kind for fault in call.unit_faults]}
    units.create(call, media_id, "media", state="uploading", data=data, expires_at=call.now + LIFE_S)
    units.open_upload(call, media_id, media_id, int(total), ttl_s=LIFE_S)
    return Reply(200, {"data": {"id": media_id, "media_key": _key(media_id), "expires_after_secs": LIFE_S}})


def _largest(call: Call, category: str) -> int:
    sizes = {"tweet_image": IMAGE_LIMIT, "tweet_gif": GIF_LIMIT}
    return sizes.get(category, call.tx.limit("x.video_max_bytes"))


def _key(media_id: str) -> str:
    return f"13_{media_id}"


def owned(call: Call, media_id: str) -> Row:
    unit = units.get(call, media_id, ("media",))
    if unit is None or unit["account_id"] != call.account_id or unit["expires_at"] <= call.now:
        raise errors.invalid("The media id is not valid.", media_id=[media_id])
    return unit


def append(call: Call) -> Reply:
    errors.session(call, "media.write")
    return _append(call, call.params["media_id"])


def _append(call: Call, media_id: str) -> Reply:
    """Segments count from 0; each lands behind the one before. A gap is noted and fails at finalize."""
    unit = owned(call, media_id)
    upload = units.get_upload(call, media_id)
    part, index = call.files.get("media"), call.form.get("segment_index", "")
    if part is None or not index.isdigit() or not 0 <= int(index) <= 999 or unit["state"] != "uploading":
        raise errors.invalid("segment_index (0 to 999) and media are required.", segment_index=[index])
    if part.size > SEGMENT_LIMIT or upload is None:
        raise errors.invalid("The segment is larger than 5 MB.", segment_index=[index])
    segments = units.data(unit).get("segments", 0)
    if int(index) < segments:
        return Reply(200, {"data": {"expires_at": int(unit["expires_at"])}})
    if int(index) > segments:
        units.set_data(call.tx, media_id, gap=True)
        return Reply(200, {"data": {"expires_at": int(unit["expires_at"])}})
    units.advance_upload(call, upload, _write(call, upload, part))
    units.set_data(call.tx, media_id, segments=segments + 1)
    return Reply(200, {"data": {"expires_at": int(unit["expires_at"])}})


def _write(call: Call, upload: Row, part: Any) -> int:
    spooler = call.sandbox.spooler
    path = spooler.path(upload["id"])
    offset: int = upload["received"]
    with spooler.open(path, offset) as file:
        while block := part.file.read(1024 * 1024):
            spooler.write(path, file, offset, block)
            offset += len(block)
    return offset


def finalize(call: Call) -> Reply:
    errors.session(call, "media.write")
    return _finalize(call, call.params["media_id"])


def _finalize(call: Call, media_id: str) -> Reply:
    unit, upload = owned(call, media_id), units.get_upload(call, media_id)
    data = units.data(unit)
    if upload is None or (upload["done_at"] is None and (data.get("gap") or upload["received"] != upload["total"])):
        raise errors.invalid("Segments do not add up to valid media.", media_id=[media_id])
    if upload["done_at"] is None:
        sealed = call.sandbox.spooler.seal(call.sandbox.spooler.path(upload["id"]), upload["total"])
        units.seal_upload(call, upload, sealed)
        _check(call, unit, sealed)
    fresh = owned(call, media_id)
    body = {"id": media_id, "media_key": _key(media_id), "size": upload["total"], "expires_after_secs": LIFE_S}
    info = processing_info(call, fresh)
    return Reply(200, {"data": {**body, **({"processing_info": info} if info else {})}})


def _check(call: Call, unit: Row, sealed: Sealed) -> None:
    """Images are ready at once; videos and GIFs are processed, well or badly."""
    data = units.data(unit)
    image = data["category"] == "tweet_image"
    good = {"jpeg", "png", "webp"} if image else {"gif"} if data["category"] == "tweet_gif" else {"mp4"}
    failure = "" if sealed.probe.container in good else "InvalidMedia"
    if not failure and sealed.probe.duration > call.tx.number("x.video_max_s"):
        failure = "InvalidMedia"
    marks = {*data["marks"], *(fault.kind for fault in call.unit_faults)}
    if "processing_failed" in marks:
        failure = "InternalError"
    wait = 0.0 if image and not failure else call.tx.number("x.processing_s")
    units.change(call.tx, unit["id"], state="done", ready_at=call.now + wait, failure=failure)
    units.set_data(call.tx, unit["id"], held=units.media_of_sealed(sealed).__dict__)


def processing_info(call: Call, unit: Row) -> dict[str, Any] | None:
    if unit["state"] != "done" or (units.data(unit)["category"] == "tweet_image" and not unit["failure"]):
        return None
    left = unit["ready_at"] - call.now
    whole = call.tx.number("x.processing_s") or 1.0
    if left > 0:
        share = max(0, min(99, round(100 * (1 - left / whole))))
        state = "pending" if share == 0 else "in_progress"
        return {"state": state, "check_after_secs": max(1, min(5, round(left))), "progress_percent": share}
    if unit["failure"]:
        error = {"code": 1, "name": unit["failure"], "message": "file is currently unsupported"}
        return {"state": "failed", "progress_percent": 100, "error": error}
    return {"state": "succeeded", "progress_percent": 100}


def status(call: Call) -> Reply:
    errors.session(call, "media.write")
    media_id = call.query.get("media_id", "")
    unit = owned(call, media_id)
    info = processing_info(call, unit)
    body = {"id": media_id, "media_key": _key(media_id), "expires_after_secs": int(unit["expires_at"] - call.now)}
    return Reply(200, {"data": {**body, **({"processing_info": info} if info else {})}})


def command(call: Call) -> Reply:
    """The older form: one address, `command` says which step."""
    errors.session(call, "media.write")
    given = {**call.form, **call.object()}
    steps = {
        "INIT": lambda: _initialize(call, given),
        "APPEND": lambda: _append(call, str(given.get("media_id", ""))),
        "FINALIZE": lambda: _finalize(call, str(given.get("media_id", ""))),
    }
    step = steps.get(str(given.get("command", "")))
    if step is None:
        raise errors.invalid("command must be INIT, APPEND or FINALIZE.", command=[str(given.get("command", ""))])
    return step()


def ready_media(call: Call, media_id: str) -> tuple[Media, str]:
    """Media of a finished upload and its category, for a post."""
    unit = owned(call, media_id)
    if unit["state"] != "done" or unit["failure"] or unit["ready_at"] > call.now:
        raise errors.invalid("Your media IDs are invalid.", media_ids=[media_id])
    data = units.data(unit)
    return Media(**data["held"]), data["category"]
