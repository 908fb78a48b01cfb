"""One event loop of this process for everything that synchronous code sends to pages.

A loop of its own for each event costs more than the event, and with Redis a new connection as well.
"""

import asyncio
import logging
import os
import threading
from collections.abc import Coroutine
from typing import Any

logger = logging.getLogger(__name__)

# Events are advisory: a sender waits for delivery (that is the back-pressure), but never long.
WAIT_S = 2.0

_lock = threading.Lock()
_home: asyncio.AbstractEventLoop | None = None
_thread: threading.Thread | None = None


def run(sending: Coroutine[Any, Any, None]) -> None:
    """Run to its end on the loop. Raises what it raises, and `TimeoutError` after `WAIT_S`. Not for async code."""
    underway = asyncio.run_coroutine_threadsafe(sending, _loop())
    try:
        underway.result(WAIT_S)
    except TimeoutError:
        underway.cancel()
        raise


def _loop() -> asyncio.AbstractEventLoop:
    """This process's loop, started by the first event, and again by the next one should its thread have ended."""
    global _home, _thread
    with _lock:
        if _home is None or _thread is None or not _thread.is_alive():
            if _thread is not None:
                logger.error("The thread that delivers events had ended, which it never should. It is started again.")
            _home = asyncio.new_event_loop()
            _thread = threading.Thread(target=_home.run_forever, name="event-delivery", daemon=True)
            _thread.start()
        return _home


def _after_fork() -> None:
    """A forked child has its parent's loop, but not the thread that runs it."""
    global _lock, _home, _thread
    _lock, _home, _thread = threading.Lock(), None, None


os.register_at_fork(after_in_child=_after_fork)
