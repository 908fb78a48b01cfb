"""The in-memory channel layer of the embedded mode, safe to use from worker threads."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from channels.exceptions import ChannelFull
from channels.layers import InMemoryChannelLayer

_WAIT_S = 1.0


class ThreadSafeLayer(InMemoryChannelLayer):
    """Delivers on the event loop that owns the receiving channel, and wakes that loop.

    The library's layer puts messages of a foreign thread into an asyncio queue without waking its loop, which delays
    or loses them. Here each channel remembers the loop that receives on it. The sender waits for delivery (that is the
    back-pressure), but not longer than a second: events are advisory and must never hold a job up.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._homes: dict[str, asyncio.AbstractEventLoop] = {}

    async def new_channel(self, prefix: str = "specific.") -> str:
        channel: str = await super().new_channel(prefix)
        self._homes[channel] = asyncio.get_running_loop()
        return channel

    async def receive(self, channel: str) -> Any:
        self._homes[channel] = asyncio.get_running_loop()
        return await super().receive(channel)

    async def group_discard(self, group: str, channel: str) -> None:
        await super().group_discard(group, channel)
        if not any(channel in members for members in list(self.groups.values())):
            self._homes.pop(channel, None)

    async def group_add(self, group: str, channel: str) -> None:
        await super().group_add(group, channel)
        self._homes.setdefault(channel, asyncio.get_running_loop())

    async def send(self, channel: str, message: dict[str, Any]) -> None:
        await self._at_home(channel, super().send(channel, message))

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.require_valid_group_name(group)
        for channel in list(self.groups.get(group, ())):
            try:
                await self.send(channel, message)
            except ChannelFull:
                continue

    async def _at_home(self, channel: str, delivery: Coroutine[Any, Any, None]) -> None:
        home = self._homes.get(channel)
        if home is None or home is asyncio.get_running_loop():
            await delivery
            return
        if home.is_closed():
            # Whoever received there is gone.
            delivery.close()
            self._remove_from_groups(channel)
            self._homes.pop(channel, None)
            return
        waiting = asyncio.run_coroutine_threadsafe(delivery, home)
        try:
            await asyncio.wait_for(asyncio.wrap_future(waiting), _WAIT_S)
        except TimeoutError:
            return
