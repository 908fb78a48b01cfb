"""The only place where tests wait by the clock: for what another thread or process does, with a deadline."""

import asyncio
import selectors
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


def until(holds: Callable[[], Found], what: str = "it", seconds: float = 60.0, every_s: float = 0.02) -> Found:
    """What `holds` returns as soon as that counts as true; the test fails when it did not in so many seconds."""
    ends_at = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < ends_at, f"Waited {seconds:g} s for {what} in vain."
        time.sleep(every_s)
    return found


class _Leaping(selectors.DefaultSelector):
    """Moves the clock instead of waiting for it."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0 if timeout else timeout)
        if not ready and timeout:
            self.now += timeout
        return ready


class VirtualTime(asyncio.SelectorEventLoop):
    """An event loop whose clock leaps to whatever is due next. For code that neither uses threads nor the network."""

    def __init__(self) -> None:
        self._clock = _Leaping()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now


async def pause(seconds: float) -> None:
    """Let so much virtual time pass."""
    assert isinstance(asyncio.get_running_loop(), VirtualTime)
    await asyncio.sleep(seconds)
