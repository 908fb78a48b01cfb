"""A request as an ASGI server makes it, watched block by block."""

import asyncio
from collections.abc import Callable
from typing import Any

from django.core.asgi import get_asgi_application


def fetch(path: str, on_block: Callable[[int], None] = lambda sent: None) -> tuple[int, list[bytes]]:
    """The status and the blocks of an answer. `on_block` is told the bytes sent so far while a block is being sent."""
    statuses: list[int] = []
    blocks: list[bytes] = []
    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        for message in asked:
            return message
        await asyncio.Event().wait()  # a client that stays
        raise AssertionError

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])
        elif block := message.get("body", b""):
            blocks.append(block)
            on_block(sum(map(len, blocks)))

    request = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [(b"host", b"localhost")]}
    asyncio.run(get_asgi_application()(request, receive, send))
    [status] = statuses
    return status, blocks
