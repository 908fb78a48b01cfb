"""Work under way, in words for people: `Measuring “Morning run”`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.urls import reverse

from core.actor import Actor
from editing.models import Edit
from editing.services.rendering import PREVIEW_KIND, RENDER_KIND
from jobs.models import UNFINISHED, Job
from patterns.services import KIND as MEASURE_KIND
from patterns.services import MEANING_KIND
from scripts_app.document import SCRIPT
from scripts_app.models import Script
from strategies.document import STRATEGY
from strategies.models import Strategy
from videos.models import Video

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Work:
    """A job that a person began and may wait for."""

    job: Job
    label: str
    stage: str
    url: str


Subject = type[Video] | type[Edit] | type[Strategy] | type[Script]


@dataclass(frozen=True, slots=True)
class WorkKind:
    """What a kind of job does, before the title of the row it is about, and that row's page."""

    words: str
    model: Subject
    page: str


# What people wait for. Everything else is the product's own business, or told by the page of its post.
KINDS: Final[Mapping[str, WorkKind]] = {
    "videos.process": WorkKind("Checking", Video, "video_detail"),
    MEASURE_KIND: WorkKind("Measuring", Video, "video_detail"),
    MEANING_KIND: WorkKind("Reading the meaning of", Video, "video_detail"),
    RENDER_KIND: WorkKind("Making", Edit, "edit_detail"),
    PREVIEW_KIND: WorkKind("Making a preview of", Edit, "edit_detail"),
    STRATEGY.job_kind: WorkKind("Writing the strategy", Strategy, "strategy_detail"),
    SCRIPT.job_kind: WorkKind("Writing the script", Script, "script_detail"),
}


def running(actor: Actor) -> list[Work]:
    """The newest jobs under way that a person waits for, at most five."""
    rows = Job.objects.for_workspace(actor.workspace_id).filter(status__in=UNFINISHED, kind__in=list(KINDS))
    jobs = list(rows.order_by("-created_at", "-id")[:SHOWN])
    titles = _titles(actor, jobs)
    return [_work(job, titles.get(job.subject_id, "")) for job in jobs]


def _titles(actor: Actor, jobs: Iterable[Job]) -> dict[UUID | None, str]:
    wanted: dict[Subject, set[UUID]] = defaultdict(set)
    for job in jobs:
        if job.subject_id is not None:
            wanted[KINDS[job.kind].model].add(job.subject_id)
    found: dict[UUID | None, str] = {}
    for model, ids in wanted.items():
        rows = model.objects.for_workspace(actor.workspace_id).filter(pk__in=ids)
        found.update(rows.values_list("pk", "title"))
    return found


def _work(job: Job, title: str) -> Work:
    kind = KINDS[job.kind]
    label = f"{kind.words} “{title}”" if title else f"{kind.words} something that was deleted"
    return Work(job, label, job.stage, reverse(kind.page, args=[job.subject_id]) if title else "")
