"""LinkedIn videos, images and documents: initialize, put the bytes, finalize, status."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any, Final

from sandbox import units
from sandbox.http import Call, Refusal, Reply, Spool
from sandbox.platforms.linkedin import errors
from sandbox.posts import Media
from sandbox.store import Row, loads

PART: Final = 4_194_304
SMALLEST_VIDEO: Final = 75_000
LARGEST_VIDEO: Final = 500 * 1024 * 1024
VIDEO_SECONDS: Final = (3.0, 1800.0)
URL_LIFE_S: Final = 86_400
KINDS: Final = {"videos": "video", "images": "image", "documents": "document"}
CONTAINERS: Final = {"image": {"jpeg", "png", "gif"}, "document": {"pdf"}}


def _resource(call: Call) -> str:
    """video, image or document, from the path."""
    name = next(part for part in call.path.split("/") if part in KINDS)
    return KINDS[name]


def action(call: Call) -> Reply:
    kind, wanted = _resource(call), call.query.get("action")
    found = errors.session(call)
    if wanted == "initializeUpload":
        given = call.part("initializeUploadRequest")
        row = errors.author(call, found, str(given.get("owner", "")))
        return _video(call, row, given) if kind == "video" else _single(call, row, kind)
    if wanted == "finalizeUpload" and kind == "video":
        return _finalize(call, call.part("finalizeUploadRequest"))
    raise errors.refusal(400, "Unknown action", "ILLEGAL_ARGUMENT")


def _new(call: Call, row: Row, kind: str, total: int, data: dict[str, Any]) -> tuple[str, str]:
    """The asset's URN and the id of its upload."""
    urn = f"urn:li:{kind}:D4E{secrets.token_urlsafe(12)}"
    upload_id = secrets.token_urlsafe(18)
    marks = [fault.kind for fault in call.unit_faults]
    units.create(
        call, urn, kind, state="waiting", data={**data, "owner": row["id"], "marks": marks, "upload": upload_id}
    )
    units.open_upload(call, upload_id, urn, total, ttl_s=call.tx.number("linkedin.upload_url_ttl_s"))
    return urn, upload_id


def _video(call: Call, row: Row, given: dict[str, Any]) -> Reply:
    size = given.get("fileSizeBytes")
    if not isinstance(size, int) or not SMALLEST_VIDEO <= size <= LARGEST_VIDEO:
        raise errors.refusal(400, "fileSizeBytes must be between 75 KB and 500 MB", "ILLEGAL_ARGUMENT")
    token = secrets.token_urlsafe(8)
    urn, upload_id = _new(call, row, "video", size, {"token": token, "parts": {}})
    instructions = [
        {
            "uploadUrl": _url(call, upload_id, index),
            "firstByte": first,
            "lastByte": min(first + PART, size) - 1,
        }
        for index, first in enumerate(range(0, size, PART))
    ]
    ends = round((call.now + call.tx.number("linkedin.upload_url_ttl_s")) * 1000)
    value = {"uploadUrlsExpireAt": ends, "video": urn, "uploadInstructions": instructions, "uploadToken": token}
    return Reply(200, {"value": value})


def _single(call: Call, row: Row, kind: str) -> Reply:
    urn, upload_id = _new(call, row, kind, 0, {})
    ends = round((call.now + call.tx.number("linkedin.upload_url_ttl_s")) * 1000)
    return Reply(200, {"value": {"uploadUrlExpiresAt": ends, "uploadUrl": _url(call, upload_id, 0), kind: urn}})


def _url(call: Call, upload_id: str, index: int) -> str:
    return call.url(f"www.linkedin.com/dms-uploads/{upload_id}/{index}?sig={_signature(upload_id, index)}")


def _signature(upload_id: str, index: int) -> str:
    return hashlib.sha256(f"{upload_id}:{index}".encode()).hexdigest()[:24]


def _upload(call: Call) -> tuple[Row, Row]:
    upload_id, index = call.params["upload_id"], int(call.params["index"])
    upload = units.get_upload(call, upload_id)
    unit = units.get(call, upload["unit_id"]) if upload is not None else None
    if upload is None or unit is None or call.query.get("sig") != _signature(upload_id, index):
        raise Refusal(Reply(403, "Forbidden", {}, "text/plain"))
    call.account_id, call.grant_id = unit["account_id"], unit["grant_id"]
    if call.bearer:
        call.note = "a bearer token was sent to the upload host"
    if upload["expires_at"] <= call.now:
        raise Refusal(Reply(403, "The upload URL has expired", {}, "text/plain"))
    return unit, upload


def gate(call: Call) -> Spool:
    unit, upload = _upload(call)
    length = call.headers.get("content-length", "")
    path = call.sandbox.spooler.path(upload["id"])
    if unit["state"] != "waiting" or not length.isdigit():
        raise Refusal(Reply(400, "Content-Length is required, and the asset must wait for an upload", {}, "text/plain"))
    if unit["kind"] != "video":
        return Spool(path, 0, int(length), int(length))
    first = int(call.params["index"]) * PART
    expected = min(PART, upload["total"] - first)
    if first >= upload["total"] or int(length) != expected:
        raise Refusal(Reply(400, f"This part has {expected} bytes", {}, "text/plain"))
    return Spool(path, first, expected, -1, keep=True)


