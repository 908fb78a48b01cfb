"""Secrets at rest: AES-256-GCM with key ids (NIST SP 800-38D), bound to the row and field they belong to.

A sealed value is `v1.<key id>.<base64url(nonce ‖ ciphertext ‖ tag)>`. The associated data is `model:pk:field`, so a
ciphertext copied to another row or column does not open. Keys rotate: `ENCRYPTION_KEY` seals, `ENCRYPTION_KEYS_OLD`
still open.
"""

import base64
import hashlib
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE_BYTES = 12


class SecretUnreadable(Exception):
    """The value was sealed with an unknown key, for another row, or was altered."""


def key_id(key: bytes) -> str:
    """A short public name of a key: the first 8 hex digits of its SHA-256."""
    return hashlib.sha256(b"elevoai-key-id" + key).hexdigest()[:8]


@lru_cache(maxsize=4)
def _ring(current: bytes, old: tuple[bytes, ...]) -> dict[str, AESGCM]:
    return {key_id(key): AESGCM(key) for key in (current, *old)}


def _keys() -> tuple[bytes, dict[str, AESGCM]]:
    current: bytes = settings.ENCRYPTION_KEY
    return current, _ring(current, tuple(settings.ENCRYPTION_KEYS_OLD))


def seal(plain: str, *, model: str, pk: object, field: str) -> str:
    """Encrypt a secret for one field of one row."""
    current, ring = _keys()
    name = key_id(current)
    nonce = os.urandom(_NONCE_BYTES)
    body = ring[name].encrypt(nonce, plain.encode(), f"{model}:{pk}:{field}".encode())
    return f"v1.{name}.{base64.urlsafe_b64encode(nonce + body).decode()}"


def unseal(sealed: str, *, model: str, pk: object, field: str) -> str:
    """Decrypt what `seal` made for the same field of the same row; `SecretUnreadable` otherwise."""
    version, _, rest = sealed.partition(".")
    name, _, encoded = rest.partition(".")
    _, ring = _keys()
    if version != "v1" or name not in ring:
        raise SecretUnreadable("This secret was sealed with a key that is not configured.")
    try:
        raw = base64.urlsafe_b64decode(encoded)
        plain = ring[name].decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], f"{model}:{pk}:{field}".encode())
    except (InvalidTag, ValueError):
        raise SecretUnreadable("This secret does not belong to this row, or it was altered.") from None
    return plain.decode()


def key_of(sealed: str) -> str:
    """The id of the key that sealed a value; empty when it is no sealed value."""
    parts = sealed.split(".")
    return parts[1] if len(parts) == 3 and parts[0] == "v1" else ""


def current_prefix() -> str:
    """How every value begins that the current key sealed."""
    return f"v1.{key_id(settings.ENCRYPTION_KEY)}."
