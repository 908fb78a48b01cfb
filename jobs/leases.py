"""The leases of this process and the one thread that renews them all.

A lease that could not be renewed, or that another run took, is marked lost; whoever waits for a child sees that within
a fraction of a second and kills it. The process judges itself: when the database cannot be reached for as long as a
lease lasts, its leases are lost, because by then somebody else may hold them.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from core import clock, scope
from core.background_threads import Loop
from jobs import conf
from jobs.models import Job, Status, Worker
from jobs.queues import URGENCY

logger = logging.getLogger(__name__)

# After an outage the leases must be renewed before they run out, so the heartbeat never waits longer than this.
_MOST_PAUSE_S = 5.0


def worker_name() -> str:
    """This process as jobs and operators see it."""
    return f"{socket.gethostname()[:80]}:{os.getpid()}"


@dataclass
class Lease:
    """One claim held by this process."""

    job_id: UUID
    token: UUID
    queue: str = ""
    lost: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)

    def stopped(self) -> bool:
        """Whether the run must end."""
        return self.lost.is_set() or self.cancelled.is_set()


class Keeper:
    """Holds this process's leases; its thread starts with the first need and again after a fork."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Start empty (also in a forked child, where the thread does not exist)."""
        self._leases: dict[UUID, Lease] = {}
        self._lock = threading.Lock()
        # Held while the workers' rows are written, so that none comes back after its worker has left.
        self._rows_lock = threading.Lock()
        self._loop = Loop(
            "jobs-heartbeat",
            self.heartbeat_tick,
            lambda: min(conf.cancel_poll_s(), conf.heartbeat_s()),
            most_pause_s=_MOST_PAUSE_S,
        )
        self._beat_at = time.monotonic() + conf.heartbeat_s()
        self._workers: dict[str, tuple[str, int]] = {}
        self._renewed = time.monotonic()

    @contextmanager
    def holding(self, lease: Lease, *, background: bool = True) -> Iterator[Lease]:
        """Renew the lease until the block ends. `background` False only registers it (tests)."""
        with self._lock:
            if not self._leases:
                self._renewed = time.monotonic()
            self._leases[lease.token] = lease
        if background:
            self._ensure_thread()
        try:
            yield lease
        finally:
            with self._lock:
                self._leases.pop(lease.token, None)

    def announce_worker(self, name: str, queues: list[str], threads: int) -> None:
        """Keep a row that says this worker is alive, and how many threads it has for which queues."""
        with self._lock:
            self._workers[name] = (",".join(queues), threads)
        # First, because it also writes the row that cannot be written now.
        self._ensure_thread()
        self.show_workers()

    def queues_beside(self, queue: str) -> tuple[str, ...]:
        """The queues that this process's worker of a queue serves, the most urgent first."""
        with self._lock:
            served = [names.split(",") for names, _ in self._workers.values()]
        mine = next((names for names in served if queue in names), [queue])
        return tuple(name for name in URGENCY if name in mine)

    def queues_with_room(self, wanted: Collection[str]) -> list[str]:
        """One of the wanted queues for each free thread of this process's workers, the most urgent first."""
        with self._lock:
            workers = [(names.split(","), threads) for names, threads in self._workers.values()]
            busy = [lease.queue for lease in self._leases.values()]
        found: list[str] = []
        for names, threads in workers:
            free = threads - sum(queue in names for queue in busy)
            served = [str(name) for name in URGENCY if name in names and name in wanted]
            found += (served * threads)[: max(0, free)]
        return found

    def withdraw_workers(self) -> None:
        """Take the rows of this process's workers away (a clean shutdown)."""
        with self._rows_lock, scope.system("a worker leaves"):
            with self._lock:
                names, self._workers = list(self._workers), {}
            Worker.objects.filter(name__in=names).delete()

    def forget_workers(self) -> None:
        """Take away the rows of every worker: the caller knows that none lives (it holds `var/up.lock`)."""
        with self._rows_lock, scope.system("no worker lives"):
            Worker.objects.all().delete()

    def held(self) -> list[Lease]:
        """The leases in hand."""
        with self._lock:
            return list(self._leases.values())

    def cancelled_here(self, job_id: UUID) -> None:
        """Pass a wish to cancel on at once when the job runs in this very process."""
        for lease in self.held():
            if lease.job_id == job_id:
                lease.cancelled.set()

    def look(self) -> None:
        """See which of the leases in hand somebody took, and which jobs are to be cancelled."""
        held = self.held()
        if not held:
            return
        with scope.system("watch leases"):
            rows = Job.objects.filter(lease_token__in=[lease.token for lease in held], status=Status.RUNNING)
            wishes = dict(rows.values_list("lease_token", "cancel_requested_at"))
        for lease in held:
            if lease.token not in wishes:
                self._lose(lease)
            elif wishes[lease.token] is not None:
                lease.cancelled.set()

    def renew(self) -> None:
        """Extend every lease in hand by one UPDATE, then look."""
        tokens = [lease.token for lease in self.held()]
        if tokens:
            until = clock.now() + timedelta(seconds=conf.lease_s())
            with scope.system("renew leases"):
                Job.objects.filter(lease_token__in=tokens, status=Status.RUNNING).update(lease_expires_at=until)
        self._renewed = time.monotonic()
        self.look()

    def show_workers(self) -> None:
        """Write the rows of this process's workers."""
        now = clock.now()
        with self._rows_lock, scope.system("a worker is alive"):
            with self._lock:
                workers = dict(self._workers)
            for name, (queues, threads) in workers.items():
                Worker.objects.update_or_create(
                    name=name,
                    defaults={"queues": queues, "threads": threads, "seen_at": now},
                    create_defaults={"queues": queues, "threads": threads, "seen_at": now, "started_at": now},
                )

    def hand_back(self, *chosen: Lease) -> int:
        """Give leases (all in hand) back unfinished, without counting them as lost (a clean shutdown)."""
        held = list(chosen) or self.held()
        with scope.system("hand leases back"):
            returned = Job.objects.filter(
                lease_token__in=[lease.token for lease in held], status=Status.RUNNING
            ).update(
                status=Status.QUEUED,
                lease_token=None,
                lease_expires_at=None,
                updated_at=clock.now(),
            )  # fmt: skip
        for lease in held:
            lease.lost.set()
        return returned

    def stop(self) -> None:
        """End the thread (a process that lives on after its workers)."""
        self._loop.stop(join_s=5)

    def _ensure_thread(self) -> None:
        self._loop.start()

    def heartbeat_tick(self) -> None:
        """One step of the heartbeat: renew when it is time, else look. Raises when the database is away."""
        try:
            if time.monotonic() < self._beat_at:
                self.look()
                return
            self.renew()
            self.show_workers()
            self._beat_at = time.monotonic() + conf.heartbeat_s()
        finally:
            self.judge()

    def judge(self) -> None:
        """Without a renewal for as long as a lease lasts, every lease in hand is lost."""
        if time.monotonic() - self._renewed > conf.lease_s():
            for lease in self.held():
                self._lose(lease)

    def _lose(self, lease: Lease) -> None:
        with self._lock:
            still_held = lease.token in self._leases
        if still_held and not lease.lost.is_set():
            lease.lost.set()
            logger.warning("The lease of job %s was lost; its run is stopped.", lease.job_id)


keeper = Keeper()
os.register_at_fork(after_in_child=keeper.reset)
