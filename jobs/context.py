"""What a handler sees of its job."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError

from core import child as children
from core import clock, outages
from core.actor import Actor
from jobs import db_connections, job_events
from jobs.leases import Lease
from jobs.models import Job, Status
from jobs.outcomes import Cancelled, LeaseLost

logger = logging.getLogger(__name__)

_EVENT_EVERY_S = 0.25
_ROW_EVERY_S = 5.0


class JobContext:
    """One run of one job. `token` names this run: files it writes before the end carry it in their path."""

    def __init__(self, job: Job, lease: Lease) -> None:
        self._job = job
        self._lease = lease
        self._event_at = self._row_at = -_ROW_EVERY_S
        self._stage = job.stage
        self._waiting_for_child = False
        self.job_id: UUID = job.pk
        self.kind: str = job.kind
        self.attempt: int = job.attempts
        self.subject_type: str = job.subject_type
        self.payload: dict[str, Any] = dict(job.payload)
        self.checkpoint: dict[str, Any] = dict(job.checkpoint)
        self.token: str = lease.token.hex

    @property
    def actor(self) -> Actor:
        """Who ordered the job."""
        actor = self._job.actor
        if actor is None:
            raise RuntimeError(f"{self._job} is a job of the system and has no actor.")
        return actor

    @property
    def workspace_id(self) -> UUID:
        """The job's workspace, which is also the scope it runs in."""
        return self.actor.workspace_id

    @property
    def subject_id(self) -> UUID:
        """What the job is about."""
        if self._job.subject_id is None:
            raise RuntimeError(f"{self._job} was ordered without a subject.")
        return self._job.subject_id

    def stopped(self) -> bool:
        """Whether this run must end (cancelled, or the lease is gone); cheap, for loops of one's own."""
        return self._lease.stopped()

    def check(self) -> None:
        """Raise when this run must end. Call it between steps."""
        if self._lease.lost.is_set():
            raise LeaseLost("Another run owns this job now.")
        if self._lease.cancelled.is_set():
            raise Cancelled("The job was cancelled.")

    def progress(self, pct: float, stage: str = "") -> None:
        """Say how far it is: to the pages at most 4 times a second, to the row every 5 s and when the stage changes."""
        self.check()
        now = time.monotonic()
        whole = max(0, min(100, int(pct)))
        new_stage = bool(stage) and stage != self._stage
        self._stage = stage or self._stage
        if new_stage or now - self._event_at >= _EVENT_EVERY_S:
            self._event_at = now
            job_events.publish_progress(self._job, whole, self._stage)
        if new_stage or now - self._row_at >= _ROW_EVERY_S:
            self._row_at = now
            try:
                self._write(progress_pct=whole, stage=self._stage[:80])
            except (OperationalError, InterfaceError) as error:
                if outages.of(error) is None:
                    raise
                # How far it is may be written later; the work itself needs no database.
                logger.warning("The progress could not be written: %s", error)
                db_connections.release()

    def save_checkpoint(self, checkpoint: Mapping[str, Any]) -> None:
        """Keep what the next run continues from. It counts as progress: transient failures are counted from zero."""
        self.check()
        self._write(checkpoint=dict(checkpoint), transient_failures=0)
        self.checkpoint = dict(checkpoint)
        self._job.transient_failures = 0

    def run_child(
        self,
        argv: Sequence[str],
        *,
        on_line: Callable[[dict[str, Any]], None] = lambda entry: None,
        limits: children.Limits | None = None,
        stdin_line: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
    ) -> None:
        """Run a child process to its end, handing each JSON line to `on_line`.

        It is killed as a group when the job is cancelled or the lease is lost. No database connection is held while
        waiting. Raises `core.child.ChildError`, `Cancelled` or `LeaseLost`.
        """
        self.check()
        process = children.Child(
            argv=argv,
            limits=limits or children.Limits(),
            should_stop=self._lease.stopped,
            env=env,
            stdin_line=stdin_line,
            cwd=cwd,
        )
        with self.without_connection():
            try:
                children.run(process, on_line)
            except children.ChildError as error:
                if error.reason == "stopped":
                    self.check()
                raise

    @contextmanager
    def without_connection(self) -> Iterator[None]:
        """Give the database connection back for the length of a long wait; a query inside takes one for a moment."""
        self._waiting_for_child = True
        db_connections.release()
        try:
            yield
        finally:
            self._waiting_for_child = False

    def _write(self, **fields: Any) -> None:
        rows = Job.objects.filter(pk=self.job_id, lease_token=self._lease.token, status=Status.RUNNING)
        if not rows.update(updated_at=clock.now(), **fields):
            self._lease.lost.set()
            raise LeaseLost("Another run owns this job now.")
        if self._waiting_for_child:
            db_connections.release()
