"""The event stream from anywhere (request, job, another process) to the pages that look at something.

An event is a hint: it may be lost, so a page fetches what it shows when it (re)connects.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer
from django.db import transaction

from core import clock, outages
from core.actor import Actor
from core.outages import Breaker
from jobs import event_loop

logger = logging.getLogger(__name__)

MaySubscribe = Callable[[Actor, str], bool]
_topics: dict[str, MaySubscribe] = {}
_breaker = Breaker("The event stream")


def register_topic(name: str, may_subscribe: MaySubscribe) -> None:
    """Let pages listen to `name:<id>`. `may_subscribe(actor, id)` runs in the scope of the actor's workspace."""
    _topics[name] = may_subscribe


def is_topic(name: str) -> bool:
    """Whether somebody registered this topic."""
    return name in _topics


def topics() -> tuple[str, ...]:
    """The registered topics."""
    return tuple(sorted(_topics))


def may_subscribe(actor: Actor, topic: str, subject_id: str) -> bool:
    """Whether an actor may listen; an unknown topic is nobody's, an id that is no UUID is nothing."""
    check = _topics.get(topic)
    try:
        return check is not None and check(actor, str(UUID(subject_id)))
    except ValueError:
        return False


def group_name(topic: str, subject_id: str) -> str:
    """The channel layer's name of a topic (it allows no colon)."""
    return f"{topic}.{subject_id}"


def envelope(topic: str, subject_id: str, type: str, data: dict[str, Any], at: datetime) -> dict[str, Any]:
    """What a page receives."""
    instant = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"v": 1, "topic": f"{topic}:{subject_id}", "type": type, "ts": instant, "data": data}


def publish_event(*, topic: str, id: UUID | str, type: str, data: dict[str, Any]) -> None:
    """Tell everyone who listens to `topic:id`, after the transaction in hand (if any) has committed. Never raises."""
    message = envelope(topic, str(id), type, data, clock.now())
    transaction.on_commit(lambda: _deliver(group_name(topic, str(id)), message), robust=True)


def _deliver(group: str, message: dict[str, Any]) -> None:
    _deliver_all([(group, message)])


def _deliver_all(messages: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Send, or drop: the pages fetch what they show when they connect again."""
    if _breaker.open:
        return

    async def deliver() -> None:
        layer = get_channel_layer()
        for group, message in messages:
            await layer.group_send(group, {"type": "event.deliver", "envelope": message})

    try:
        event_loop.run(deliver())
    except Exception as error:
        logger.warning("%d events could not be delivered and are dropped: %s", len(messages), error)
        if outages.of(error) is not None or isinstance(error, TimeoutError):
            _breaker.failed(error)
    else:
        _breaker.worked()


def publish_events(messages: Sequence[tuple[str, UUID | str, str, dict[str, Any]]]) -> None:
    """Publish many `(topic, id, type, data)` in one trip through the event loop. Never raises."""
    now = clock.now()
    ready = [
        (group_name(topic, str(id)), envelope(topic, str(id), type, data, now)) for topic, id, type, data in messages
    ]

    if ready:
        transaction.on_commit(lambda: _deliver_all(ready), robust=True)


async def apublish_event(*, topic: str, id: UUID | str, type: str, data: dict[str, Any]) -> None:
    """`publish_event` for async code, which holds no transaction."""
    message = envelope(topic, str(id), type, data, clock.now())
    try:
        layer = get_channel_layer()
        await layer.group_send(group_name(topic, str(id)), {"type": "event.deliver", "envelope": message})
    except Exception as error:
        logger.warning("An event could not be delivered to %s:%s: %s", topic, id, error)
