"""The one websocket of a page, `/ws/app/`.

The page sends `{"op": "sub", "topics": ["job:<id>", …]}`, `{"op": "unsub", …}` and `{"op": "ping"}`. It receives event
envelopes (see `jobs.events`), `pong`, and `denied` for topics it may not hear. Sign-in and permission are checked on
connect and subscribe, and for all sockets of the process together every 25 s.
"""

import asyncio
import itertools
import json
import logging
from contextlib import suppress
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from core import outages
from jobs import event_hub, event_stream, topic_permissions

logger = logging.getLogger(__name__)

SIGNED_OUT = 4401
TRY_AGAIN = 1013
MAX_TOPICS = 200
MAX_MESSAGE_BYTES = 32 * 1024
# A page that takes its events this far behind has lost touch: it connects again and fetches what it shows.
MAX_UNSENT = 200


class AppConsumer(AsyncWebsocketConsumer):
    """Delivers the events of the topics that a page shows."""

    recheck_s = 25.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the socket. However this ends, told by the server or cancelled by it, no task of the socket is left."""
        # By topic the number of its subscription: whoever awaits in between sees whether it is still the same one.
        self.topics: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        try:
            await super().__call__(scope, receive, send)
        finally:
            _watched().discard(self)
            self._leave(set(self.topics))
            for task in self._tasks:
                task.cancel()

    async def connect(self) -> None:
        """Accept signed-in people. Others learn it from the close code, which a refused handshake cannot carry."""
        self._subscriptions = itertools.count(1)
        self._unsent: asyncio.Queue[str] = asyncio.Queue(MAX_UNSENT)
        self._tasks.add(asyncio.create_task(self._write()))
        self.session_key: str = getattr(self.scope.get("session"), "session_key", "") or ""
        await self.accept()
        try:
            if not event_stream.is_reading():
                await asyncio.to_thread(event_stream.start_reading)
            known = await _allowed({self.session_key: set()})
        except Exception as error:
            await self.try_again(error)
            return
        if known[self.session_key] is None:
            await self._end(SIGNED_OUT)
            return
        _watch(self)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One request of the page; what cannot be understood is answered, not punished."""
        message = _parse(text_data)
        op = message.get("op")
        wanted = message.get("topics")
        topics = {str(topic) for topic in wanted[:MAX_TOPICS]} if isinstance(wanted, list) else set()
        if op == "ping":
            self._answer({"v": 1, "type": "pong"})
        elif op == "sub":
            await self._subscribe(topics)
        elif op == "unsub":
            self._leave(topics & self.topics.keys())
        else:
            self._answer({"v": 1, "type": "error", "data": {"message": "This message is not understood."}})

    def deliver(self, text: str) -> None:
        """An event for one of the topics, or an answer."""
        try:
            self._unsent.put_nowait(text)
        except asyncio.QueueFull:
            self.interrupt(RuntimeError("The page does not take its events."))

    def interrupt(self, error: Exception) -> None:
        """Events were lost, or cannot be delivered."""
        self._leave(set(self.topics))
        self._tasks.add(asyncio.create_task(self.try_again(error)))

    async def apply(self, asked: dict[str, int], allowed: set[str] | None) -> None:
        """Leave what the person may not hear any more of the topics asked about; close when they are signed out."""
        if allowed is None:
            await self._end(SIGNED_OUT)
            return
        # A topic that was subscribed meanwhile has just been allowed.
        gone = {topic for topic, number in asked.items() if self.topics.get(topic) == number} - allowed
        self._leave(gone)
        self._deny(gone)

    async def try_again(self, error: Exception) -> None:
        """Close, so that the page connects again; what it shows it fetches then."""
        away = outages.of(error)
        logger.warning(
            "A socket is closed, because it could not be checked or served now: %s", error, exc_info=away is None
        )
        with suppress(Exception):
            await self._end(TRY_AGAIN)

    async def _end(self, code: int) -> None:
        """Close, and hear and ask nothing more until the page has taken notice."""
        _watched().discard(self)
        self._leave(set(self.topics))
        await self.close(code)

    async def _subscribe(self, topics: set[str]) -> None:
        asked = topics - self.topics.keys()
        room = MAX_TOPICS - len(self.topics)
        try:
            allowed = (await _allowed({self.session_key: set(sorted(asked)[:room])}))[self.session_key]
        except Exception as error:
            await self.try_again(error)
            return
        if allowed is None:
            await self._end(SIGNED_OUT)
            return
        for topic in allowed:
            self.topics[topic] = next(self._subscriptions)
            event_hub.here().join(topic, self)
        self._deny(asked - allowed)

    def _leave(self, topics: set[str]) -> None:
        for topic in topics:
            self.topics.pop(topic, None)
            event_hub.here().leave(topic, self)

    def _deny(self, topics: set[str]) -> None:
        for topic in sorted(topics):
            self._answer({"v": 1, "type": "denied", "data": {"topic": topic[:120]}})

    def _answer(self, message: dict[str, Any]) -> None:
        self.deliver(json.dumps(message, separators=(",", ":")))

    async def _write(self) -> None:
        """Send what was delivered, as fast as the page takes it."""
        while True:
            text = await self._unsent.get()
            # Who has just gone hears nothing more, and that is no error.
            with suppress(RuntimeError, OSError):
                await self.send(text_data=text)


_allowed = database_sync_to_async(topic_permissions.allowed)
# The open sockets by event loop, and the task that asks about them (a server has one loop, tests have one each).
_open: dict[asyncio.AbstractEventLoop, set[AppConsumer]] = {}
_rechecks: dict[asyncio.AbstractEventLoop, "asyncio.Task[None]"] = {}


def _watched() -> set[AppConsumer]:
    return _open.setdefault(asyncio.get_running_loop(), set())


def _watch(consumer: AppConsumer) -> None:
    """Check a socket from now on, together with all others."""
    loop = asyncio.get_running_loop()
    _watched().add(consumer)
    if loop not in _rechecks or _rechecks[loop].done():
        for gone in [other for other in _rechecks if other.is_closed()]:
            del _rechecks[gone]
            _open.pop(gone, None)
        _rechecks[loop] = loop.create_task(_recheck_until_all_left())


async def _recheck_until_all_left() -> None:
    while _watched():
        await asyncio.sleep(AppConsumer.recheck_s)
        asked = {consumer: dict(consumer.topics) for consumer in _watched()}
        wanted: dict[str, set[str]] = {}
        for consumer, topics in asked.items():
            wanted.setdefault(consumer.session_key, set()).update(topics)
        try:
            allowed = await _allowed(wanted) if wanted else {}
        except Exception as error:
            # Who may not be asked about may not listen; the pages connect again and are asked about then.
            await asyncio.gather(*(consumer.try_again(error) for consumer in asked))
            continue
        ends = [consumer.apply(topics, allowed[consumer.session_key]) for consumer, topics in asked.items()]
        await asyncio.gather(*ends, return_exceptions=True)


def _parse(text: str | None) -> dict[str, Any]:
    if not text or len(text) > MAX_MESSAGE_BYTES:
        return {}
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}
