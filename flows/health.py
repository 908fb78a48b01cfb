"""Whether the product works: what it stands on, who works for it, what is late.

Strangers learn one word for each area. Numbers, names and sentences are for operators.
"""

import logging
import os
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection

from core import clock, scope
from jobs import alarms, selectors
from publishing.insight import alarms as publishing_alarms

logger = logging.getLogger(__name__)

OK, FAILED, DEGRADED = "ok", "unreachable", "degraded"
# Without these nothing can be served or kept; the rest degrades: it is told, and takes no server out of service.
ESSENTIAL = ("database", "storage")
_REMEMBER_S = 5
_asked: "dict[str, Future[str]]" = {}
# Who asks after our health does not wait: a service that has not answered by then counts as unreachable.
_WITHIN_S = 0.8


@dataclass(frozen=True, slots=True)
class Health:
    """`checks` has one word for each area, `details` what an operator reads."""

    status: str
    checks: dict[str, str]
    details: dict[str, Any]

    @property
    def alive(self) -> bool:
        """Whether this process can serve at all."""
        return self.checks["database"] == OK

    @property
    def ready(self) -> bool:
        """Whether everything that requests need is there."""
        return all(self.checks[name] == OK for name in ESSENTIAL)


def look() -> Health:
    """The state of everything, at most five seconds old. Never raises, and answers within about a second."""
    checks = _checks()
    details: dict[str, Any] = {}
    if checks["database"] == OK:
        try:
            details = _remembered()
        except DatabaseError as error:
            logger.warning("The database went away while it was asked about the others: %s", error)
            checks["database"] = FAILED
    if details:
        checks |= {name: DEGRADED if details["trouble"][name] else OK for name in ("workers", "beat", "publishing")}
    else:
        checks |= dict.fromkeys(("workers", "beat", "publishing"), FAILED)
    good = all(word == OK for word in checks.values())
    status = "healthy" if good else "unhealthy" if checks["database"] != OK else DEGRADED
    return Health(status, checks, details)


def _checks() -> dict[str, str]:
    """One word for each service. The database is asked by this thread, whose connection it is; the others beside it."""
    asked = {name: _ask(name, probe) for name, probe in _PROBES.items() if name != "database"}
    words = {"database": _try("database", _PROBES["database"])}
    wait(asked.values(), timeout=_WITHIN_S)
    words |= {name: answer.result() if answer.done() else FAILED for name, answer in asked.items()}
    return {name: words[name] for name in _PROBES}


def _ask(name: str, probe: Callable[[], None]) -> "Future[str]":
    """Ask on a thread; a service that still owes its last answer is not asked again."""
    owed = _asked.get(name)
    if owed is None or owed.done():
        owed = _asked[name] = _threads().submit(_try, name, probe)
    return owed


@lru_cache(1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=len(_PROBES), thread_name_prefix="health")


def _forget_threads() -> None:
    """A forked child has none of its parent's threads."""
    _threads.cache_clear()
    _asked.clear()


os.register_at_fork(after_in_child=_forget_threads)


def _try(name: str, probe: Callable[[], None]) -> str:
    try:
        probe()
    except Exception as error:
        logger.warning("The health check of %s failed: %s", name, error)
        return FAILED
    return OK


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def _cache() -> None:
    key, value = "health.probe", uuid.uuid4().hex
    cache.set(key, value, 30)
    if cache.get(key) is None:
        raise RuntimeError("The cache forgets at once.")


def _broker() -> None:
    location = str(settings.CELERY_BROKER_URL)
    if location.startswith(("redis://", "rediss://")):
        import redis  # slow to load, and absent from the embedded mode

        client = redis.Redis.from_url(location, socket_timeout=0.5, socket_connect_timeout=0.5)
        try:
            client.ping()
        finally:
            client.close()


def _storage() -> None:
    # Whether the file exists does not matter; the store has to answer.
    default_storage.exists("health-probe")


_PROBES: dict[str, Callable[[], None]] = {
    "database": _database,
    "cache": _cache,
    "broker": _broker,
    "storage": _storage,
}


def _remembered() -> dict[str, Any]:
    known: dict[str, Any] | None = cache.get("health.details")
    if known is None:
        known = _details()
        cache.set("health.details", known, _REMEMBER_S)
    return known


def _details() -> dict[str, Any]:
    with scope.system("health"):
        found = alarms.conditions()
        late = publishing_alarms.conditions()
        queues = selectors.queues()
        remembered = alarms.open_ones()
    names = [condition.name for condition in found]
    trouble = {
        "workers": any(name.startswith(("worker.", "queue.")) for name in names),
        "beat": "beat.silent" in names,
        "publishing": bool(late),
    }
    return {
        "at": clock.now(),
        "trouble": trouble,
        "conditions": [
            {"name": condition.name, "sentence": condition.sentence, **condition.details}
            for condition in (*found, *late)
        ],
        "alarms": [{"name": alarm.name, "since": alarm.began_at} for alarm in remembered],
        "queues": [
            {
                "queue": row.queue,
                "due": row.due,
                "running": row.running,
                "waiting": row.waiting,
                "late_s": round(row.late_s, 1),
                "threads": row.threads,
            }
            for row in queues
        ],
    }
