"""The ASGI app: all platforms by host prefix, the control pages, sample accounts planted.

It works mounted under a path prefix (`/sandbox`) and standing alone; `public_base_url` is the address under which
clients reach it, and the beginning of every URL it hands out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox import avatars, control, pulls, seeds
from sandbox.access import Admits, nobody
from sandbox.clock import Clock, base_clock
from sandbox.context import Sandbox
from sandbox.credentials import Credentials
from sandbox.endpoint import Platform, Routes
from sandbox.faults import Fault
from sandbox.http import Call, Reply
from sandbox.platforms import modules
from sandbox.spool import Spooler
from sandbox.store import Store

LONGEST_SESSION_S = 7 * 86_400
"""No upload session lives longer, so an older spool file belongs to none."""


class SandboxApp:
    """Takes the prefix off the path and hands the request to the routes."""

    def __init__(self, sandbox: Sandbox, inner: ASGIApp) -> None:
        self.sandbox = sandbox
        self._inner = inner
        self._base = urlsplit(sandbox.public_base_url).path.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path: str = scope["path"]
            for prefix in (str(scope.get("root_path", "")).rstrip("/"), self._base):
                if prefix and (path == prefix or path.startswith(f"{prefix}/")):
                    path = path[len(prefix) :] or "/"
                    break
            scope = {**scope, "path": path, "root_path": "", "sandbox.send": send}
        await self._inner(scope, receive, send)

    def close(self) -> None:
        """Close files and threads; for tests and for servers that send no lifespan events."""
        self.sandbox.close()


def _plain(call: Call, fault: Fault) -> Reply:
    return Reply(fault.status, "", {}, "text/plain")


def _routes(sandbox: Sandbox) -> list[BaseRoute]:
    media = Routes(sandbox, Platform("sandbox", _plain))
    media.add("GET", "_media/avatar/{account_id}.jpg", "avatar", avatars.picture)
    platforms = [import_module(f"{module}.routes").routes(sandbox) for module in modules()]
    return [*(route for table in platforms for route in table), *media.items, *control.routes(sandbox)]


def create_app(
    state_path: Path,
    public_base_url: str,
    clock: Clock | None = None,
    realtime: bool = True,
    *,
    credentials: Mapping[str, Iterable[tuple[str, str]]] | None = None,
    pull_origins: Iterable[str] = (),
    fetch: Callable[[str, Path], int] | None = None,
    admits: Admits = nobody,
) -> SandboxApp:
    """Build the sandbox over a state file.

    `credentials` adds accepted (client id, secret) pairs per platform. `pull_origins` are origins, besides the
    sandbox's own host, from which media may be fetched. `fetch` replaces the fetching of URLs in tests.
    The controls answer at this machine, and to requests from elsewhere that `admits` lets in.
    Without `realtime` and without a `clock`, time stands until the control API moves it.
    """
    store = Store(state_path, base_clock(clock, realtime=realtime))
    sandbox = Sandbox(
        store=store,
        credentials=Credentials.build(credentials),
        public_base_url=public_base_url.rstrip("/"),
        spooler=Spooler(state_path.with_name(f"{state_path.name}-uploads")),
        pull_origins=tuple(pull_origins),
        fetch=fetch,
        admits=admits,
    )
    with store.transaction() as tx:
        seeds.plant(tx)
    sandbox.spooler.sweep(LONGEST_SESSION_S)
    routes = _routes(sandbox)
    pulls.resume(sandbox)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        sandbox.close()

    inner = Starlette(routes=routes, lifespan=lifespan)
    inner.router.redirect_slashes = False
    return SandboxApp(sandbox, inner)
