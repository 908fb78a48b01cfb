"""One run on the PostgreSQL database that the environment names. See `python -m benchmarks.publishing_queue --help`."""

import argparse
import os
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.publishing_stage.settings"
os.environ["CELERY_SKIP_CHECKS"] = "1"

from benchmarks.publishing_stage import sandbox

PORT = sandbox.free_port()
os.environ["SANDBOX_URL"] = f"http://127.0.0.1:{PORT}"
os.environ["YOUTUBE_DAILY_INSERTS"] = os.environ["YOUTUBE_CHANNEL_DAILY_LIMIT"] = "1000000"
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.db.models import Max, Min  # noqa: E402

from benchmarks.publishing_queue import rows  # noqa: E402
from benchmarks.publishing_stage import instant, people  # noqa: E402
from benchmarks.publishing_stage.people import Person  # noqa: E402
from benchmarks.publishing_stage.platforms import STAGES  # noqa: E402
from benchmarks.publishing_stage.workers import Workers  # noqa: E402
from core import clock, scope  # noqa: E402
from jobs.models import Job, Status  # noqa: E402
from publishing.models import PostTarget  # noqa: E402
from publishing.schedule import scheduler  # noqa: E402
from publishing.services import schedule  # noqa: E402
from publishing.services.schedule import When  # noqa: E402

PLACES, THREADS = 3, 4
held: list[bool] = []


def say(name: str, value: str, limit: str, good: bool) -> None:
    """One figure with its limit."""
    held.append(good)
    print(f"{'ok ' if good else 'NOT'}  {name:<58} {value:<22} limit {limit}", flush=True)


@contextmanager
def working(folder: Path, *, beat: bool, **more: str) -> Iterator[None]:
    """Celery workers, and beat if wanted."""
    os.environ.update(more)
    log = (folder / "beat.log").open("ab")
    argv = [sys.executable, "-m", "celery", "-A", "config", "beat", "-l", "WARNING", "--pidfile="]
    argv += ["-s", str(folder / "beat-schedule")]
    process = subprocess.Popen(argv, stdout=log, stderr=log) if beat else None
    workers = Workers(PLACES, folder / "workers.log")
    try:
        while len(workers.living) < PLACES:
            workers.check()
            time.sleep(0.1)
        time.sleep(5)
        yield
    finally:
        workers.close()
        if process is not None:
            process.kill()
            process.wait()
        log.close()
        for name in more:
            os.environ.pop(name)


def plan(count: int) -> None:
    """The due query among a million planned targets: its plan, and how long it takes."""
    began = time.monotonic()
    rows.planned(count)
    print(f"     {count:,} targets planned in {time.monotonic() - began:.0f} s", flush=True)
    explained = scheduler.due(clock.now()).values_list("pk", flat=True)[: scheduler.BATCH].explain(analyze=True)
    print("\n".join(f"     | {line}" for line in explained.splitlines()), flush=True)
    say("the due query reads its partial index", "target_due" if "target_due" in explained else "NO", "target_due",
        "target_due" in explained)  # fmt: skip
    times = []
    for _ in range(200):
        began = time.perf_counter()
        list(scheduler.due(clock.now()).values_list("pk", flat=True)[: scheduler.BATCH])
        times.append((time.perf_counter() - began) * 1000)
    p50 = statistics.median(times)
    say(f"due query among {count:,} rows, p50", f"{p50:.2f} ms", "5 ms", p50 < 5)


def burst(folder: Path, count: int) -> None:
    """Everything of one minute: queued in seconds, begun in due order, fair between workspaces."""
    workspaces = 100
    rows.due_at_once(count, workspaces)
    began = time.monotonic()
    moved = 0
    while moved < count and time.monotonic() - began < 120:
        moved += len(scheduler.move_due())
    took = time.monotonic() - began
    say(f"{moved:,} targets from scheduled to queued", f"{took:.2f} s", "5 s", took <= 5 and moved == count)
    mine = PostTarget.objects.filter(post__campaign=rows.BURST)
    began = time.monotonic()
    with working(folder, beat=True, **{instant.VARIABLE: "1"}):
        while (left := mine.filter(started_at=None).count()) and time.monotonic() - began < 1200:
            print(f"     {left:,} not begun after {time.monotonic() - began:.0f} s", flush=True)
            connection.close()
            time.sleep(15)
        print(f"     first steps of {count - left:,} in {time.monotonic() - began:.0f} s", flush=True)
        _order(mine, left)
        _processing(mine)


