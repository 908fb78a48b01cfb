"""Units of publishing work: a TikTok publish id, an upload session, a container, a media id."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox.http import Call
from sandbox.mp4 import Probe
from sandbox.posts import Media
from sandbox.spool import Sealed
from sandbox.store import Row, Tx, loads


def create(
    call: Call,
    unit_id: str,
    kind: str,
    *,
    state: str,
    caption: str = "",
    expires_at: float | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    call.tx.insert(
        "units",
        {
            "id": unit_id,
            "platform": call.platform,
            "kind": kind,
            "account_id": call.account_id,
            "grant_id": call.grant_id,
            "state": state,
            "created_at": call.now,
            "expires_at": expires_at,
            "caption": caption,
            "data": json.dumps(dict(data or {})),
        },
    )


def get(call: Call, unit_id: str, kinds: tuple[str, ...] = ()) -> Row | None:
    row = call.tx.one("SELECT * FROM units WHERE id = ? AND platform = ?", unit_id, call.platform)
    return row if row is not None and (not kinds or row["kind"] in kinds) else None


def change(tx: Tx, unit_id: str, **changes: object) -> None:
    tx.update("units", unit_id, changes)


def data(unit: Row) -> dict[str, Any]:
    return loads(unit["data"])


def set_data(tx: Tx, unit_id: str, **values: Any) -> None:
    row = tx.one("SELECT data FROM units WHERE id = ?", unit_id)
    known = loads(row["data"]) if row else {}
    tx.update("units", unit_id, {"data": json.dumps({**known, **values})})


def open_upload(
    call: Call,
    upload_id: str,
    unit_id: str,
    total: int,
    *,
    ttl_s: float,
    chunk_size: int = 0,
    content_type: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    call.tx.insert(
        "uploads",
        {
            "id": upload_id,
            "unit_id": unit_id,
            "platform": call.platform,
            "total": total,
            "chunk_size": chunk_size,
            "content_type": content_type,
            "created_at": call.now,
            "expires_at": call.now + ttl_s,
            "data": json.dumps(dict(data or {})),
        },
    )


def get_upload(call: Call, upload_id: str) -> Row | None:
    return call.tx.one("SELECT * FROM uploads WHERE id = ? AND platform = ?", upload_id, call.platform)


def advance_upload(call: Call, upload: Row, received: int) -> None:
    call.tx.update("uploads", upload["id"], {"received": received})


def seal_upload(call: Call, upload: Row, sealed: Sealed) -> None:
    """The upload is whole: keep hash and boxes, let the bytes go after the commit."""
    call.tx.update(
        "uploads",
        upload["id"],
        {
            "received": sealed.size,
            "total": sealed.size,
            "done_at": call.now,
            "sha256": sealed.sha256,
            "probe": json.dumps(sealed.probe.as_dict()),
        },
    )
    spooler = call.sandbox.spooler
    path = spooler.path(upload["id"])
    call.after_commit.append(lambda: spooler.drop(path))


def probe_of(row: Row) -> Probe:
    """Boxes of a finished upload or pull."""
    return Probe(**loads(row["probe"]))


def media_of(row: Row, size_column: str = "total") -> Media:
    """A finished upload (or pull, whose size is in `size`) as a post's media."""
    probe = probe_of(row)
    return Media(row["sha256"], row[size_column], probe.duration, probe.width, probe.height)


def media_of_sealed(sealed: Sealed) -> Media:
    probe = sealed.probe
    return Media(sealed.sha256, sealed.size, probe.duration, probe.width, probe.height)
