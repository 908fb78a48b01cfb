"""One event loop of this process for everything that synchronous code sends to pages.

A loop of its own for each event costs more than the event, and with Redis a new connection as well.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine
from typing import Any

# Events are advisory: a sender waits for delivery (that is the back-pressure), but never long.
WAIT_S = 2.0

_lock = threading.Lock()
_home: asyncio.AbstractEventLoop | None = None


def run(sending: Coroutine[Any, Any, None]) -> None:
    """Run to its end on the loop. Raises what it raises, and `TimeoutError` after `WAIT_S`. Not for async code."""
    underway = asyncio.run_coroutine_threadsafe(sending, _loop())
    try:
        underway.result(WAIT_S)
    except TimeoutError:
        underway.cancel()
        raise


def _loop() -> asyncio.AbstractEventLoop:
    """This process's loop, started by the first event."""
    global _home
    with _lock:
        if _home is None:
            _home = asyncio.new_event_loop()
            threading.Thread(target=_home.run_forever, name="event-delivery", daemon=True).start()
        return _home


def _after_fork() -> None:
    """A forked child has its parent's loop, but not the thread that runs it."""
    global _lock, _home
    _lock, _home = threading.Lock(), None


os.register_at_fork(after_in_child=_after_fork)
