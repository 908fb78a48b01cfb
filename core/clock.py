"""The only clock. Tests freeze and advance it; nothing else reads the time of day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_frozen: datetime | None = None


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _frozen if _frozen is not None else datetime.now(UTC)


def advance(delta: timedelta) -> None:
    """Move a frozen clock forward; an error when the clock is not frozen."""
    global _frozen
    if _frozen is None:
        raise RuntimeError("The clock is not frozen; use clock.freeze() first.")
    _frozen += delta


@contextmanager
def freeze(at: datetime | None = None) -> Iterator[None]:
    """Hold the clock at an instant for the whole process (also its threads) until the block ends."""
    global _frozen
    before = _frozen
    _frozen = (at or datetime.now(UTC)).astimezone(UTC)
    try:
        yield
    finally:
        _frozen = before
