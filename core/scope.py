"""Which workspace's rows the present code may see, for PostgreSQL's row-level security.

The scope is a context variable. The database backend `core.db.postgresql` writes it into the session with the next
query whenever it changed, so no path (request, job, socket, command) can forget it, and a pooled connection never
carries the scope of its last user. Without a scope every workspace table shows no rows. On SQLite the scope has no
effect; `for_workspace` is the filter on both databases.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Scope:
    """`workspace_id` as text ('' for none) and `mode` ('system' or '')."""

    workspace_id: str = ""
    mode: str = ""


NOTHING = Scope()
_current: ContextVar[Scope] = ContextVar("core_scope", default=NOTHING)


def current() -> Scope:
    """The scope in force."""
    return _current.get()


@contextmanager
def workspace(workspace_id: UUID) -> Iterator[None]:
    """See one workspace's rows, and write only there."""
    token = _current.set(Scope(workspace_id=str(workspace_id)))
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def system(reason: str) -> Iterator[None]:
    """See every row. Entered by name only: sweeps, the admin, webhooks, signed media, sign-up."""
    if not reason:
        raise ValueError("The system scope wants a reason.")
    token = _current.set(Scope(mode="system"))
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def request() -> Iterator[None]:
    """Hold one request's scope: nothing at first, whatever `enter` says later, and the former one at the end."""
    token = _current.set(NOTHING)
    try:
        yield
    finally:
        _current.reset(token)


def enter(workspace_id: UUID) -> None:
    """Set the scope of the request in hand, as soon as its actor is known."""
    _current.set(Scope(workspace_id=str(workspace_id)))


def enter_system(reason: str) -> None:
    """Set the system scope for the request in hand (the operator's admin)."""
    if not reason:
        raise ValueError("The system scope wants a reason.")
    _current.set(Scope(mode="system"))