def _order(mine: "object", left: int) -> None:
    by_workspace: dict[object, list[tuple[object, object]]] = defaultdict(list)
    first = mine.aggregate(at=Min("started_at"))["at"]  # type: ignore[attr-defined]
    found = mine.exclude(started_at=None).values_list("workspace_id", "due_at", "started_at")  # type: ignore[attr-defined]
    for workspace_id, due_at, started_at in found:
        by_workspace[workspace_id].append((started_at, due_at))
    delays = [
        statistics.mean((started - first).total_seconds() for started, _ in items)  # type: ignore[operator]
        for items in by_workspace.values()
    ]
    ratio = max(delays) / statistics.median(delays)
    say("mean start delay of workspaces, max ÷ median", f"{ratio:.3f}", "2", ratio <= 2 and left == 0)
    worst = 0
    for items in by_workspace.values():
        wanted = sorted(due_at for _, due_at in items)  # type: ignore[type-var]
        for place, (_, due_at) in enumerate(sorted(items)):  # type: ignore[type-var]
            worst = max(worst, abs(place - wanted.index(due_at)))
    say("places by which a workspace's due order is left, at most", str(worst), f"{PLACES * THREADS} (threads)",
        worst <= PLACES * THREADS)  # fmt: skip


def _processing(mine: "object") -> None:
    time.sleep(3)
    waiting = mine.filter(state="processing").count()  # type: ignore[attr-defined]
    running = Job.objects.filter(status=Status.RUNNING).count()
    say(f"workers held by {waiting:,} targets in processing", str(running), "0", running == 0 and waiting >= 5000)
    rows.due_at_once(1, 1, campaign="probe")
    began = time.monotonic()
    probe = PostTarget.objects.filter(post__campaign="probe")
    while probe.filter(started_at=None).exists() and time.monotonic() - began < 60:
        connection.close()
        time.sleep(0.1)
    took = time.monotonic() - began
    say("one more post begins beside them after", f"{took:.1f} s", "10 s", took < 10)


def crowd(box: sandbox.Box, count: int) -> list[Person]:
    """People with one account each, in turn on each platform."""
    data = people.video_bytes()
    found = []
    for number in range(count):
        person = people.make_person(number, data)
        stage = list(STAGES.values())[number % len(STAGES)]
        people.connect(box, person, people.add_sample(box, stage, number))
        found.append(person)
    return found


def press(crowd_: list[Person]) -> None:
    """Everybody presses Publish at the same moment, in the sandbox's real time."""
    posts = [people.make_post(person, f"At once {n}", person.accounts) for n, person in enumerate(crowd_)]
    gate = threading.Barrier(len(posts))

    def one(person: Person, post_id: object) -> None:
        try:
            with scope.system("a person presses Publish"):
                gate.wait()
                schedule.publish_now(actor=person.actor, post_id=post_id)  # type: ignore[arg-type]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=pair) for pair in zip(crowd_, [p.pk for p in posts], strict=True)]
    began = clock.now()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    mine = PostTarget.objects.filter(post_id__in=[post.pk for post in posts])
    ends_at = time.monotonic() + 240
    while mine.exclude(state__in=["published", "failed"]).exists() and time.monotonic() < ends_at:
        connection.close()
        time.sleep(0.5)
    ends = mine.exclude(published_at=None).values_list("published_at", flat=True)
    times = sorted((at - began).total_seconds() for at in ends)
    share = 100 * len(times) / len(posts)
    say(f"{len(posts)} people press Publish at once: published", f"{share:.0f} %", "95 %", share >= 95)
    p95 = times[int(len(times) * 0.95) - 1] if times else float("inf")
    say("their P95", f"{p95:.1f} s", "120 s", p95 < 120)


def idle(crowd_: list[Person]) -> None:
    """Posts planned over a minute and a half begin at their time."""
    ids = []
    for number, person in enumerate(crowd_):
        post = people.make_post(person, f"Planned {number}", person.accounts)
        at = clock.now() + timedelta(seconds=30 + number * 90 / len(crowd_))
        schedule.schedule_post(actor=person.actor, post_id=post.pk, when=When(at=at, zone="UTC"))
        ids.append(post.pk)
    mine = PostTarget.objects.filter(post_id__in=ids)
    last = mine.aggregate(at=Max("due_at"))["at"]
    ends_at = time.monotonic() + (last - clock.now()).total_seconds() + 60
    while mine.filter(started_at=None).exists() and time.monotonic() < ends_at:
        connection.close()
        time.sleep(1)
    lates = sorted(
        (started - due_at).total_seconds()
        for started, due_at in mine.exclude(started_at=None).values_list("started_at", "due_at")
    )
    on_time = sum(late <= 10 for late in lates)
    print(f"     late by {statistics.median(lates):.1f} s in the middle, {max(lates):.1f} s at most", flush=True)
    say(f"of {len(ids)} planned posts begin within 10 s", str(on_time), "99 of 100", on_time >= 0.99 * len(ids))


def main() -> int:
    """Run the chosen parts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--planned", type=int, required=True)
    parser.add_argument("--due", type=int, required=True)
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--parts", required=True)
    options = parser.parse_args()
    parts = options.parts.split(",")
    folder = Path(settings.VAR_DIR)
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    with scope.system("queue run"):
        if "plan" in parts:
            plan(options.planned)
        if "burst" in parts:
            burst(folder, options.due)
        if "people" in parts or "idle" in parts:
            with sandbox.running(folder, PORT) as box:
                everybody = crowd(box, options.people)
                connection.close()
                with working(folder, beat=True):
                    if "people" in parts:
                        press(everybody)
                    if "idle" in parts:
                        idle(everybody)
    print("Held." if all(held) else "BROKEN.")
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
