"""The channel layer on Redis: a page that leaves takes its waiting consumer with it."""

import asyncio

import pytest
from channels_redis.core import RedisChannelLayer

from jobs.redis_channel_layer import RedisLayer


async def test_a_wait_that_swallows_one_cancellation_ends_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def receive(self: RedisChannelLayer, channel: str) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

    monkeypatch.setattr(RedisChannelLayer, "receive", receive)
    waiting = asyncio.ensure_future(RedisLayer().receive("specific.one!two"))
    await began.wait()
    waiting.cancel()
    await asyncio.wait([waiting], timeout=30)
    assert waiting.cancelled()
    assert ended.is_set()
