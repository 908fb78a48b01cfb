"""A synchronous httpx transport that runs the sandbox in this process, and small media files to send.

Dropped connections come out as httpx's own errors, at once: a reset as ReadError, a timeout as ReadTimeout.
"""

from __future__ import annotations

import asyncio
import struct
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx

from sandbox.app import SandboxApp
from sandbox.drops import ConnectionDropped

BLOCK = 256 * 1024


class SandboxTransport(httpx.BaseTransport):
    """Requests run on one event loop in a thread of its own, so several clients may share it."""

    def __init__(self, app: SandboxApp) -> None:
        self.app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        done = asyncio.run_coroutine_threadsafe(self._run(request), self._loop)
        try:
            status, headers, body = done.result(60)
        except ConnectionDropped as dropped:
            error = httpx.ReadTimeout if dropped.kind == "timeout" else httpx.ReadError
            raise error(str(dropped), request=request) from None
        return httpx.Response(status, headers=headers, content=body, request=request)

    async def _run(self, request: httpx.Request) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        blocks = _blocks(request)
        whole = False
        start: dict[str, Any] = {}
        sent: list[bytes] = []

        async def receive() -> dict[str, Any]:
            nonlocal whole
            for block in blocks:
                return {"type": "http.request", "body": block, "more_body": True}
            if whole:
                await asyncio.Event().wait()  # a client that stays connected
            whole = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                sent.append(message.get("body", b""))

        parts = urlsplit(str(request.url))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": parts.scheme,
            "path": httpx.URL(str(request.url)).path,
            "raw_path": request.url.raw_path,
            "query_string": request.url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": ("127.0.0.1", 1),
            "server": (parts.hostname, parts.port or 80),
            "extensions": {"sandbox.drop": {}},
        }
        await self.app(scope, receive, send)
        return start["status"], start["headers"], b"".join(sent)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()


def _blocks(request: httpx.Request) -> Iterator[bytes]:
    """The body as a server would hand it on: in blocks."""
    for part in request.stream:  # type: ignore[union-attr]
        for start in range(0, len(part), BLOCK):
            yield part[start : start + BLOCK]


def _box(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I4s", len(payload) + 8, kind) + payload


def _track(handler: bytes, width: int, height: int, rotated: bool) -> bytes:
    matrix = (0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30) if rotated else (65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)
    header = bytes(4) + struct.pack(">IIIII", 0, 0, 1, 0, 0) + bytes(16) + struct.pack(">9i", *matrix)
    header += struct.pack(">II", width << 16, height << 16)
    return _box(b"trak", _box(b"tkhd", header) + _box(b"mdia", _box(b"hdlr", bytes(8) + handler + bytes(13))))


def mp4(
    duration: float = 20.0,
    width: int = 1080,
    height: int = 1920,
    size: int = 4000,
    seed: int = 1,
    *,
    rotated: bool = False,
    audio: bool = True,
) -> bytes:
    """A file with true MP4 boxes around meaningless media bytes, `size` bytes long."""
    movie = _box(b"mvhd", bytes(4) + struct.pack(">IIII", 0, 0, 1000, round(duration * 1000)) + bytes(80))
    movie += _track(b"vide", width, height, rotated) + (_track(b"soun", 0, 0, False) if audio else b"")
    head = _box(b"ftyp", b"isom" + bytes(4) + b"isom") + _box(b"moov", movie)
    filling = size - len(head) - 8
    pattern = f"{seed:08d}".encode()
    return head + _box(b"mdat", (pattern * (filling // 8 + 1))[:filling])
