"""The first half of a video's processing, and the end of the trash."""

from datetime import timedelta

import jobs
from core.errors import NotFound
from jobs import Done, Ended, JobContext, Queue
from videos import pipeline
from videos.services import processing, trash


def _failed(ended: Ended) -> None:
    if ended.actor is None or ended.subject_id is None:
        return
    video = processing.find(ended.actor.workspace_id, ended.subject_id)
    if video is not None:
        processing.fail(video, stage=video.stage or "check", code=ended.code, message=ended.message)


@jobs.handler("videos.process", queue=Queue.MEDIA, on_ended=_failed)
def process(ctx: JobContext) -> Done:
    """Check the file, read its facts, make its previews."""
    video = processing.find(ctx.workspace_id, ctx.subject_id)
    if video is None:
        raise NotFound
    return pipeline.prepare(ctx, video)


@jobs.periodic("videos.purge_trash", every=timedelta(hours=1))
def purge_trash() -> None:
    """Erase what has been in the trash for 30 days."""
    trash.purge()