def put(call: Call) -> Reply:
    """A part of a video answers with its ETag; an image or document is whole with its one PUT."""
    unit, upload = _upload(call)
    if call.arrived is None or call.arrived.size != int(call.headers["content-length"]):
        raise Refusal(Reply(400, "The body is shorter than Content-Length", {}, "text/plain"))
    etag = secrets.token_hex(16)
    if unit["kind"] == "video":
        parts = {**units.data(unit)["parts"], call.params["index"]: etag}
        units.set_data(call.tx, unit["id"], parts=parts)
        units.advance_upload(call, upload, sum(_part_size(upload, int(index)) for index in parts))
    elif call.arrived.sealed is not None:
        units.seal_upload(call, upload, call.arrived.sealed)
        good = call.arrived.sealed.probe.container in CONTAINERS[unit["kind"]]
        _processing(call, unit, units.media_of_sealed(call.arrived.sealed), "" if good else "Unsupported file")
    return Reply(201 if unit["kind"] != "video" else 200, b"", {"etag": f'"{etag}"'})


def _part_size(upload: Row, index: int) -> int:
    return min(PART, int(upload["total"]) - index * PART)


def _processing(call: Call, unit: Row, media: Media, failure: str) -> None:
    marks = {*units.data(unit)["marks"], *(fault.kind for fault in call.unit_faults)}
    if "processing_failed" in marks:
        failure = "Processing failed"
    ready_at = call.now + call.tx.number("linkedin.processing_s")
    units.change(call.tx, unit["id"], state="done", ready_at=ready_at, failure=failure)
    units.set_data(call.tx, unit["id"], held=media.__dict__)


def _finalize(call: Call, given: dict[str, Any]) -> Reply:
    """All parts are there. In another order than theirs the video is scrambled, and LinkedIn says nothing."""
    unit = units.get(call, str(given.get("video", "")), ("video",))
    if unit is None or unit["account_id"] != call.account_id:
        raise errors.refusal(403, "Accessing this video resource is forbidden.")
    data = units.data(unit)
    upload = units.get_upload(call, data["upload"])
    if upload is None or given.get("uploadToken") != data["token"] or unit["state"] != "waiting":
        raise errors.refusal(400, "uploadToken does not belong to an open upload", "ILLEGAL_ARGUMENT")
    count = -(-int(upload["total"]) // PART)
    parts = [data["parts"].get(str(index)) for index in range(count)]
    ids = [str(part).strip('"') for part in given.get("uploadedPartIds", [])]
    if None in parts or sorted(ids) != sorted(str(part) for part in parts):
        raise errors.refusal(400, "uploadedPartIds must name every part", "MEDIA_ASSET_WAITING_UPLOAD")
    sealed = call.sandbox.spooler.seal(call.sandbox.spooler.path(upload["id"]), upload["total"])
    units.seal_upload(call, upload, sealed)
    media = units.media_of_sealed(sealed)
    if ids != parts:
        call.note = "parts were finalized out of order: the video is scrambled"
        scrambled = hashlib.sha256(f"scrambled:{sealed.sha256}".encode()).hexdigest()
        media = Media(scrambled, media.size, media.duration, media.width, media.height)
    shortest, longest = VIDEO_SECONDS
    good = sealed.probe.container == "mp4" and shortest <= sealed.probe.duration <= longest
    _processing(call, unit, media, "" if good else "The video cannot be processed")
    return Reply(200, b"")


def status_of(call: Call, unit: Row) -> str:
    if unit["state"] == "waiting":
        return "WAITING_UPLOAD"
    if unit["ready_at"] > call.now:
        return "PROCESSING"
    return "PROCESSING_FAILED" if unit["failure"] else "AVAILABLE"


def show(call: Call) -> Reply:
    """Members may read their videos, but not images and documents: those are write-only for member tokens."""
    errors.session(call)
    unit = units.get(call, call.params["urn"], (_resource(call),))
    if unit is None or unit["account_id"] != call.account_id:
        raise errors.refusal(403, "Accessing this video resource is forbidden. Verify the token's permissions.")
    owner = call.tx.one("SELECT * FROM accounts WHERE id = ?", units.data(unit)["owner"])
    if owner is None or (unit["kind"] != "video" and owner["kind"] == "member"):
        raise errors.refusal(403, f"Accessing this {unit['kind']} resource is forbidden.", "ACCESS_DENIED")
    state = status_of(call, unit)
    body: dict[str, Any] = {"id": unit["id"], "owner": errors.urn_of(owner), "status": state}
    if state == "PROCESSING_FAILED":
        body["processingFailureReason"] = unit["failure"]
    if state == "AVAILABLE" and unit["kind"] == "video":
        held = loads(unit["data"])["held"]
        body |= {
            "duration": round(held["duration"] * 1000),
            "aspectRatioWidth": held["width"],
            "aspectRatioHeight": held["height"],
        }
    return Reply(200, body)


def usable(call: Call, urn: str, owner_id: str) -> Media:
    """An asset's media for a post; refuses one that is not there yet, failed, or belongs to somebody else."""
    unit = units.get(call, urn, tuple(KINDS.values()))
    if unit is None or units.data(unit)["owner"] != owner_id:
        raise errors.refusal(403, "Accessing this media resource is forbidden. Verify the owner.", "ACCESS_DENIED")
    state = status_of(call, unit)
    if state == "PROCESSING_FAILED":
        raise errors.refusal(400, f"{urn} could not be processed", "MEDIA_ASSET_PROCESSING_FAILED")
    if state != "AVAILABLE":
        raise errors.refusal(400, f"{urn} is not available yet", "MEDIA_ASSET_WAITING_UPLOAD")
    return Media(**units.data(unit)["held"])
