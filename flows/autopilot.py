"""The whole loop without a person: measure, plan, write, render, publish, count. Each step is a service of its app."""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from ai import gateway
from ai.captions import services as captions
from analytics.models import MetricSnapshot
from core import outages
from core.actor import Actor
from core.errors import Conflict, Unavailable, ValidationFailed
from editing.models import Edit, Rendition
from editing.planners import Wish
from editing.requests import EditRequest
from editing.services import planning
from flows import sandbox_consent
from flows.errors import FlowError
from jobs.models import Job
from media.storage import store
from patterns import levels
from patterns.models import Pattern
from platforms import PLATFORMS, preselected
from publishing.models import Post, PostTarget, SocialAccount
from publishing.services import sending
from publishing.services.posts import Content, TargetInput
from publishing.states import FINISHED, TargetState
from scripts_app import services as scripts
from strategies import services as strategies
from strategies.purpose import PURPOSE as STRATEGY_PURPOSE
from videos.models import Video
from videos.services import intake

FORMATS = ("9:16", "1:1", "16:9")
DEFAULT_DURATION_S = 30.0
SHORTEST_S, LONGEST_S = 5.0, 600.0
_POLL_S = 0.25
_FINAL = {*FINISHED, TargetState.ACTION_REQUIRED, TargetState.NEEDS_APPROVAL}

