"""One chaos run on the database that the environment names. See `python -m benchmarks.publishing_chaos --help`."""

import argparse
import json
import os
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.publishing_stage.settings"
os.environ["CELERY_SKIP_CHECKS"] = "1"

from benchmarks.publishing_stage import sandbox, virtual

PORT = sandbox.free_port()
os.environ["SANDBOX_URL"] = f"http://127.0.0.1:{PORT}"
os.environ["YOUTUBE_DAILY_INSERTS"] = os.environ["YOUTUBE_CHANNEL_DAILY_LIMIT"] = "1000000"
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Min, Q  # noqa: E402

from benchmarks.publishing_stage import people  # noqa: E402
from benchmarks.publishing_stage.people import Person  # noqa: E402
from benchmarks.publishing_stage.platforms import STAGES, Stage  # noqa: E402
from benchmarks.publishing_stage.workers import Workers  # noqa: E402
from core import clock, scope  # noqa: E402
from jobs import periodic_actions, registry, wake  # noqa: E402
from jobs.models import CLAIMABLE, Job, Status, Worker  # noqa: E402
from publishing.models import AccountStatus, PostTarget, SocialAccount  # noqa: E402
from publishing.services import schedule  # noqa: E402
from publishing.services.schedule import When  # noqa: E402

WORKSPACES = 4
ACCOUNTS_EACH = 3
ACCOUNTS_OF_A_POST = 3
PRODUCTION_WORKERS = 3
# One call in five: each kind has the same share of it.
SHARE_OF_FAULTS = 0.2
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "error_before", "status": 503},
    {"kind": "error_after", "status": 500},
    {"kind": "reset_before"},
    {"kind": "reset_after"},
    {"kind": "timeout_before", "seconds": 0.4},
    {"kind": "timeout_after", "seconds": 0.4},
    {"kind": "rate_limit", "retry_after": 45},
    {"kind": "rate_limit"},
    {"kind": "token_expired"},
)
SHARE_OF_BROKEN_PROCESSING = 0.05
# And every second call that may make a post public: before it is done, or after.
SHARE_OF_BROKEN_COMMITS = 0.5
COMMIT_FAULTS = tuple(fault for fault in FAULTS if str(fault["kind"]).endswith(("_before", "_after")))
# What is posted, in turn.
KINDS = ("video", "words", "video", "picture", "video")
# What is planned is spread over so many seconds for each post.
SPREAD_S = 1.5
# Every so many seconds one of the workers is killed.
KILL_AFTER_S = (2.0, 5.0)
# Time is moved to what comes next, but never by less than the least step: hundreds of targets look at their platforms
# every few seconds, and without it an hour would take an hour. In larger steps when nothing has moved for a while.
LEAST_STEP_S, STEP_S, FAR_STEP_S = 5.0, 10.0, 600.0
ENDED = Q(state__in=["published", "failed", "cancelled"]) | Q(state="unconfirmed", asked_at__isnull=False)


@dataclass
class Report:
    """What happened."""

    database: str
    posts: int
    targets: int = 0
    kills: int = 0
    reconnects: int = 0
    faults: int = 0
    calls: int = 0
    states: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    unconfirmed_live: int = 0
    sandbox_live: int = 0
    duplicates: int = 0
    unprovoked_429: int = 0
    unfinished: int = 0
    silent_failures: int = 0
    breaches: list[str] = field(default_factory=list)
    virtual_s: float = 0.0
    seconds: float = 0.0

    def lines(self) -> list[str]:
        published = self.states["published"]
        first = (
            f"{self.database}: {self.posts} posts, {self.targets} targets, {self.kills} kills, "
            f"{self.faults} of {self.calls} calls broken, {self.reconnects} reconnects, "
            f"{self.virtual_s / 3600:.1f} h in {self.seconds:.0f} s"
        )
        ended = f"ended: {dict(self.states)}; failed because: {dict(self.reasons)}; asked a person: {self.asked}"
        truth = (
            f"sandbox holds {self.sandbox_live} live = {published} published + {self.unconfirmed_live} unconfirmed "
            f"and live; duplicates {self.duplicates}; unfinished {self.unfinished}; failed without a reason "
            f"{self.silent_failures}; 429 that no fault asked for: {self.unprovoked_429}"
        )
        return [first, f"  {ended}", f"  {truth}", *(f"  BREACH: {line}" for line in self.breaches)]


