"""The one websocket of a page, `/ws/app/`.

The page sends `{"op": "sub", "topics": ["job:<id>", …]}`, `{"op": "unsub", …}` and `{"op": "ping"}`. It receives event
envelopes (see `jobs.events`), `pong`, and `denied` for topics it may not hear. Sign-in and permission are checked on
connect and subscribe, and again on every beat while connected.
"""

import asyncio
import json
import logging
from contextlib import suppress
from importlib import import_module
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from accounts.models import Membership, User
from core import scope
from core.actor import Actor, ActorKind
from jobs import events

logger = logging.getLogger(__name__)

SIGNED_OUT = 4401
TRY_AGAIN = 1013
MAX_TOPICS = 200
MAX_MESSAGE_BYTES = 32 * 1024


class AppConsumer(AsyncWebsocketConsumer):
    """Delivers the events of the topics that a page shows."""

    recheck_s = 25.0

    async def connect(self) -> None:
        """Accept signed-in people. Others are told so by the close code, which a refused handshake cannot carry."""
        self.topics: set[str] = set()
        self._rechecks: asyncio.Task[None] | None = None
        self._session_key: str = getattr(self.scope.get("session"), "session_key", "") or ""
        await self.accept()
        if await self._user() is None:
            await self.close(SIGNED_OUT)
            return
        self._rechecks = asyncio.create_task(self._recheck())

    async def disconnect(self, code: int) -> None:
        """Leave every group."""
        if self._rechecks is not None:
            self._rechecks.cancel()
        await self._leave(set(self.topics))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One request of the page; what cannot be understood is answered, not punished."""
        message = _parse(text_data)
        op = message.get("op")
        wanted = message.get("topics")
        topics = {str(topic) for topic in wanted[:MAX_TOPICS]} if isinstance(wanted, list) else set()
        if op == "ping":
            await self._send_json({"v": 1, "type": "pong"})
        elif op == "sub":
            await self._subscribe(topics)
        elif op == "unsub":
            await self._leave(topics & self.topics)
        else:
            await self._send_json({"v": 1, "type": "error", "data": {"message": "This message is not understood."}})

    async def event_deliver(self, event: dict[str, Any]) -> None:
        """An event for one of the topics."""
        envelope = event["envelope"]
        if envelope["topic"] in self.topics:
            await self._send_json(envelope)

    async def _subscribe(self, topics: set[str]) -> None:
        asked = topics - self.topics
        room = MAX_TOPICS - len(self.topics)
        allowed = await self._allowed(set(sorted(asked)[:room]))
        if allowed is None:
            await self.close(SIGNED_OUT)
            return
        for topic in allowed:
            self.topics.add(topic)
            await self.channel_layer.group_add(_group(topic), self.channel_name)
        await self._deny(asked - allowed)

    async def _leave(self, topics: set[str]) -> None:
        for topic in topics:
            self.topics.discard(topic)
            await self.channel_layer.group_discard(_group(topic), self.channel_name)

    async def _deny(self, topics: set[str]) -> None:
        for topic in sorted(topics):
            await self._send_json({"v": 1, "type": "denied", "data": {"topic": topic[:120]}})

    async def _recheck(self) -> None:
        while True:
            await asyncio.sleep(self.recheck_s)
            try:
                allowed = await self._allowed(set(self.topics))
            except Exception:
                # Who may not be asked about may not listen; the page connects again and is asked about then.
                logger.exception("The permissions of a socket could not be checked.")
                await self.close(TRY_AGAIN)
                return
            if allowed is None:
                await self.close(SIGNED_OUT)
                return
            gone = self.topics - allowed
            await self._leave(gone)
            await self._deny(gone)

    @database_sync_to_async
    def _user(self) -> User | None:
        return _signed_in(self._session_key)

    @database_sync_to_async
    def _allowed(self, topics: set[str]) -> set[str] | None:
        """Which of the topics the person may hear; None when they are signed out."""
        user = _signed_in(self._session_key)
        if user is None:
            return None
        actors = _actors(user) if topics else []
        return {topic for topic in topics if any(_may(actor, topic) for actor in actors)}

    async def _send_json(self, message: dict[str, Any]) -> None:
        with suppress(RuntimeError):
            await self.send(text_data=json.dumps(message, separators=(",", ":")))


def _parse(text: str | None) -> dict[str, Any]:
    if not text or len(text) > MAX_MESSAGE_BYTES:
        return {}
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


def _group(topic: str) -> str:
    name, _, subject_id = topic.partition(":")
    return events.group_name(name, subject_id)


def _signed_in(session_key: str) -> User | None:
    """The person of a session as it stands in the store now (signed out, deactivated, password changed: nobody)."""
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(request)
    return user if isinstance(user, User) and user.is_active else None


def _actors(user: User) -> list[Actor]:
    """The person in each of their workspaces: two tabs may show two of them."""
    with scope.system("find the memberships of a person"):
        memberships = list(Membership.objects.filter(user=user).order_by("created_at", "id"))
    return [Actor(user.pk, member.workspace_id, member.role, ActorKind.USER) for member in memberships]


def _may(actor: Actor, topic: str) -> bool:
    name, _, subject_id = topic.partition(":")
    with scope.workspace(actor.workspace_id):
        return events.may_subscribe(actor, name, subject_id)