Report = Callable[[str, int, str], None]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the autopilot is asked for. `visibility` is public or private; empty: public only on imitations."""

    path: Path
    concept: str = ""
    platforms: Sequence[str] = field(default_factory=preselected)
    formats: Sequence[str] = FORMATS
    duration_s: float | None = None
    out: Path | None = None
    visibility: str = ""
    limit_s: float = 1800.0


@dataclass(slots=True)
class Summary:
    """What came of it."""

    video_id: str = ""
    measured: dict[str, Any] = field(default_factory=dict)
    strategy_id: str = ""
    script_id: str = ""
    offline: bool = True
    edit_id: str = ""
    files: list[dict[str, Any]] = field(default_factory=list)
    post_id: str = ""
    posts: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Autopilot:
    """One run. `report(stage, pct, words)` is told how far it is."""

    def __init__(self, actor: Actor, wishes: Wishes, report: Report) -> None:
        check(wishes)
        self.actor, self.wishes, self.report = actor, wishes, report
        self.summary = Summary()
        self._ends_at = time.monotonic() + wishes.limit_s

    def run(self) -> Summary:
        """All steps in order; a `DomainError` ends it with one sentence."""
        video = self._measure()
        own = float(int(video.media.duration_s or 0))
        duration = self.wishes.duration_s or max(SHORTEST_S, min(DEFAULT_DURATION_S, own))
        concept = self.wishes.concept.strip() or _concept(self.wishes.path)
        strategy_id = self._strategy(video)
        script_id = self._script(video, strategy_id, concept, duration)
        renditions = self._render(video, script_id, duration)
        accounts = self._accounts()
        if accounts:
            post = self._publish(renditions[0], accounts, concept)
            self._count(post)
        return self.summary

    # Steps ------------------------------------------------------------------------------------------------------

    def _measure(self) -> Video:
        self.report("Measuring", 0, "Reading the file")
        video = intake.import_file(actor=self.actor, path=self.wishes.path)
        self.summary.video_id = str(video.pk)

        def ready() -> bool:
            self._pass_on("Measuring", "video", video.pk)
            video.refresh_from_db()
            return video.status in (Video.Status.PROCESSED, Video.Status.FAILED)

        self._wait(ready, "measuring")
        if video.status == Video.Status.FAILED:
            raise Conflict(video.error_code or FlowError.STEP_FAILED, video.error or "The video could not be measured.")
        video = Video.objects.select_related("media").get(pk=video.pk)
        rows = Pattern.objects.for_workspace(self.actor.workspace_id).filter(video=video).order_by("type")
        self.summary.measured = {
            row.type: {
                "value": row.value,
                "unit": row.unit,
                "level": row.bucket,
                "shown": levels.shown(row.type, row.value, row.bucket),
            }
            for row in rows
        }
        self.report("Measuring", 100, f"{len(self.summary.measured)} patterns measured")
        return video

    def _strategy(self, video: Video) -> UUID:
        self.report("Planning", 10, "Strategy from the measured patterns")
        made = strategies.generate(
            actor=self.actor,
            platforms=list(self.wishes.platforms),
            goals=["engagement"],
            video_ids=[video.pk],
            wait_s=120.0,
        )
        self._refuse_failed(made.job)
        self.summary.strategy_id = str(made.strategy.pk)
        self.summary.offline = gateway.is_offline(STRATEGY_PURPOSE)
        self.report("Planning", 50, "Strategy ready")
        return made.strategy.pk

    def _script(self, video: Video, strategy_id: UUID, concept: str, duration: float) -> UUID:
        made = scripts.generate(
            actor=self.actor,
            concept=concept,
            platform=self.wishes.platforms[0],
            duration=duration,
            video_ids=[video.pk],
            strategy_id=strategy_id,
            wait_s=120.0,
        )
        for job in made.jobs:
            self._refuse_failed(job)
        self.summary.script_id = str(made.scripts[0].pk)
        self.report("Planning", 100, "Strategy and script ready")
        return made.scripts[0].pk

    def _render(self, video: Video, script_id: UUID, duration: float) -> list[Rendition]:
        self.report("Rendering", 0, "Planning the cuts")
        edit = planning.create_edit(
            actor=self.actor,
            request=EditRequest(
                video_id=video.pk,
                script_id=script_id,
                formats=tuple(Wish(aspect) for aspect in self.wishes.formats),
                duration_s=duration,
            ),
        )
        self.summary.edit_id = str(edit.pk)

        def ready() -> bool:
            self._pass_on("Rendering", "edit", edit.pk)
            edit.refresh_from_db()
            return not edit.is_busy

        self._wait(ready, "rendering")
        if edit.state != Edit.State.DONE:
            raise Conflict(
                edit.error_code or FlowError.STEP_FAILED, edit.error or "The versions could not be rendered."
            )
        rows = {
            row.aspect: row
            for row in Rendition.objects.filter(edit=edit, purpose=Rendition.Purpose.EXPORT).select_related("media")
        }
        renditions = [rows[aspect] for aspect in self.wishes.formats]
        for row in renditions:
            self._deliver(row)
        self.report("Rendering", 100, f"{len(renditions)} versions ready")
        return renditions

    def _deliver(self, rendition: Rendition) -> None:
        media = rendition.media
        assert media is not None
        folder = self.wishes.out or Path.cwd()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.wishes.path.stem}-{rendition.aspect.replace(':', 'x')}.mp4"
        partial = path.with_name(f".{path.name}.part")
        with partial.open("wb") as target:
            target.writelines(store().read(media.storage_key))
        partial.replace(path)
        self.summary.files.append(
            {
                "aspect": rendition.aspect,
                "path": str(path),
                "width": media.width,
                "height": media.height,
                "duration_s": media.duration_s,
                "size_bytes": media.size_bytes,
            }
        )

    def _accounts(self) -> dict[str, SocialAccount]:
        """One account a platform. An imitated platform is connected here; a real one wants a person at its page."""
        found = {}
        for platform in self.wishes.platforms:
            if not self._public(platform) and PLATFORMS[platform].visibility is None:
                self.summary.skipped.append(f"{platform}: it has no private posts. Ask for public ones to post there.")
                continue
            account = sandbox_consent.usable_account(self.actor, platform)
            if account is None and settings.PLATFORMS[platform]["sandbox"]:
                self.report("Publishing", 0, f"Connecting {platform}")
                account = sandbox_consent.connect(self.actor, platform)
            if account is None:
                where = f"{settings.PUBLIC_BASE_URL}/settings/connections/"
                self.summary.skipped.append(f"{platform}: no account is connected. Connect one at {where}")
            else:
                found[platform] = account
        return found

    def _publish(self, rendition: Rendition, accounts: dict[str, SocialAccount], concept: str) -> Post:
        assert rendition.media_id is not None
        targets = []
        for platform, account in accounts.items():
            written = captions.write_caption(actor=self.actor, topic=concept, platform=platform)
            text = f"{written.caption}\n\n{' '.join(written.hashtags)}".strip()
            targets.append(
                TargetInput(
                    account_id=account.pk,
                    text=text,
                    title=_title(platform, concept),
                    options=PLATFORMS[platform].options(public=self._public(platform)),
                )
            )
        post = sending.send(
            actor=self.actor,
            content=Content(concept, [rendition.media_id], targets, source=("script", UUID(self.summary.script_id))),
            timing=sending.Now(once_approved=True),
            key=f"autopilot {self.summary.script_id}",
        ).post
        self.summary.post_id = str(post.pk)
        rows = PostTarget.objects.for_workspace(self.actor.workspace_id).filter(post=post)

        def ready() -> bool:
            now = list(rows.all())
            done = sum(row.state in _FINAL for row in now)
            self.report("Publishing", 100 * done // max(len(now), 1), f"{done} of {len(now)} accounts")
            return done == len(now) or any(row.waits_for_answer for row in now)

        self._wait(ready, "publishing")
        for row in rows.select_related("account").order_by("platform"):
            self.summary.posts.append(
                {
                    "platform": row.platform,
                    "account": row.account.handle,
                    "state": row.state,
                    "url": row.permalink,
                    "error": row.error_sentence,
                    "metrics": None,
                    "target_id": str(row.pk),
                }
            )
        return post

    def _public(self, platform: str) -> bool:
        imitated: bool = settings.PLATFORMS[platform]["sandbox"]
        return self.wishes.visibility == "public" or (not self.wishes.visibility and imitated)

    def _count(self, post: Post) -> None:
        live = [row for row in self.summary.posts if row["state"] == TargetState.PUBLISHED]
        wanted = {row["target_id"] for row in live}
        rows = MetricSnapshot.objects.for_workspace(self.actor.workspace_id).filter(target__post=post)

        def ready() -> bool:
            counted = {str(target_id) for target_id in rows.values_list("target_id", flat=True)}
            self.report("Counting", 100 * len(counted & wanted) // max(len(wanted), 1), "First numbers")
            return wanted <= counted

        if wanted:
            self._wait(ready, "fetching the first numbers", at_most_s=120)
        newest = {str(row.target_id): row for row in rows.order_by("age_s")}
        for row in self.summary.posts:
            snapshot = newest.get(row["target_id"])
            if snapshot is not None:
                names = ("views", "likes", "comments", "shares")
                row["metrics"] = {name: getattr(snapshot, name) for name in names}

    # Waiting ----------------------------------------------------------------------------------------------------

    def _wait(self, ready: Callable[[], bool], doing: str, at_most_s: float | None = None) -> None:
        ends_at = self._ends_at if at_most_s is None else min(self._ends_at, time.monotonic() + at_most_s)
        while not self._asked(ready):
            if time.monotonic() > ends_at:
                raise Unavailable(
                    FlowError.TOO_LONG, f"Gave up waiting while {doing}. The work continues in the background."
                )
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
            time.sleep(_POLL_S)

    @staticmethod
    def _asked(ready: Callable[[], bool]) -> bool:
        """Whether it is ready; not yet while the database is away, for what is waited for goes on afterwards."""
        try:
            return ready()
        except (OperationalError, InterfaceError) as error:
            if outages.of(error) is None or connection.in_atomic_block:
                raise
            connection.close()
            return False

    def _pass_on(self, stage: str, subject_type: str, subject_id: UUID) -> None:
        job = (
            Job.objects.for_workspace(self.actor.workspace_id)
            .filter(subject_type=subject_type, subject_id=subject_id)
            .order_by("-created_at", "-id")
            .first()
        )
        if job is not None:
            self.report(stage, min(job.progress_pct, 99), job.stage.replace("_", " "))

    def _refuse_failed(self, job: Job | None) -> None:
        if job is None:
            return

        def ready() -> bool:
            job.refresh_from_db()
            return job.finished_at is not None

        self._wait(ready, "waiting for a model")
        if job.error_message:
            raise Conflict(job.error_code or FlowError.STEP_FAILED, job.error_message)


def _concept(path: Path) -> str:
    """What a file's name says it is about."""
    words = re.sub(r"[\W_]+", " ", path.stem).strip()
    return words[:1].upper() + words[1:120] if words else "A look at this clip"