class Chaos:
    """The run."""

    def __init__(self, box: sandbox.Box, stages: list[Stage], report: Report, seed: int) -> None:
        self.box, self.stages, self.report = box, stages, report
        self.dice = random.Random(seed)
        shared = virtual.shared()
        assert shared is not None
        self.clock = shared
        self.people: list[Person] = []

    # Before -----------------------------------------------------------------------------------------------------

    def prepare(self, count: int) -> None:
        """People, accounts and posts; half go out now, half within two hours."""
        caps = {name: value for stage in self.stages for name, value in stage.caps.items()}
        self.box.control("settings", caps)
        data = people.video_bytes()
        number = 0
        for _ in range(WORKSPACES):
            person = people.make_person(len(self.people), data)
            self.people.append(person)
            for stage in self.stages:
                for _ in range(ACCOUNTS_EACH):
                    number += 1
                    people.connect(self.box, person, people.add_sample(self.box, stage, number))
        self._set_faults()
        for index in range(count):
            person = self.people[index % WORKSPACES]
            kind = KINDS[index % len(KINDS)]
            able = [row for row in person.accounts if kind in person.samples[row.pk].stage.takes]
            if not able:
                kind, able = "video", person.accounts
            accounts = self.dice.sample(able, min(ACCOUNTS_OF_A_POST, len(able)))
            post = people.make_post(person, f"Chaos {index:05d}", accounts, kind)
            if index % 2:
                schedule.publish_now(actor=person.actor, post_id=post.pk)
            else:
                at = clock.now() + timedelta(seconds=self.dice.uniform(60, 60 + SPREAD_S * count))
                schedule.schedule_post(actor=person.actor, post_id=post.pk, when=When(at=at, zone="Europe/Paris"))
        self.report.targets = PostTarget.objects.count()

    def _set_faults(self) -> None:
        self._turn_facebook()
        each = 1 - (1 - SHARE_OF_FAULTS) ** (1 / len(FAULTS))
        each_commit = 1 - (1 - SHARE_OF_BROKEN_COMMITS) ** (1 / len(COMMIT_FAULTS))
        for platform, step in sorted({(stage.imitated, step) for stage in self.stages for step in stage.commits}):
            for number, fault in enumerate(COMMIT_FAULTS):
                rule = {"platform": platform, "step": step, "probability": each_commit, "seed": 50 + number, **fault}
                self.box.control("faults", rule)
        for stage in {stage.imitated: stage for stage in self.stages}.values():
            for number, fault in enumerate(FAULTS):
                rule = {"platform": stage.imitated, "step": "*", "probability": each, "seed": number, **fault}
                self.box.control("faults", rule)
            broken = {"kind": "processing_failed", "step": "*", "probability": SHARE_OF_BROKEN_PROCESSING, "seed": 99}
            self.box.control("faults", {"platform": stage.imitated, **broken})

    def _turn_facebook(self) -> None:
        """Facebook processes videos before `finish` on some days and after it on others."""
        self.box.control("settings", {"facebook.process_before_finish": self.dice.random() < 0.5})

    # Meanwhile --------------------------------------------------------------------------------------------------

    def torment(self, workers: Workers, timeout_s: float) -> None:
        """Kill, reconnect what is lost, and move time when nothing else moves, until every target has ended."""
        ends_at = time.monotonic() + timeout_s
        shown_at, still = 0.0, 0
        kill_at = time.monotonic()
        while time.monotonic() < ends_at:
            workers.check()
            self._knock()
            left = PostTarget.objects.exclude(ENDED).count()
            if time.monotonic() - shown_at > 15:
                shown_at = time.monotonic()
                print(f"  {self.report.database}: {left} left, {workers.kills} kills, {self._states()}", flush=True)
            if left == 0:
                return
            self._reconnect()
            working = self._ready()
            ready = [place for place, pid in list(workers.living.items()) if pid in working]
            if not ready:
                kill_at = time.monotonic() + self.dice.uniform(*KILL_AFTER_S)
            elif time.monotonic() >= kill_at:
                workers.kill(self.dice.choice(ready))
                self._turn_facebook()
                kill_at = time.monotonic() + self.dice.uniform(*KILL_AFTER_S)
            still = still + 1 if self._move_time(workers, far=still > 3) else 0
            connection.close()
            time.sleep(0.02 if still else 0.1)

    @staticmethod
    def _ready() -> set[int]:
        """Processes that have said that they work; one that is still starting is no victim."""
        names = Worker.objects.values_list("name", flat=True)
        return {int(name.rpartition(":")[2].partition("/")[0]) for name in names}

    def _states(self) -> str:
        counts = Counter(PostTarget.objects.values_list("state", flat=True))
        return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))

    def _knock(self) -> None:
        """One more beat; any number of them is harmless."""
        for name in registry.periodic_actions:
            if name.startswith(("publishing.", "jobs.")):
                periodic_actions.run_if_due(name)
        if not settings.EMBEDDED:
            wake.send("publish", PRODUCTION_WORKERS)

    def _reconnect(self) -> None:
        """The person does what the page asks for."""
        lost = SocialAccount.objects.exclude(status=AccountStatus.CONNECTED).values_list("pk", "workspace_id")
        for account_id, workspace_id in list(lost):
            person = next(one for one in self.people if one.workspace.pk == workspace_id)
            people.connect(self.box, person, person.samples[account_id])
            self.report.reconnects += 1

    def _move_time(self, workers: Workers, *, far: bool) -> bool:
        """Go to the next thing to happen, when nobody can do anything now. True when time was moved."""
        now = clock.now()
        waiting = Job.objects.filter(status__in=CLAIMABLE)
        if waiting.filter(run_at__lte=now).exists():
            return False
        living = workers.pids()
        nobody = Job.objects.filter(status=Status.RUNNING)
        for job in nobody.only("worker", "lease_expires_at"):
            if int(job.worker.rpartition(":")[2]) in living:
                return False
        moments = [
            waiting.aggregate(at=Min("run_at"))["at"],
            nobody.aggregate(at=Min("lease_expires_at"))["at"],
            PostTarget.objects.filter(state="scheduled").aggregate(at=Min("due_at"))["at"],
        ]
        known = [moment for moment in moments if moment is not None]
        if not known:
            return False
        ahead = (min(known) - now).total_seconds() + 0.05
        self.clock.jump(self._days_end(now) or min(max(ahead, LEAST_STEP_S), FAR_STEP_S if far else STEP_S))
        return True

    @staticmethod
    def _days_end(now: datetime) -> float:
        """Seconds until the first of the targets left may go on, when all of them wait for the end of a day."""
        left = PostTarget.objects.exclude(ENDED)
        near = now + timedelta(seconds=FAR_STEP_S)
        if left.exclude(state="waiting").exists() or left.filter(Q(next_at=None) | Q(next_at__lt=near)).exists():
            return 0.0
        first = left.aggregate(at=Min("next_at"))["at"]
        return float((first - now).total_seconds()) if first else 0.0

    # Afterwards -------------------------------------------------------------------------------------------------

    def judge(self) -> None:
        """Compare what we say with what the platforms hold, account by account and text by text."""
        report = self.report
        # What was accepted last becomes live a moment later.
        self.box.control("clock/advance", {"seconds": 6 * 3600})
        held: Counter[tuple[str, str]] = Counter()
        for row in self.box.posts():
            if row["live"] and not row["data"].get("failure"):
                held[row["account_id"], row["caption"].partition("\n")[0]] += 1
        rows = PostTarget.objects.select_related("account", "post")
        report.states = Counter(rows.values_list("state", flat=True))
        report.sandbox_live = sum(held.values())
        held_as = {pk: sample.account for person in self.people for pk, sample in person.samples.items()}
        for target in rows:
            live = held.pop((held_as[target.account_id], target.post.text), 0)
            self._judge_one(target, live)
        if held:
            report.breaches.append(f"live without a target of ours: {list(held)[:5]}")
        totals = self.box.control("counts")["totals"]
        report.duplicates = totals["duplicates"] + totals["refused_duplicates"]
        report.unprovoked_429 = totals["http_429_unprovoked"]
        report.calls = totals["calls"]
        report.faults = sum(row["n"] for row in self.box.control("state")["calls_by_step"] if row["fault"])
        ours = report.states["published"] + report.unconfirmed_live
        if report.sandbox_live != ours:
            report.breaches.append(f"the sandbox holds {report.sandbox_live}, we say {ours}")
        for name in ("duplicates", "unprovoked_429", "unfinished", "silent_failures"):
            if getattr(report, name):
                report.breaches.append(f"{name.replace('_', ' ')}: {getattr(report, name)}")

    def _judge_one(self, target: PostTarget, live: int) -> None:
        report = self.report
        name = f"{target.platform} {target.post.text} ({target.pk})"
        if target.state == "published":
            expected = {1}
        elif target.waits_for_answer:
            report.asked += 1
            report.unconfirmed_live += live
            expected = {0, 1}
        else:
            expected = {0}
            if target.state == "failed":
                report.reasons[target.error_code] += 1
                report.silent_failures += not (target.error_code and target.error_sentence)
            else:
                report.unfinished += 1
        if live not in expected:
            report.breaches.append(f"{name} is {target.state} here and live {live} times")


