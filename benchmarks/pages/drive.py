"""One run on the database that the environment names. See `python -m benchmarks.pages --help`."""

import argparse
import gzip
import logging
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import django

django.setup()

from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402

from accounts.models import User, Workspace  # noqa: E402
from benchmarks.pages import seed  # noqa: E402
from core import clock, scope  # noqa: E402
from core.db.postgresql.cursor import ScopeCursor  # noqa: E402
from publishing.models import Post, PostTarget, SocialAccount  # noqa: E402
from publishing.services import creator_options  # noqa: E402
from videos.models import Video  # noqa: E402

# What the three bare pages cost on average on the machine whose ms the limits are: a slower one is given its factor.
BARE_MS = 8.0
BARE_PAGES = ("bare page of posts", "bare page of files", "bare page of videos")


@dataclass(frozen=True, slots=True)
class Subject:
    """An address to measure: its limit in ms of application and database together, and what it is compared with.

    Limits in ms are those of a machine where bare pages cost `BARE_MS`.
    """

    name: str
    path: str
    limit_ms: float | None = None
    ratio_to: str = ""
    limit_ratio: float | None = None
    db_only: bool = False
    fragment: bool = False


@dataclass(slots=True)
class Cost:
    """What one request cost: statements, ms of our CPU, ms of the database's CPU (its time where that is unknown)."""

    sql: int = 0
    app_ms: float = 0.0
    db_ms: float = 0.0
    wall_ms: float = 0.0
    raw: int = 0
    sent: int = 0

    @property
    def all_ms(self) -> float:
        return self.app_ms + self.db_ms


