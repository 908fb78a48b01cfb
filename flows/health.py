"""Whether the product works: what it stands on, who works for it, what is late.

Strangers learn one word for each area. Numbers, names and sentences are for operators.
"""

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection

from core import clock, scope
from jobs import alarms, selectors
from publishing import alarms as publishing_alarms

logger = logging.getLogger(__name__)

OK, FAILED, DEGRADED = "ok", "unreachable", "degraded"
# Without these nothing can be served or kept; the rest is told, and does not take a server out of service.
ESSENTIAL = ("database", "cache", "broker", "storage")
_REMEMBER_S = 5


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
    """The state of everything, at most five seconds old. Never raises."""
    checks = {name: _try(name, probe) for name, probe in _PROBES.items()}
    details: dict[str, Any] = {}
    if checks["database"] == OK:
        details = _remembered()
        checks |= {name: DEGRADED if details["trouble"][name] else OK for name in ("workers", "beat", "publishing")}
    else:
        checks |= dict.fromkeys(("workers", "beat", "publishing"), FAILED)
    good = all(word == OK for word in checks.values())
    status = "healthy" if good else "unhealthy" if checks["database"] != OK else DEGRADED
    return Health(status, checks, details)


def _try(name: str, probe: Callable[[], None]) -> str:
    try:
        probe()
    except Exception:
        logger.warning("The health check of %s failed.", name, exc_info=True)
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
        client = redis.Redis.from_url(location, socket_timeout=2, socket_connect_timeout=2)
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
