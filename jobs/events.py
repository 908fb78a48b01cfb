"""The event stream from anywhere (request, job, another process) to the pages that look at something.

An event is a hint: it may be lost, so a page fetches what it shows when it (re)connects.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models, transaction

from core import clock, outages
from core.outages import Breaker
from jobs import event_stream

logger = logging.getLogger(__name__)

_topics: dict[str, type[models.Model]] = {}
_breaker = Breaker("The event stream")


def register_topic(name: str, model: type[models.Model]) -> None:
    """Let pages listen to `name:<id>` of a model: the members of the workspace that a row belongs to may.

    Of the workspace itself its members may, of a person that person alone.
    """
    _topics[name] = model


def is_topic(name: str) -> bool:
    """Whether somebody registered this topic."""
    return name in _topics


def owners(topics: Iterable[str]) -> dict[str, UUID]:
    """By topic the id of the workspace or person it belongs to; what does not exist is absent.

    One query for each kind of topic, however many there are. In the system scope.
    """
    ids: dict[str, set[UUID]] = {}
    for topic in topics:
        name, _, subject_id = topic.partition(":")
        try:
            known = UUID(subject_id)
        except ValueError:
            continue
        # Only as events write it: another spelling of the id would hear nothing.
        if name in _topics and str(known) == subject_id:
            ids.setdefault(name, set()).add(known)
    found: dict[str, UUID] = {}
    for name, wanted in ids.items():
        model = _topics[name]
        if any(field.attname == "workspace_id" for field in model._meta.concrete_fields):
            rows = model._default_manager.filter(pk__in=wanted).values_list("pk", "workspace_id")
            found |= {f"{name}:{subject_id}": owner for subject_id, owner in rows}
        else:
            found |= {f"{name}:{subject_id}": subject_id for subject_id in wanted}
    return found


def envelope(topic: str, type: str, data: dict[str, Any], at: datetime) -> dict[str, Any]:
    """What a page receives."""
    instant = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"v": 1, "topic": topic, "type": type, "ts": instant, "data": data}


def publish_event(*, topic: str, id: UUID | str, type: str, data: dict[str, Any]) -> None:
    """Tell everyone who listens to `topic:id`, after the transaction in hand (if any) has committed. Never raises."""
    publish_events([(topic, id, type, data)])


def publish_events(messages: Sequence[tuple[str, UUID | str, str, dict[str, Any]]]) -> None:
    """Publish many `(topic, id, type, data)` in one trip. Never raises."""
    now = clock.now()
    ready = [
        (topic, json.dumps(envelope(topic, type, data, now), separators=(",", ":")))
        for topic, type, data in ((f"{name}:{id}", type, data) for name, id, type, data in messages)
    ]
    if ready:
        transaction.on_commit(lambda: _deliver(ready), robust=True)


def _deliver(messages: Sequence[tuple[str, str]]) -> None:
    """Send, or drop: the pages fetch what they show when they connect again."""
    if _breaker.open:
        return
    try:
        event_stream.publish(messages)
    except Exception as error:
        logger.warning("%d events could not be delivered and are dropped: %s", len(messages), error)
        if outages.of(error) is not None:
            _breaker.failed(error)
    else:
        _breaker.worked()
