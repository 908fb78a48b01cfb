"""Blotato's user, the social accounts connected in its own UI, and media."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from typing import Any, Final

from sandbox import posts, pulls, units
from sandbox.http import Call, Refusal, Reply, Spool
from sandbox.platforms.blotato import errors
from sandbox.posts import Media
from sandbox.store import Row, Tx, loads

UPLOAD_LIFE_S: Final = 3600
LARGEST: Final = 1024**3


def me(call: Call) -> Reply:
    errors.session(call)
    body = {"id": errors.OWNER, "subscriptionStatus": "active", "apiKey": call.headers["blotato-api-key"]}
    return Reply(200, body)


def _accounts(call: Call) -> list[Row]:
    return call.tx.all("SELECT * FROM accounts WHERE platform = 'blotato' ORDER BY position, id")


def network(row: Row) -> str:
    """The social network of a connected account."""
    name: str = loads(row["data"])["network"]
    return name


def accounts(call: Call) -> Reply:
    errors.session(call)
    wanted = call.query.get("platform")
    items = [
        {"id": row["id"], "platform": network(row), "fullname": row["name"], "username": row["handle"]}
        for row in _accounts(call)
        if wanted in {None, "", network(row)}
    ]
    return Reply(200, {"items": items})


def find(call: Call, account_id: str) -> Row | None:
    return call.tx.one("SELECT * FROM accounts WHERE id = ? AND platform = 'blotato'", account_id)


def subaccounts(call: Call) -> Reply:
    """Facebook and LinkedIn pages, YouTube playlists."""
    errors.session(call)
    row = find(call, call.params["account_id"])
    if row is None:
        raise errors.refusal(404, "Account not found")
    items = [
        {"id": item["id"], "accountId": row["id"], "name": item["name"]}
        for item in loads(row["data"]).get("subaccounts", [])
    ]
    return Reply(200, {"items": items})


def boards(call: Call) -> Reply:
    errors.session(call)
    row = find(call, call.query.get("accountId", ""))
    if row is None:
        raise errors.refusal(404, "Account not found")
    return Reply(200, {"items": loads(row["data"]).get("boards", [])})


def _public_url(call: Call, media_id: str) -> str:
    return call.url(f"database.blotato.io/media/{media_id}")


def upload_by_url(call: Call) -> Reply:
    """A URL to fetch, or the bytes themselves as a base64 data URL."""
    errors.session(call)
    errors.throttle(call, "blotato.media_per_minute")
    url = call.object().get("url")
    if not isinstance(url, str) or not url:
        raise errors.refusal(422, "url: must be a string")
    media_id = f"bm-{secrets.token_hex(12)}"
    if url.startswith("data:"):
        media = _inline(url)
        units.create(call, media_id, "media", state="done", data={"held": media.__dict__})
    else:
        if not pulls.allowed(call.sandbox, url):
            raise errors.refusal(422, "url: could not be fetched")
        units.create(call, media_id, "media", state="pulling")
        pulls.request(call, media_id, [url], broken=any(f.kind == "fetch_failed" for f in call.unit_faults))
    return Reply(201, {"url": _public_url(call, media_id)})


def _inline(url: str) -> Media:
    head, _, text = url.partition(",")
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise errors.refusal(422, "url: invalid base64") from None
    if not head.endswith(";base64") or not data:
        raise errors.refusal(422, "url: must be a base64 data URL")
    return Media(hashlib.sha256(data).hexdigest(), len(data))


def presign(call: Call) -> Reply:
    errors.session(call)
    if not call.object().get("filename"):
        raise errors.refusal(422, "filename: must be a string")
    media_id = f"bm-{secrets.token_hex(12)}"
    signature = secrets.token_urlsafe(18)
    units.create(call, media_id, "media", state="waiting", data={"signature": signature})
    units.open_upload(call, media_id, media_id, 0, ttl_s=UPLOAD_LIFE_S)
    presigned = call.url(f"database.blotato.io/upload/{media_id}?signature={signature}")
    return Reply(200, {"presignedUrl": presigned, "publicUrl": _public_url(call, media_id)})


def _upload(call: Call) -> Row:
    media_id = call.params["media_id"]
    unit, upload = units.get(call, media_id, ("media",)), units.get_upload(call, media_id)
    if unit is None or upload is None or units.data(unit).get("signature") != call.query.get("signature"):
        raise Refusal(Reply(403, "Forbidden", {}, "text/plain"))
    if upload["expires_at"] <= call.now or upload["done_at"] is not None:
        raise Refusal(Reply(403, "The address has expired", {}, "text/plain"))
    if "blotato-api-key" in call.headers:
        call.note = "the API key was sent to the upload host"
    return upload


def gate(call: Call) -> Spool:
    """Raw bytes with a Content-Length: no multipart, no chunked encoding."""
    upload = _upload(call)
    length = call.headers.get("content-length", "")
    multipart = call.headers.get("content-type", "").startswith("multipart/")
    if not length.isdigit() or multipart or "chunked" in call.headers.get("transfer-encoding", ""):
        raise Refusal(Reply(411, "Content-Length is required", {}, "text/plain"))
    if not 0 < int(length) <= LARGEST:
        raise Refusal(Reply(413, "The file is too large", {}, "text/plain"))
    return Spool(call.sandbox.spooler.path(upload["id"]), 0, int(length), int(length))


def put(call: Call) -> Reply:
    upload = _upload(call)
    if call.arrived is None or call.arrived.sealed is None:
        raise Refusal(Reply(400, "The body is shorter than Content-Length", {}, "text/plain"))
    units.seal_upload(call, upload, call.arrived.sealed)
    units.change(call.tx, upload["unit_id"], state="done")
    units.set_data(call.tx, upload["unit_id"], held=units.media_of_sealed(call.arrived.sealed).__dict__)
    return Reply(200, b"")


def hosted(tx: Tx, url: str) -> Row | None:
    """The media behind a public URL of this imitation."""
    media_id = url.rsplit("/", 1)[-1]
    return tx.one("SELECT * FROM units WHERE id = ? AND platform = 'blotato' AND kind = 'media'", media_id)


def subscriber_count(call: Call, account_id: str) -> int:
    return posts.followers(call.tx, account_id)


def target_account(call: Call, given: Any) -> Row:
    row = find(call, str(given))
    if row is None:
        raise errors.refusal(422, "post.accountId: account not found")
    call.account_id = str(row["id"])
    return row
