"""The whole product in one process: web server, two workers and the scheduler, on SQLite."""

import fcntl
import logging
import os
import socket
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from core import clock, scope
from core.db.schema import bring_up_to_date
from jobs.embedded import EmbeddedWorkers, UpLock

logger = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """Says where it is once it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()


class Command(BaseCommand):
    """`up` runs everything; Ctrl-C ends it, and the next `up` goes on where it stopped."""

    help = "Run the whole product in this process: web server, workers and scheduler. Needs no service and no key."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        # `manage.py` has made HOST and PORT of them by now.
        parser.add_argument("--host", help="Address to listen on (default: HOST, else 127.0.0.1).")
        parser.add_argument("--port", type=int, help="Port to listen on (default: PORT, else 8000).")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError(
                "`up` is the embedded mode, but DATABASE_URL, REDIS_URL or MODE ask for production. "
                "Run web, workers and beat as docs/jobs.md says, or unset them."
            )
        host, port = settings.ENV.HOST, settings.ENV.PORT
        lock = UpLock()
        if not lock.acquire({"since": clock.now().isoformat(), "address": settings.PUBLIC_BASE_URL}):
            note = lock.note()
            where = note.get("address") or "as a command with workers of its own"
            raise CommandError(f"ElevoAI already runs here: {where} (process {note.get('pid', 'unknown')}).")
        listener = _listen(host, port)
        bring_up_to_date()
        self._collect_static()
        application = import_string(settings.ASGI_APPLICATION)
        embedded = EmbeddedWorkers()
        embedded.start()
        config = uvicorn.Config(
            application,
            host=host,
            port=port,
            lifespan="off",
            log_config=None,
            # `core.client` reads X-Forwarded-For, and believes what TRUSTED_PROXIES says.
            proxy_headers=False,
            ws_max_size=64 * 1024,
            # Events are short: compressing them costs more time and memory than it saves.
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=1,
            server_header=False,
        )
        code = 1
        try:
            server = _Server(config, self._welcome(_has_operator()))
            server.run(sockets=[listener])
            code = 0 if server.started else 1
        except KeyboardInterrupt:
            code = 0
        except Exception:
            logger.exception("The web server ended.")
        finally:
            embedded.stop()
            # Whoever read this may be gone already.
            with suppress(OSError):
                self.stdout.write(
                    "Stopped. Start again with the same command; running work continues where it stopped."
                )
                self.stdout.flush()
            # Worker threads may still be inside a job that was handed back; nothing they do counts any more.
            os._exit(code)

    def _collect_static(self) -> None:
        manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
        if settings.DEBUG or not _static_is_stale(manifest):
            return
        with _alone_in(manifest.parent):
            if _static_is_stale(manifest):  # another start may have collected them meanwhile
                call_command("collectstatic", interactive=False, verbosity=0)

    def _welcome(self, has_operator: bool) -> Callable[[], None]:
        def say() -> None:
            self.stdout.write(f"\nElevoAI is ready: {settings.PUBLIC_BASE_URL}\n")
            if not has_operator:
                self.stdout.write("The first operator, for /admin/:  python manage.py createsuperuser")
            self.stdout.write("Ctrl-C stops it.\n")
            self.stdout.flush()

        return say


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Waits until no other process is within this for the same folder."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _has_operator() -> bool:
    with scope.system("is there an operator"):
        return get_user_model()._default_manager.filter(is_superuser=True).exists()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise CommandError(
            f"Port {port} on {host} cannot be used ({error.strerror}). Choose another: --port {port + 1}"
        ) from None
    return listener


def _static_is_stale(manifest: Path) -> bool:
    """Whether a static source is newer than what was collected."""
    if not manifest.exists():
        return True
    collected_at = manifest.stat().st_mtime
    return any(
        os.path.getmtime(storage.path(name)) > collected_at
        for finder in get_finders()
        for name, storage in finder.list(["CVS", ".*", "*~"])
    )
