"""For commands that order jobs: make sure that somebody runs them, and that the imitated platforms answer.

Beside a running product the command only waits on rows. Alone, it runs workers and a web server of its own as long as
it lasts. Either way the address in the settings must be the one that answers, so the command starts over with it.
"""

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from django.conf import settings

from core import clock
from core.db.schema import bring_up_to_date
from core.errors import Unavailable
from flows.errors import FlowError
from jobs.embedded import EmbeddedWorkers, UpLock

_AGAIN = "ELEVOAI_STARTED_OVER"


def settle_address() -> None:
    """Start this process over with the right address, unless it has it already."""
    if not settings.EMBEDDED:
        return
    lock = UpLock()
    if lock.acquire({"since": "", "address": ""}):
        lock.release()
        if _free(settings.ENV.HOST, settings.ENV.PORT):
            return
        _start_over({"PORT": str(_any_port(settings.ENV.HOST)), "PUBLIC_BASE_URL": ""})
        return
    address = str(lock.note().get("address") or "")
    if address and address != settings.PUBLIC_BASE_URL:
        _start_over({"PUBLIC_BASE_URL": address})


@contextmanager
def hosted() -> Iterator[None]:
    """Workers and web server while the block lasts, where nobody else runs them. The process must end after it."""
    if settings.EMBEDDED:
        bring_up_to_date()
    lock = UpLock()
    if not settings.EMBEDDED or not lock.acquire(
        {"since": clock.now().isoformat(), "address": settings.PUBLIC_BASE_URL}
    ):
        yield
        return
    server, embedded = _serve(), EmbeddedWorkers()
    embedded.start()
    try:
        yield
    finally:
        # Threads may linger; the command ends its process right after, and running jobs were handed back.
        embedded.stop()
        server.should_exit = True
        lock.release()


def _serve() -> uvicorn.Server:
    config = uvicorn.Config(
        settings.ASGI_APPLICATION.replace(".application", ":application"),
        host=settings.ENV.HOST,
        port=settings.ENV.PORT,
        lifespan="off",
        log_config=None,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
        server_header=False,
    )
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, name="web", daemon=True).start()
    ends_at = time.monotonic() + 30
    while not server.started:
        if time.monotonic() > ends_at:
            raise Unavailable(FlowError.STEP_FAILED, "The web server of this command did not start.")
        time.sleep(0.05)
    return server


def _free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _any_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port


def _start_over(changes: dict[str, str]) -> None:
    if os.environ.get(_AGAIN):
        raise Unavailable(FlowError.STEP_FAILED, "The address of the running product could not be taken over.")
    sys.stdout.flush()
    environment = {**os.environ, **changes, _AGAIN: "1"}
    os.execve(sys.executable, [sys.executable, *sys.argv], environment)  # noqa: S606 - this very command
