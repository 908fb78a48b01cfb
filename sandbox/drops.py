"""Connections that break: reset at once, or held without an answer and then cut.

uvicorn's transport is reached through the `send` it hands out (kept in the scope by the app), so that not one byte of
an answer leaves. Behind other servers an answer is begun and never finished, which every HTTP client reports as a
broken connection too. A test transport that names the extension `sandbox.drop` in its scope gets the exception instead.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.types import Receive, Scope, Send


class ConnectionDropped(ConnectionError):
    """Raised to a test transport; `kind` is reset or timeout."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def drop(scope: Scope, receive: Receive, send: Send, kind: str, hold_s: float) -> None:
    if "sandbox.drop" in (scope.get("extensions") or {}):
        raise ConnectionDropped(kind)
    if hold_s > 0:
        with suppress(TimeoutError):
            await asyncio.wait_for(_gone(receive), hold_s)
            return
    server = getattr(scope.get("sandbox.send"), "__self__", None)
    abort = getattr(getattr(server, "transport", None), "abort", None)
    if callable(abort):
        abort()
        await _gone(receive)
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1048576")]})
    await send({"type": "http.response.body", "body": b"{", "more_body": True})
