"""How a run of a job can end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from core.actor import Actor


@dataclass(frozen=True, slots=True)
class Done:
    """The job is finished.

    `commit` runs inside the transaction that ends the job, and only if this run still holds the lease: the only place
    where results go live. A mapping it returns is merged into `result`, which the API shows.
    """

    result: Mapping[str, Any] = field(default_factory=dict)
    commit: Callable[[], Mapping[str, Any] | None] | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """Run again `after` this long; until then no worker is held. `commit` as in `Done`."""

    after: timedelta
    commit: Callable[[], None] | None = None


class Transient(Exception):
    """What failed can heal by itself: try again after 1, 5, 15 minutes; saving a checkpoint starts the count again.

    `after` overrides the wait (a server said when to come back).
    """

    def __init__(self, message: str, *, code: str = "transient", after: timedelta | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = str(code)
        self.after = after


class Interrupted(Exception):
    """This run must stop; nothing it still does counts."""


class Cancelled(Interrupted):
    """Somebody cancelled the job."""


class LeaseLost(Interrupted):
    """Another run owns the job now."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a kind's `on_ended` learns, in the transaction that ends a job without a result.

    `status` is failed or cancelled; `code` and `message` say why.
    """

    job_id: UUID
    kind: str
    actor: Actor | None
    subject_id: UUID | None
    payload: Mapping[str, Any]
    status: str
    code: str
    message: str
