"""Identifiers: UUIDv7 for everything with a URL, so that primary keys sort by time of creation."""

from uuid import UUID

from uuid_utils import compat


def uuid7() -> UUID:
    """A new UUIDv7 (RFC 9562, section 5.7) as a standard library UUID."""
    return compat.uuid7()