def _title(platform: str, concept: str) -> str:
    """As much of the concept as a title takes, where the platform asks for one."""
    text = PLATFORMS[platform].text
    return concept[: int(text.title.value)] if text.needs_title and text.title else ""


def check(wishes: Wishes) -> None:
    """Refuse what cannot work, before anything is started."""
    if not wishes.path.is_file():
        raise ValidationFailed("file_missing", f"There is no file {wishes.path}.")
    unknown = [name for name in wishes.formats if name not in FORMATS]
    if unknown or not wishes.formats:
        sentence = f"Unknown format {unknown[0] if unknown else '(none)'}. Choose from {', '.join(FORMATS)}."
        raise ValidationFailed(FlowError.FORMAT_UNKNOWN, sentence)
    strange = [name for name in wishes.platforms if name not in PLATFORMS]
    if strange or not wishes.platforms:
        known = ", ".join(PLATFORMS)
        sentence = f"Cannot publish to {strange[0] if strange else 'nothing'} yet. Choose from {known}."
        raise ValidationFailed(FlowError.PLATFORM_UNKNOWN, sentence)
    if wishes.duration_s is not None and not SHORTEST_S <= wishes.duration_s <= LONGEST_S:
        raise ValidationFailed("duration_out_of_range", "The duration must be between 5 and 600 seconds.")
