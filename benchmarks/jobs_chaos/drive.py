"""One chaos run on the database that the environment names. See `python -m benchmarks.jobs_chaos --help`."""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.jobs_chaos.floor"
# A Celery worker would check the URLs of all layers at its start.
os.environ["CELERY_SKIP_CHECKS"] = "1"
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Count, Min, Sum  # noqa: E402

import jobs  # noqa: E402
from accounts.models import Workspace  # noqa: E402
from benchmarks.jobs_chaos.models import Effect  # noqa: E402
from core import clock, scope  # noqa: E402
from core.actor import Actor  # noqa: E402
from jobs.models import UNFINISHED, Job, Status  # noqa: E402

WORKSPACES = 5
KINDS = {"chaos.plain": 70, "chaos.waiting": 15, "chaos.failing": 10, "chaos.child": 5}
# Near the end there must be jobs left for a new worker to finish first.
LEAVE_ALONE = 60
# Some more than asked for, then the rest may finish in peace.
MORE_KILLS = 5
# On a busy machine the driver may come late; such a kill happens but does not count.
LATEST_KILL_S = 4.0
PRODUCTION_WORKERS = 3


@dataclass
class Victim:
    """One place for a worker process, filled again after each kill. `kill_at` follows its first finished job."""

    argv: list[str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    kill_at: float | None = None
    first_at: float = 0.0

    def start(self) -> None:
        handle = self.log.open("ab")
        self.process = subprocess.Popen(self.argv, stdout=handle, stderr=handle)
        self.kill_at = None

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@dataclass
class Report:
    """What happened."""

    database: str
    jobs: int
    kills: int = 0
    late_kills: int = 0
    kill_delays_s: list[float] = field(default_factory=list)
    lost: int = 0
    duplicates: int = 0
    unfinished: int = 0
    failed: int = 0
    leases_lost: int = 0
    seconds: float = 0.0

    def sentence(self) -> str:
        return (
            f"{self.database}: {self.jobs} jobs, {self.kills} kills "
            f"({min(self.kill_delays_s, default=0):.1f} to {max(self.kill_delays_s, default=0):.1f} s after a "
            f"worker's first finished job; {self.late_kills} later ones not counted), "
            f"{self.lost} lost, {self.duplicates} duplicates, "
            f"{self.unfinished} unfinished, {self.failed} failed, {self.leases_lost} leases taken back, "
            f"{self.seconds:.0f} s"
        )

    def held(self, least_kills: int) -> bool:
        bad = self.lost + self.duplicates + self.unfinished + self.failed
        return bad == 0 and self.kills >= least_kills


def order_jobs(count: int) -> list[UUID]:
    """Order the jobs in the name of several workspaces, a hundred in a transaction."""
    actors = [Actor.system(Workspace.objects.create(name=f"Chaos {n}").pk) for n in range(WORKSPACES)]
    names = random.choices(list(KINDS), weights=list(KINDS.values()), k=count)
    ordered: list[UUID] = []
    for start in range(0, count, 100):
        with transaction.atomic():
            for number, name in enumerate(names[start : start + 100], start):
                ordered.append(jobs.enqueue(kind=name, actor=actors[number % WORKSPACES]).pk)
    return ordered


def victims(log: Path) -> tuple[list[Victim], list["subprocess.Popen[bytes]"]]:
    """The worker places of the mode, and processes that are left alone (two beats: any number is harmless)."""
    if settings.EMBEDDED:
        return [Victim([sys.executable, "-m", "benchmarks.jobs_chaos.worker"], log)], []
    celery = [sys.executable, "-m", "celery", "-A", "config"]
    worker = [*celery, "worker", "-P", "threads", "-c", "4", "-Q", "interactive,default,publish,media"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING"]
    places = [Victim([*worker, *quiet, "-n", f"chaos{n}@%h"], log) for n in range(PRODUCTION_WORKERS)]
    with log.open("ab") as handle:
        beats = [
            subprocess.Popen(
                [*celery, "beat", "-l", "WARNING", "--pidfile="], stdout=handle, stderr=handle, start_new_session=True
            )
            for _ in range(2)
        ]
    return places, beats


def first_effects() -> dict[int, Any]:
    """The instant of the first effect of each worker process."""
    return dict(Effect.objects.values_list("pid").annotate(first=Min("at")).order_by())


def torment(places: list[Victim], report: Report, most_kills: int, timeout_s: float) -> None:
    """Kill each worker 1 to 4 s after its first finished job and start another; then let the rest finish."""
    ends_at = time.monotonic() + timeout_s
    shown_at = 0.0
    for place in places:
        place.start()
    while time.monotonic() < ends_at:
        left = Job.objects.filter(status__in=UNFINISHED).count()
        if left == 0:
            return
        if time.monotonic() - shown_at > 10:
            shown_at = time.monotonic()
            print(f"  {report.database}: {left} jobs left, {report.kills} kills", flush=True)
        effects = first_effects()
        for place in places:
            assert place.process is not None
            if place.process.poll() is not None:
                raise RuntimeError(f"A worker ended by itself; see {place.log}.")
            if place.kill_at is None:
                if place.process.pid in effects:
                    place.first_at = time.monotonic() - (clock.now() - effects[place.process.pid]).total_seconds()
                    place.kill_at = place.first_at + random.uniform(1.0, 3.7)
            elif time.monotonic() >= place.kill_at and left > LEAVE_ALONE and report.kills < most_kills:
                delay = time.monotonic() - place.first_at
                place.kill()
                if delay <= LATEST_KILL_S:
                    report.kills += 1
                    report.kill_delays_s.append(delay)
                else:
                    report.late_kills += 1
                place.start()
        connection.close()
        time.sleep(0.1)


def judge(report: Report, ordered: list[UUID]) -> None:
    """Count what must not be."""
    effects = dict(Effect.objects.values_list("job_id").annotate(n=Count("pk")).order_by())
    report.lost = sum(1 for job_id in ordered if job_id not in effects)
    report.duplicates = sum(n - 1 for n in effects.values())
    report.unfinished = Job.objects.filter(status__in=UNFINISHED).count()
    report.failed = Job.objects.filter(status__in=(Status.FAILED, Status.CANCELLED)).count()
    report.leases_lost = Job.objects.aggregate(total=Sum("lost_leases"))["total"] or 0


def main() -> int:
    """Run once; the last line of the output is the report as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--timeout-s", type=float, required=True)
    options = parser.parse_args()
    started = time.monotonic()
    report = Report(database=connection.vendor, jobs=options.jobs)
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    with scope.system("chaos run"):
        ordered = order_jobs(options.jobs)
        places, beats = victims(Path(settings.VAR_DIR) / "workers.log")
        try:
            torment(places, report, options.kills + MORE_KILLS, options.timeout_s)
        finally:
            for process in [place.process for place in places] + beats:
                if process is not None:
                    process.kill()
                    process.wait()
        judge(report, ordered)
    report.seconds = time.monotonic() - started
    print(report.sentence())
    held = report.held(options.kills)
    print(json.dumps({"held": held, "kills": report.kills, "lost": report.lost, "duplicates": report.duplicates}))
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
