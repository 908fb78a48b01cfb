"""Signed, expiring addresses of files: `/m/<token>/<name>`.

The token holds the file's id, the second it expires, and whether the browser should save it, under an HMAC-SHA-256 made
with a key derived from SECRET_KEY. Nobody needs to be signed in to use it, and it opens this one file only. The name at
the end is for people and players; it is not part of what is signed.
"""

import base64
import hmac
import re
import struct
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.encoding import force_bytes

from core import clock
from media.models import MediaFile

URL_LIFETIME = timedelta(hours=24)
# What the address of a file is made of, beside its id.
OF_ADDRESS = ("kind", "storage_key", "content_type", "original_name")
# Pages round the expiry down to this, so that a file keeps one address for a while and browsers can cache it.
_STEP_S = 600
_HEAD = struct.Struct(">16sQB")
_MAC_BYTES = 20
_EXTENSIONS = {
    "video/mp4": "mp4",
    "video/x-m4v": "m4v",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-msvideo": "avi",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "application/pdf": "pdf",
}


class BadTokenError(Exception):
    """The token was not made by us, or was changed."""


class ExpiredError(Exception):
    """The token's time is over."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a valid token allows."""

    file_id: UUID
    expires_at: datetime
    download: bool


@lru_cache(maxsize=2)
def _key(secret: str | bytes) -> bytes:
    return hmac.digest(force_bytes(secret), b"media.signing.v1", "sha256")


def _mac(head: bytes) -> bytes:
    return hmac.digest(_key(settings.SECRET_KEY), head, "sha256")[:_MAC_BYTES]


def make_token(file_id: UUID, *, expires_at: datetime, download: bool = False) -> str:
    """A token that opens one file until `expires_at`."""
    head = _HEAD.pack(file_id.bytes, int(expires_at.timestamp()), int(download))
    return base64.urlsafe_b64encode(head + _mac(head)).decode().rstrip("=")


def read_token(token: str) -> Claim:
    """What the token allows. Raises `BadTokenError` or `ExpiredError`."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise BadTokenError from None
    head, mac = raw[: _HEAD.size], raw[_HEAD.size :]
    if len(head) != _HEAD.size or not hmac.compare_digest(mac, _mac(head)):
        raise BadTokenError
    file_id, expires, download = _HEAD.unpack(head)
    expires_at = datetime.fromtimestamp(expires, UTC)
    if clock.now() >= expires_at:
        raise ExpiredError
    return Claim(UUID(bytes=file_id), expires_at, bool(download))


def plain_name(name: str, content_type: str, *, otherwise: str = "file", extension: str = "bin") -> str:
    """A user's name for a file in letters every platform takes, with the extension of its real type."""
    stem = name.rsplit(".", 1)[0] if "." in name else name
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", plain).strip("-")[:60] or otherwise
    return f"{plain}.{_EXTENSIONS.get(content_type) or extension}"


def public_name(file: MediaFile) -> str:
    """The name at the end of a file's address."""
    extension = file.storage_key.rsplit(".", 1)[-1][:8]
    return plain_name(file.original_name, file.content_type, otherwise=file.kind, extension=extension)


def url_of(file_id: UUID, name: str, lifetime: timedelta = URL_LIFETIME) -> str:
    """The whole address of a file whose row is not at hand; its expiry is exact."""
    token = make_token(file_id, expires_at=clock.now() + lifetime)
    return f"{settings.PUBLIC_BASE_URL}{reverse('media_signed', kwargs={'token': token, 'name': name})}"


@cache
def _prefix() -> str:
    return reverse("media_signed", kwargs={"token": "t", "name": "n"}).removesuffix("t/n")


def signed_path(
    file: MediaFile, *, download: bool = False, lifetime: timedelta = URL_LIFETIME, exact: bool = False
) -> str:
    """The path for this site's own pages. `exact` keeps the expiry to the second."""
    expires = (clock.now() + lifetime).timestamp()
    if not exact:
        expires -= expires % _STEP_S
    token = make_token(file.pk, expires_at=datetime.fromtimestamp(expires, UTC), download=download)
    # Token and name are of letters that addresses take as they are; looking the route up would cost more than signing.
    return f"{_prefix()}{token}/{public_name(file)}"


def signed_url(
    file: MediaFile, *, download: bool = False, lifetime: timedelta = URL_LIFETIME, exact: bool = True
) -> str:
    """The whole address, for API clients and for platforms that pull files."""
    return f"{settings.PUBLIC_BASE_URL}{signed_path(file, download=download, lifetime=lifetime, exact=exact)}"
