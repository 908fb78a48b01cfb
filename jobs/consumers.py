"""The one websocket of a page, `/ws/app/`.

The page sends `{"op": "sub", "topics": ["job:<id>", …]}`, `{"op": "unsub", …}` and `{"op": "ping"}`. It receives event
envelopes (see `jobs.events`), `pong`, and `denied` for topics it may not hear. Sign-in and permission are checked on
connect and subscribe, and again on every beat while connected.
"""

import asyncio
import itertools
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
from core import outages, scope
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

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One connection. It ends when the event stream is away, and the page connects again."""
        try:
            await super().__call__(scope, receive, send)
        except Exception as error:
            if outages.of(error) is None:
                raise
            await self._try_again(error)

    async def connect(self) -> None:
        """Accept signed-in people. Others are told so by the close code, which a refused handshake cannot carry."""
        # By topic the number of its subscription: whoever awaits in between sees whether it is still the same one.
        self.topics: dict[str, int] = {}
        self._subscriptions = itertools.count(1)
        self._rechecks: asyncio.Task[None] | None = None
        self._session_key: str = getattr(self.scope.get("session"), "session_key", "") or ""
        await self.accept()
        try:
            known = await self._user() is not None
        except Exception as error:
            await self._try_again(error)
            return
        if not known:
            await self.close(SIGNED_OUT)
            return
        self._rechecks = asyncio.create_task(self._recheck())

    async def disconnect(self, code: int) -> None:
        """Leave every group."""
        if self._rechecks is not None:
            self._rechecks.cancel()
        try:
            await self._leave(set(self.topics))
        except Exception as error:
            # The memberships of a socket that is gone expire by themselves.
            logger.warning("A socket could not leave its topics: %s", error)

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
            await self._leave(topics & self.topics.keys())
        else:
            await self._send_json({"v": 1, "type": "error", "data": {"message": "This message is not understood."}})

    async def event_deliver(self, event: dict[str, Any]) -> None:
        """An event for one of the topics."""
        envelope = event["envelope"]
        if envelope["topic"] in self.topics:
            await self._send_json(envelope)

    async def _subscribe(self, topics: set[str]) -> None:
        asked = topics - self.topics.keys()
        room = MAX_TOPICS - len(self.topics)
        try:
            allowed = await self._allowed(set(sorted(asked)[:room]))
        except Exception as error:
            await self._try_again(error)
            return
        if allowed is None:
            await self.close(SIGNED_OUT)
            return
        for topic in allowed:
            self.topics[topic] = next(self._subscriptions)
            await self.channel_layer.group_add(_group(topic), self.channel_name)
            if topic not in self.topics:
                # Taken away while it was being joined.
                await self.channel_layer.group_discard(_group(topic), self.channel_name)
        await self._deny(asked - allowed)

    async def _leave(self, topics: set[str]) -> None:
        for topic in topics:
            self.topics.pop(topic, None)
            await self.channel_layer.group_discard(_group(topic), self.channel_name)

    async def _deny(self, topics: set[str]) -> None:
        for topic in sorted(topics):
            await self._send_json({"v": 1, "type": "denied", "data": {"topic": topic[:120]}})

    async def _recheck(self) -> None:
        while True:
            await asyncio.sleep(self.recheck_s)
            try:
                if not await self._recheck_once():
                    await self.close(SIGNED_OUT)
                    return
            except Exception as error:
                # Who may not be asked about may not listen; the page connects again and is asked about then.
                await self._try_again(error)
                return

    async def _recheck_once(self) -> bool:
        """Leave what the person may not hear any more; False when they are signed out."""
        asked = dict(self.topics)
        allowed = await self._allowed(set(asked))
        if allowed is None:
            return False
        # Only what was asked about: a topic that was subscribed meanwhile has just been allowed.
        gone = {topic for topic, number in asked.items() if self.topics.get(topic) == number} - allowed
        await self._leave(gone)
        await self._deny(gone)
        return True

    async def _try_again(self, error: Exception) -> None:
        """Close, so that the page connects again; what it shows it fetches then."""
        away = outages.of(error)
        logger.warning(
            "A socket is closed, because it could not be checked or served now: %s", error, exc_info=away is None
        )
        with suppress(Exception):
            await self.close(TRY_AGAIN)

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
        # Who has just gone hears nothing more, and that is no error.
        with suppress(RuntimeError, OSError):
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
