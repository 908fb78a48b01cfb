"""Durable background jobs. This module is the whole interface other apps need.

`handler` and `periodic` register work, `enqueue` orders it, `Done`, `Again` and `Transient` end a run. Whatever touches
models is resolved on first use, because Django imports this package before models exist.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from jobs.outcomes import Again, Cancelled, Done, Ended, LeaseLost, Transient
from jobs.queues import Queue
from jobs.registry import handler, periodic

if TYPE_CHECKING:
    from jobs.context import JobContext
    from jobs.services import Order, enqueue, enqueue_many, wake_waiting

_LAZY = {
    "JobContext": "jobs.context",
    "Order": "jobs.services",
    "enqueue": "jobs.services",
    "enqueue_many": "jobs.services",
    "wake_waiting": "jobs.services",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'jobs' has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)


__all__ = [
    "Again",
    "Cancelled",
    "Done",
    "Ended",
    "JobContext",
    "LeaseLost",
    "Order",
    "Queue",
    "Transient",
    "enqueue",
    "enqueue_many",
    "handler",
    "periodic",
    "wake_waiting",
]
