"""The events of a job for the pages: on its own topic, on its subject's, and (changes of state) on its workspace's."""

from typing import Any
from uuid import UUID

from django.db import transaction

from core import scope
from jobs import events
from jobs.models import Job, Status

_TYPES = {Status.DONE: "job.done", Status.FAILED: "job.failed", Status.CANCELLED: "job.cancelled"}


def _data(job: Job, pct: int, stage: str) -> dict[str, Any]:
    return {
        "job_id": str(job.pk),
        "kind": job.kind,
        "status": job.status,
        "pct": pct,
        "stage": stage,
        "subject_type": job.subject_type,
        "subject_id": str(job.subject_id) if job.subject_id else None,
    }


def _topics(job: Job) -> list[tuple[str, str]]:
    topics = [("job", str(job.pk))]
    if job.subject_id and events.is_topic(job.subject_type):
        topics.append((job.subject_type, str(job.subject_id)))
    return topics


def publish_progress(job: Job, pct: int, stage: str) -> None:
    """How far a running job is."""
    for topic, subject in _topics(job):
        events.publish_event(topic=topic, id=subject, type="job.progress", data=_data(job, pct, stage))


def publish_state(job: Job) -> None:
    """The state a job is in now."""
    data = _data(job, job.progress_pct, job.stage)
    if job.error_code:
        data |= {"error": job.error_code, "message": job.error_message}
    topics = _topics(job)
    if job.workspace_id:
        topics.append(("workspace", str(job.workspace_id)))
    for topic, subject in dict.fromkeys(topics):
        events.publish_event(topic=topic, id=subject, type=_TYPES.get(Status(job.status), "job.state"), data=data)


def publish_state_on_commit(job_id: UUID) -> None:
    """Publish a job's state once the transaction in hand has committed."""

    def read_and_send() -> None:
        with scope.system("publish a job's state"):
            job = Job.objects.filter(pk=job_id).first()
        if job is not None:
            publish_state(job)

    transaction.on_commit(read_and_send, robust=True)
