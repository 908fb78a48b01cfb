"""Work under way, in words for people: `Measuring “Morning run”`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from core.actor import Actor
from editing.services.renders import PREVIEW_KIND, RENDER_KIND
from flows.selectors import titles
from jobs.models import Job
from jobs.selectors import unfinished
from patterns.services import KIND as MEASURE_KIND
from patterns.services import MEANING_KIND
from scripts_app.document import SCRIPT
from strategies.document import STRATEGY

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Work:
    """A job that a person began and may wait for."""

    job: Job
    label: str
    stage: str
    url: str


@dataclass(frozen=True, slots=True)
class WorkKind:
    """What a kind of job does, before the title of what it is about, and the page of that."""

    words: str
    page: str


# What people wait for. Everything else is the product's own business, or told by the page of its post.
KINDS: Final[Mapping[str, WorkKind]] = {
    "videos.process": WorkKind("Checking", "video_detail"),
    MEASURE_KIND: WorkKind("Measuring", "video_detail"),
    MEANING_KIND: WorkKind("Reading the meaning of", "video_detail"),
    RENDER_KIND: WorkKind("Making", "edit_detail"),
    PREVIEW_KIND: WorkKind("Making a preview of", "edit_detail"),
    STRATEGY.job_kind: WorkKind("Writing the strategy", "strategy_detail"),
    SCRIPT.job_kind: WorkKind("Writing the script", "script_detail"),
}


def running(actor: Actor) -> list[Work]:
    """The newest jobs under way that a person waits for, at most five."""
    jobs = list(unfinished(actor, list(KINDS))[:SHOWN])
    known = titles(actor, ((job.subject_type, job.subject_id) for job in jobs))
    return [_work(job, known.get(job.subject_id, "") if job.subject_id else "") for job in jobs]


def _work(job: Job, title: str) -> Work:
    kind = KINDS[job.kind]
    label = f"{kind.words} “{title}”" if title else f"{kind.words} something that was deleted"
    return Work(job, label, job.stage, reverse(kind.page, args=[job.subject_id]) if title else "")
