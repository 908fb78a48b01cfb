"""Which kinds of job and which periodic actions exist. Filled when each app's `tasks` module is imported."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from jobs.outcomes import Again, Done, Ended
from jobs.queues import Queue

if TYPE_CHECKING:
    from jobs.context import JobContext

HandlerFunction = Callable[["JobContext"], Done | Again]
H = TypeVar("H", bound=HandlerFunction)
P = TypeVar("P", bound=Callable[[], None])


# The periodic action that wakes workers; its row tells whether beat lives.
TICK = "jobs.tick"


@dataclass(frozen=True, slots=True)
class JobKind:
    """A registered kind of job."""

    name: str
    queue: Queue
    function: HandlerFunction
    on_ended: Callable[[Ended], None] | None


@dataclass(frozen=True, slots=True)
class PeriodicAction:
    """A short action that beat repeats; anything slow in it enqueues a job."""

    name: str
    every: timedelta
    function: Callable[[], None]


kinds: dict[str, JobKind] = {}
periodic_actions: dict[str, PeriodicAction] = {}


def handler(
    kind: str, *, queue: Queue = Queue.DEFAULT, on_ended: Callable[[Ended], None] | None = None
) -> Callable[[H], H]:
    """Register the function that runs a kind of job.

    It may be run more than once, always continues from `ctx.checkpoint`, and must end quietly (a `NotFound` or a
    `Done`) when its subject is gone. `on_ended` is called in the transaction that ends a job failed or cancelled, for
    whatever reason (also a worker that died three times).
    """

    def register(function: H) -> H:
        known = kinds.get(kind)
        if known is not None and known.function.__qualname__ != function.__qualname__:
            raise RuntimeError(f"Two handlers claim the job kind {kind!r}.")
        kinds[kind] = JobKind(name=kind, queue=queue, function=function, on_ended=on_ended)
        return function

    return register


def periodic(name: str, *, every: timedelta) -> Callable[[P], P]:
    """Register a short action, run in the system scope about every so often, by exactly one process at a time."""

    def register(function: P) -> P:
        periodic_actions[name] = PeriodicAction(name=name, every=every, function=function)
        return function

    return register
