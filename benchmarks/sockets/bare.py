"""The floor: a consumer of Channels that joins the group in its path and passes on what it gets. Nothing else.

    uvicorn benchmarks.sockets.bare:application

A thread sends to as many groups as there are jobs in the product's run, as often. Without REDIS_URL the layer is the
library's own in memory, else its own on Redis.
"""

import asyncio
import json
import os
import threading
import time
from datetime import UTC, datetime
from typing import Any

from channels_redis.core import RedisChannelLayer
from django.conf import settings

REDIS_URL = os.environ.get("REDIS_URL", "")
LAYER = (
    {"BACKEND": f"{RedisChannelLayer.__module__}.{RedisChannelLayer.__name__}", "CONFIG": {"hosts": [REDIS_URL]}}
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
)
settings.configure(CHANNEL_LAYERS={"default": LAYER})

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.layers import get_channel_layer  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402

from benchmarks.sockets.kinds import EVENT  # noqa: E402

GROUPS, EVERY_S = int(os.environ["BARE_GROUPS"]), 0.25


class Bare(AsyncWebsocketConsumer):
    """One socket."""

    async def connect(self) -> None:
        await self.channel_layer.group_add(self.scope["path"].strip("/"), self.channel_name)
        await self.accept()

    async def tell(self, event: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(event["envelope"]))


async def send(number: int) -> None:
    ts = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    envelope = {"v": 1, "topic": f"job:{number}", "type": EVENT, "ts": ts, "data": {"pct": 40, "stage": "Rendering"}}
    await get_channel_layer().group_send(f"bare.{number}", {"type": "tell", "envelope": envelope})


def tell(loop: asyncio.AbstractEventLoop) -> None:
    while True:
        for number in range(GROUPS):
            asyncio.run_coroutine_threadsafe(send(number), loop)
        time.sleep(EVERY_S)


async def application(scope: Any, receive: Any, send: Any) -> None:
    if not hasattr(application, "telling"):
        application.telling = threading.Thread(  # type: ignore[attr-defined]
            target=tell, args=(asyncio.get_running_loop(),), daemon=True
        )
        application.telling.start()  # type: ignore[attr-defined]
    await router(scope, receive, send)


router = ProtocolTypeRouter({"websocket": Bare.as_asgi()})
