"""Numbers and ids in the addresses and forms of pages. What cannot be read is left aside, as if it were not there."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

_LONGEST = 9


def whole(text: str | None) -> int | None:
    """A whole number; None for anything else: digits of other scripts (², ٣), signs, endless ones."""
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else None


def ids(values: Iterable[str]) -> list[UUID]:
    """Ids in their order, each once."""
    found: dict[UUID, None] = {}
    for value in values:
        with suppress(ValueError):
            found[UUID(value)] = None
    return list(found)
