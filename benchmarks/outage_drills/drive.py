"""The drills: `python -m benchmarks.outage_drills.drive` in the environment that `__main__` makes."""

import hashlib
import os
import random
import subprocess
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import httpx  # noqa: E402
import imageio_ffmpeg  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.services import tokens  # noqa: E402
from benchmarks.outage_drills.load import Answer, Visitors  # noqa: E402
from benchmarks.outage_drills.processes import Parts  # noqa: E402
from benchmarks.outage_drills.services import Service  # noqa: E402
from benchmarks.publishing_stage import people  # noqa: E402
from benchmarks.publishing_stage.people import Person  # noqa: E402
from benchmarks.publishing_stage.platforms import STAGES  # noqa: E402
from benchmarks.publishing_stage.sandbox import Box  # noqa: E402
from core import clock, scope  # noqa: E402
from jobs.models import Job, Periodic, Status, Worker  # noqa: E402
from media.models import MediaFile  # noqa: E402
from media.storage import store  # noqa: E402
from publishing.models import PostTarget  # noqa: E402
from publishing.services import schedule  # noqa: E402
from publishing.services.schedule import When  # noqa: E402
from videos.models import Video  # noqa: E402

# Those whose own limits a minute of posts does not meet.
PLATFORMS = ("youtube", "facebook", "linkedin")
BEFORE_S = 8.0
UPLOAD_EVERY_S = 6.0
# What every request must keep to while a service is away, and what a machine that is busy with something else may add.
ANSWER_WITHIN_S, NEVER_OVER_S, SHARE_WITHIN = 1.0, 3.0, 0.99
NORMAL_WITHIN_S, SETTLED_WITHIN_S = 10.0, 90.0


@dataclass
class Report:
    """What one drill has shown."""

    service: str
    away_s: float = 0.0
    posts: int = 0
    uploads: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    requests: int = 0
    slowest: Answer | None = None
    within: float = 1.0
    statuses: Counter[int] = field(default_factory=Counter)
    normal_after_s: float = 0.0
    settled_after_s: float = 0.0
    took_s: float = 0.0

    @property
    def held(self) -> bool:
        return not (self.lost or self.twice or self.unsettled or self.breaches)

    def lines(self) -> list[str]:
        slow = f"{self.slowest.what} {self.slowest.seconds:.2f} s" if self.slowest else "none"
        first = (
            f"{self.service} away {self.away_s:.0f} s: {self.posts} posts due, {self.uploads} uploads; "
            f"lost {len(self.lost)}, twice {len(self.twice)}"
        )
        second = (
            f"  {self.requests} requests meanwhile ({dict(self.statuses)}), slowest {slow}, "
            f"{self.within:.1%} within {ANSWER_WITHIN_S:.0f} s; normal after {self.normal_after_s:.1f} s, "
            f"everything done after {self.settled_after_s:.0f} s ({self.took_s:.0f} s in all)"
        )
        named = [("lost", self.lost), ("twice", self.twice), ("not settled", self.unsettled), ("", self.breaches)]
        return [first, second, *(f"  BREACH {word} {line}" for word, found in named for line in found[:10])]


