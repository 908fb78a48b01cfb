"""Events between processes, over Redis: any process publishes, each process with sockets hears everything.

Without Redis there is one process, and publishing hands the events straight to its sockets (`jobs.event_hub`).
"""

import logging
import threading
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

from core.background_threads import Loop
from core.outages import Away, Service
from jobs import event_hub

# Slow to load, and absent from the embedded mode; where it is needed, the first event must not wait for it.
if TYPE_CHECKING or settings.EVENTS_REDIS_URL:
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

logger = logging.getLogger(__name__)

# An event is a hint: whoever publishes one waits for Redis no longer than this.
_PUBLISH_S = 1.0
_CONNECT_S = 2.0
# A connection on which nothing came for so long is asked whether it lives, and given up after as long again.
_SILENCE_S = 15.0
_READY_S = 2.0


def publish(messages: Sequence[tuple[str, str]]) -> None:
    """Send `(topic, text)` to whoever listens. Raises what Redis raises."""
    if not settings.EVENTS_REDIS_URL:
        for topic, text in messages:
            event_hub.deliver(topic, text)
        return
    pipeline = _publisher(settings.EVENTS_REDIS_URL).pipeline(transaction=False)
    for topic, text in messages:
        pipeline.publish(_prefix() + topic, text)
    pipeline.execute()


def is_reading() -> bool:
    """Whether this process hears what others publish (without Redis there are no others)."""
    return not settings.EVENTS_REDIS_URL or reading.is_set()


def start_reading() -> None:
    """Begin to hear them; waits for Redis at most two seconds. Raises `Away` when it does not answer."""
    reader.start()
    if not reading.wait(_READY_S):
        raise Away(Service.CACHE)


def _prefix() -> str:
    """Messages of Redis know no database number, so the name of the channel carries it."""
    number = str(settings.EVENTS_REDIS_URL).rpartition("/")[2]
    return f"elevoai:{number}:events:"


@cache
def _publisher(url: str) -> "redis.Redis":
    return _client(url, socket_timeout=_PUBLISH_S, socket_connect_timeout=_PUBLISH_S / 2)


def _client(url: str, **options: Any) -> "redis.Redis":
    """A client that tells of a lost connection instead of hiding it: in between, events may have been lost."""
    return redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), **options)


def _read() -> None:
    """Hand on what is published until the connection breaks; then interrupt every socket. Raises what Redis does."""
    with _client(settings.EVENTS_REDIS_URL, socket_connect_timeout=_CONNECT_S) as client:
        subscription = client.pubsub()
        prefix, silent = _prefix(), False
        try:
            subscription.psubscribe(f"{prefix}*")
            while True:
                message = subscription.get_message(timeout=_SILENCE_S)
                if message is None:
                    if silent:
                        raise Away(Service.CACHE)
                    silent = True
                    subscription.ping()
                    continue
                silent = False
                if message["type"] == "psubscribe":
                    reading.set()
                elif message["type"] == "pmessage":
                    event_hub.deliver(message["channel"].decode()[len(prefix) :], message["data"].decode())
        except Exception as error:
            reading.clear()
            event_hub.interrupt(error)
            raise
        finally:
            subscription.close()


reading = threading.Event()
reader = Loop("event-stream", _read, lambda: 1.0, first_after_s=0.0, most_pause_s=5.0)
