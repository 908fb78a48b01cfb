"""Answers that take the same time whatever was found, where a difference would tell what must not be told."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_least(seconds: float) -> Iterator[None]:
    """Let the block take this long even when it had less to do. Not to be used inside a transaction."""
    ends_at = time.monotonic() + seconds
    try:
        yield
    finally:
        time.sleep(max(0.0, ends_at - time.monotonic()))
