"""The channel layer on Redis, whose waiting ends when it is told to."""

import asyncio
from typing import Any

from channels_redis.core import RedisChannelLayer

_INSIST_S = 0.5


class RedisLayer(RedisChannelLayer):
    """Cancels a wait for messages until it has really ended.

    While the client is still connecting, it may swallow one cancellation and then wait for ever: each page that left
    in that moment would leave its consumer behind.
    """

    async def receive(self, channel: str) -> Any:
        waiting = asyncio.ensure_future(super().receive(channel))
        try:
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:
            while not waiting.done():
                waiting.cancel()
                await asyncio.wait([waiting], timeout=_INSIST_S)
            if not waiting.cancelled():
                waiting.exception()  # nobody is left to hear it
            raise