class Database:
    """Counts messages to the database and their time, `set_config` among them; on PostgreSQL the server's own CPU."""

    def __init__(self, *, show: bool) -> None:
        self.show, self.sql, self.spent_ms = show, 0, 0.0
        self._proc: Path | None = None
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # One process does all the work, so that its CPU is all of it.
                cursor.execute("SET max_parallel_workers_per_gather = 0")
                cursor.execute("SET jit = off")
                cursor.execute("SELECT pg_backend_pid()")
                path = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
            if path.exists() and "127.0.0.1" in connection.settings_dict["HOST"]:
                self._proc = path

    def cpu_ms(self) -> float | None:
        return int(self._proc.read_text().split()[0]) / 1e6 if self._proc else None

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Count what is executed within."""
        self.sql, self.spent_ms = 0, 0.0
        write = ScopeCursor._write

        def counted(*args: Any) -> None:
            # A scope that has a message of its own; most go along with another statement.
            self.sql += 1
            write(*args)

        with mock.patch.object(ScopeCursor, "_write", counted), connection.execute_wrapper(self._execute):
            yield

    def _execute(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.sql += 1
        began = time.thread_time() if connection.vendor == "sqlite" else time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            ended = time.thread_time() if connection.vendor == "sqlite" else time.perf_counter()
            self.spent_ms += 1000 * (ended - began)
            if self.show:
                print(f"      | {1000 * (ended - began):6.1f} ms  {sql[:1200]}")


def measure(client: Client, database: Database, subject: Subject, runs: int) -> Cost:
    """The median of several requests, after two that fill caches."""
    headers = {"HX-Request": "true"} if subject.fragment else {}
    headers["Accept-Encoding"] = "gzip"
    costs = []
    for number in range(-2, runs):
        database.show = database.show and number == -2
        cost = Cost()
        with database.watched():
            db_before, app_before, wall = database.cpu_ms(), time.process_time(), time.perf_counter()
            response = client.get(subject.path, headers=headers)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            cost.app_ms = 1000 * (time.process_time() - app_before)
            cost.wall_ms = 1000 * (time.perf_counter() - wall)
            cost.sql, cost.db_ms = database.sql, database.spent_ms
        db_after = database.cpu_ms()
        if db_before is not None and db_after is not None:
            cost.db_ms = db_after - db_before
        elif connection.vendor == "sqlite":
            cost.app_ms -= cost.db_ms
        if response.status_code != 200:
            raise SystemExit(f"{subject.path} answered {response.status_code}: {body[:300]!r}")
        cost.sent = len(body)
        cost.raw = len(gzip.decompress(body)) if response.get("Content-Encoding") == "gzip" else len(body)
        if number >= 0:
            costs.append(cost)
    middle = {name: statistics.median(getattr(cost, name) for cost in costs) for name in Cost.__slots__}
    return Cost(**middle)


def subjects() -> list[Subject]:
    """Every page and list, what it may cost, and its bare neighbour."""
    with scope.system("choose what is measured"):
        own = Workspace.objects.get(name="Client 0")
        first, second, third = Video.objects.filter(workspace=own).order_by("created_at", "id")[:3]
        post = Post.objects.filter(workspace=own, state="published").order_by("-created_at").first()
        target = PostTarget.objects.filter(workspace=own).order_by("id").first()
        assert post is not None
        assert target is not None
    last = f"?date={(clock.now() + timedelta(days=14)).date()}"
    pair = f"v={first.pk}&v={second.pk}&v={third.pk}"
    return [
        Subject("nothing (middleware)", "/bare/nothing/"),
        Subject("bare page of posts", "/bare/pages/posts/"),
        Subject("bare page of files", "/bare/pages/media/"),
        Subject("bare page of videos", "/bare/pages/videos/"),
        Subject("dashboard", "/dashboard/", 60, "bare page of posts"),
        Subject("posts", "/posts/", 45, "bare page of posts"),
        Subject("post", f"/posts/{post.pk}/", None, "bare page of posts"),
        Subject("schedule, this week", "/schedule/", 110, "bare page of posts"),
        Subject("schedule, later week", f"/schedule/{last}", 110, "bare page of posts"),
        Subject("media library", "/media/", 28, "bare page of files"),
        Subject("video library", "/videos/", 60, "bare page of videos"),
        Subject("video", f"/videos/{first.pk}/", 60, "bare page of videos"),
        Subject("videos built alike", f"/videos/{first.pk}/_alike/", 60, "bare page of videos", fragment=True),
        Subject("compare videos", f"/videos/compare/?{pair}", 60, "bare page of videos"),
        Subject("best posts", "/videos/compare/_best/", 60, "bare page of videos", fragment=True),
        Subject("compose", "/compose/", 45, "bare page of posts"),
        Subject("analytics", "/analytics/", 60, "bare page of posts"),
        Subject("connections", "/settings/connections/", None, "bare page of posts"),
        Subject("edits", "/edits/", None, "bare page of posts"),
        Subject("admin posts", "/admin/publishing/post/", 100, db_only=True),
        Subject("admin posts, search", "/admin/publishing/post/?q=studio", 100, db_only=True),
        Subject("admin targets", "/admin/publishing/posttarget/", 100, db_only=True),
        Subject("admin targets, search", f"/admin/publishing/posttarget/?q={target.pk}", 100, db_only=True),
        Subject("admin targets, words", "/admin/publishing/posttarget/?q=client7", 100, db_only=True),
        Subject("admin snapshots", "/admin/analytics/metricsnapshot/", 100, db_only=True),
        Subject("admin latest numbers", "/admin/analytics/latestmetrics/", 100, db_only=True),
        Subject("admin scores", "/admin/patterns/patternscore/", 100, db_only=True),
        Subject("bare list of videos", "/bare/api/videos"),
        Subject("bare list of posts", "/bare/api/posts"),
        Subject("bare list of patterns", "/bare/api/patterns"),
        Subject("API videos", "/api/v1/videos", None, "bare list of videos", 1.20),
        Subject("API posts", "/api/v1/posts", None, "bare list of posts", 1.20),
        Subject("API patterns", "/api/v1/patterns", None, "bare list of patterns", 1.20),
        Subject("API patterns from 50", "/api/v1/patterns?min_score=50", None, "bare list of patterns"),
        Subject("API similar videos", f"/api/v1/videos/{first.pk}/similar", None, "bare list of videos"),
    ]


def verdict(subject: Subject, cost: Cost, ratio: float | None, factor: float) -> str:
    """Whether the limit is kept on a machine that takes `factor` times as long, in words."""
    if subject.limit_ratio is not None and ratio is not None:
        return f"{'ok' if ratio <= subject.limit_ratio else 'OVER'} (≤ {subject.limit_ratio:.2f} ×)"
    if subject.limit_ms is None:
        return ""
    spent = cost.db_ms if subject.db_only else cost.all_ms
    what = " db" if subject.db_only else ""
    limit_ms = subject.limit_ms * factor
    return f"{'ok' if spent <= limit_ms else 'OVER'} (≤ {limit_ms:.0f} ms{what}: {subject.limit_ms:g} × {factor:.2f})"


@override_settings(ROOT_URLCONF="benchmarks.pages.bare")
def main() -> int:
    """Seed, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--only", default="")
    parser.add_argument("--sql", action="store_true")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    call_command("collectstatic", interactive=False, verbosity=0)
    seed.prepare(options.scale)
    with scope.system("sign in"):
        accounts = list(SocialAccount.objects.filter(workspace__name="Client 0"))
    for account in accounts:
        # What a platform was asked a moment ago.
        cache.set(creator_options._key(account), {}, 3600)
    client = Client()
    with scope.system("sign in"):
        owner = User.objects.get(email="owner@example.com")
        client.force_login(owner, backend="accounts.backends.AddressBackend")
    database = Database(show=False)
    kind = "CPU" if database.cpu_ms() is not None else "time"
    print(f"{connection.vendor}, load {os.getloadavg()[0]:.1f}; database {kind}; median of {options.runs}")
    print(f"{'':24} {'SQL':>4} {'app':>7} {'db':>7} {'both':>7} {'HTML':>8} {'sent':>8}  ratio   limit", flush=True)
    bare: dict[str, Cost] = {}
    factor, over = 1.0, 0
    wanted = [word for word in options.only.split(",") if word]
    for subject in subjects():
        if wanted and "bare" not in subject.name and not any(word in subject.name for word in wanted):
            continue
        database.show = options.sql and "bare" not in subject.name
        cost = bare[subject.name] = measure(client, database, subject, options.runs)
        if subject.name == BARE_PAGES[-1]:
            factor = statistics.mean(bare[name].all_ms for name in BARE_PAGES) / BARE_MS
        ratio = cost.all_ms / bare[subject.ratio_to].all_ms if subject.ratio_to else None
        words = verdict(subject, cost, ratio, factor)
        over += words.startswith("OVER")
        print(
            f"{subject.name:24} {cost.sql:4.0f} {cost.app_ms:7.1f} {cost.db_ms:7.1f} {cost.all_ms:7.1f} "
            f"{cost.raw:8.0f} {cost.sent:8.0f}  {f'{ratio:5.2f}' if ratio else '     '}   {words}",
            flush=True,
        )
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