class Drill:
    """One service away under load."""

    def __init__(self, service: Service, parts: Parts, box: Box, person: Person, base: str, number: int) -> None:
        self.service, self.parts, self.box, self.person, self.base = service, parts, box, person, base
        self.name = f"Drill {number} {service.name}"
        self.report = Report(service.name)
        self.dice = random.Random(number)

    def run(self, away_s: float, posts: int, clip: bytes) -> Report:
        """Load, outage, recovery, judgement."""
        started = time.monotonic()
        with scope.system("outage drill"):
            self._plan(posts, away_s)
            visitors = self._visitors()
            connection.close()
            visitors.start(clip, UPLOAD_EVERY_S)
            time.sleep(BEFORE_S)
            began = time.monotonic()
            self.service.take_away()
            time.sleep(max(0.0, away_s - (time.monotonic() - began)))
            back = time.monotonic()
            self.report.away_s = back - began
            self.service.give_back()
            given, self.given_at = time.monotonic(), clock.now()
            try:
                self._normal(visitors, given)
                visitors.last_upload.set()
                self._settle(visitors, given)
            finally:
                visitors.stop()
            self._judge_requests([answer for answer in visitors.answers if began <= answer.at <= back])
            self._judge_posts()
            self._judge_uploads(visitors)
            self._judge_processes()
            connection.close()
        self.report.took_s = time.monotonic() - started
        return self.report

    # Before -----------------------------------------------------------------------------------------------------

    def _plan(self, count: int, away_s: float) -> None:
        """Posts whose minutes lie before, within and after the outage."""
        now = clock.now()
        for index in range(count):
            accounts = self.dice.sample(self.person.accounts, 2)
            post = people.make_post(self.person, f"{self.name} post {index}", accounts)
            at = now + timedelta(seconds=90)
            schedule.schedule_post(actor=self.person.actor, post_id=post.pk, when=When(at=at, zone="Europe/Paris"))
            due = now + timedelta(seconds=index * (BEFORE_S + away_s) / count)
            PostTarget.objects.filter(post=post).update(due_at=due)
        self.report.posts = count

    def _visitors(self) -> Visitors:
        browser = Client()
        browser.force_login(self.person.user, backend="django.contrib.auth.backends.ModelBackend")
        token = tokens.issue(self.person.user, user_agent="drill").access
        return Visitors(self.base, token, browser.cookies["sessionid"].value)

    # After ------------------------------------------------------------------------------------------------------

    def _normal(self, visitors: Visitors, given: float) -> None:
        """Wait until every kind of request works again and nothing is degraded."""
        with httpx.Client(base_url=self.base, timeout=30) as http:
            while not self._is_normal(visitors, http) and time.monotonic() - given < SETTLED_WITHIN_S:
                time.sleep(0.1)
        self.report.normal_after_s = time.monotonic() - given
        if self.report.normal_after_s > NORMAL_WITHIN_S:
            self.report.breaches.append(f"back to normal only after {self.report.normal_after_s:.0f} s")

    @staticmethod
    def _is_normal(visitors: Visitors, http: httpx.Client) -> bool:
        try:
            answers = {what: ask(http) for what, ask in visitors.requests().items()}
            checks = answers["health"].json()["checks"]
        except (httpx.HTTPError, ValueError):
            return False
        services = {checks[name] for name in ("database", "cache", "broker", "storage")}
        return services == {"ok"} and all(answer.is_success for answer in answers.values())

    def _settle(self, visitors: Visitors, given: float) -> None:
        """Wait until everything that was begun has come to its end."""
        while True:
            mine = PostTarget.objects.filter(post__text__startswith=self.name)
            left = [
                f"{row.platform} {row.post.text}: {row.state} {row.error_sentence}"
                for row in mine.exclude(state="published").select_related("post")
            ]
            jobs = Job.objects.exclude(status__in=[Status.DONE, Status.CANCELLED]).filter(kind__startswith="videos.")
            left += [f"{job.kind}: {job.status} {job.error_code} {job.error_message}" for job in jobs]
            left += ["an upload is under way"] * visitors.waiting
            left += self._silent()
            connection.close()
            self.report.settled_after_s = time.monotonic() - given
            if not left:
                return
            if self.report.settled_after_s > SETTLED_WITHIN_S:
                self.report.unsettled = left
                return
            time.sleep(0.5)

    # Judgement --------------------------------------------------------------------------------------------------

    def _judge_requests(self, answers: list[Answer]) -> None:
        """What ends an upload is answered when the file has been looked into, so that takes longer, outage or not."""
        report = self.report
        answers = [answer for answer in answers if answer.what != "chunk" or answer.status >= 500]
        report.requests = len(answers)
        report.statuses = Counter(answer.status for answer in answers)
        report.slowest = max(answers, key=lambda answer: answer.seconds, default=None)
        report.within = sum(answer.seconds <= ANSWER_WITHIN_S for answer in answers) / max(1, len(answers))
        for status in report.statuses:
            if status == 0 or (status >= 500 and status != 503):
                report.breaches.append(f"{report.statuses[status]} requests were answered with {status}")
        if report.slowest and (report.slowest.seconds > NEVER_OVER_S or report.within < SHARE_WITHIN):
            report.breaches.append("requests waited")

    def _judge_posts(self) -> None:
        held: Counter[tuple[str, str]] = Counter()
        self.box.control("clock/advance", {"seconds": 600})
        for row in self.box.posts():
            if row["live"] and not row["data"].get("failure"):
                held[row["account_id"], row["caption"].partition("\n")[0]] += 1
        rows = PostTarget.objects.filter(post__text__startswith=self.name).select_related("post", "account")
        for target in rows:
            live = held[self.person.samples[target.account_id].account, target.post.text]
            if live == 0 and target.state in ("published", "failed", "cancelled"):
                self.report.lost.append(f"{target.platform} {target.post.text} is {target.state} and not there")
            elif live > 1:
                self.report.twice.append(f"{target.platform} {target.post.text} is there {live} times")

    def _judge_uploads(self, visitors: Visitors) -> None:
        self.report.uploads = len(visitors.uploads)
        for upload_id, sha256 in visitors.uploads.items():
            file = MediaFile.objects.filter(pk=upload_id).first()
            digest = hashlib.sha256()
            if file is not None:
                for piece in store().read(file.storage_key):
                    digest.update(piece)
            if digest.hexdigest() != sha256:
                self.report.lost.append(f"upload {upload_id}")
                continue
            videos = Video.objects.filter(media_id=upload_id).count()
            if videos > 1:
                self.report.twice.append(f"upload {upload_id} became {videos} videos")
            elif not videos:
                self.report.lost.append(f"the video of upload {upload_id}")

    def _judge_processes(self) -> None:
        ended = self.parts.ended()
        if ended:
            self.report.breaches.append(f"ended: {', '.join(ended)}")
        if lost := self.parts.said("exception was never retrieved"):
            self.report.breaches.append(f"an error nobody looked at in the log of {', '.join(lost)}")

    def _silent(self) -> list[str]:
        """Beat and the workers not heard since the service is back: each connects again in its own time."""
        tick = Periodic.objects.get(name="jobs.tick").started_at
        beat = [] if tick is not None and tick >= self.given_at else [f"beat is silent since {tick}"]
        workers = Worker.objects.filter(seen_at__lt=self.given_at)
        return beat + [f"the heartbeat of {row.name} stands still since {row.seen_at}" for row in workers]


def small_clip() -> bytes:
    """Two seconds of video that cost little to measure."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=144x256:r=25:d=2"]
        subprocess.run([*argv, "-pix_fmt", "yuv420p", str(path)], check=True, stdin=subprocess.DEVNULL)
        return path.read_bytes()


def make_person(box: Box, number: int) -> Person:
    """Somebody with an account at each platform, all of whose daily limits are raised."""
    with scope.system("outage drill"):
        person = people.make_person(number, people.video_bytes())
        for offset, name in enumerate(PLATFORMS, start=1):
            box.control("settings", dict(STAGES[name].caps))
            people.connect(box, person, people.add_sample(box, STAGES[name], 10 * number + offset))
    return person