def main() -> int:
    """Run once; the last line of the output is the verdict as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--posts", type=int, required=True)
    parser.add_argument("--timeout-s", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--platforms", required=True)
    options = parser.parse_args()
    folder = Path(settings.VAR_DIR)
    started = time.monotonic()
    report = Report(database=connection.vendor, posts=options.posts)
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    stages = [STAGES[name] for name in options.platforms.split(",")]
    with scope.system("chaos run"), sandbox.running(folder, PORT) as box:
        chaos = Chaos(box, stages, report, options.seed)
        chaos.prepare(options.posts)
        print(f"  {report.database}: {report.targets} targets made in {time.monotonic() - started:.0f} s", flush=True)
        connection.close()
        workers = Workers(1 if settings.EMBEDDED else PRODUCTION_WORKERS, folder / "workers.log")
        try:
            chaos.torment(workers, options.timeout_s - (time.monotonic() - started))
        finally:
            workers.close()
        report.kills = workers.kills
        report.virtual_s = chaos.clock.offset_s + time.monotonic() - started
        chaos.judge()
    report.seconds = time.monotonic() - started
    print("\n".join(report.lines()))
    print(json.dumps({"held": not report.breaches, "kills": report.kills, "duplicates": report.duplicates}))
    return 0 if not report.breaches else 1


if __name__ == "__main__":
    sys.exit(main())
