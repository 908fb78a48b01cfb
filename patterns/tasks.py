"""The measurement of a video and the reading of its meaning, as jobs."""

import jobs
from core.errors import NotFound
from jobs import Done, Ended, JobContext, Queue
from patterns import measuring, reading_meaning, services
from videos.services import processing


def _failed(ended: Ended) -> None:
    if ended.actor is not None and ended.subject_id is not None:
        services.fail(
            workspace_id=ended.actor.workspace_id,
            video_id=ended.subject_id,
            code=ended.code,
            message=ended.message,
        )


@jobs.handler(services.KIND, queue=Queue.MEDIA, on_ended=_failed)
def analyse(ctx: JobContext) -> Done:
    """Measure the file, then derive its patterns."""
    video = processing.find(ctx.workspace_id, ctx.subject_id)
    if video is None:
        raise NotFound
    services.begin(video=video)
    return measuring.measure(ctx, video)


def _unread(ended: Ended) -> None:
    if ended.actor is not None and ended.subject_id is not None:
        services.fail_meaning(
            workspace_id=ended.actor.workspace_id,
            video_id=ended.subject_id,
            code=ended.code,
            message=ended.message,
        )


@jobs.handler(services.MEANING_KIND, on_ended=_unread)
def read_meaning(ctx: JobContext) -> Done:
    """Read what the video means, beside its facts. Not in the media queue: it mostly waits for a model."""
    video = processing.find(ctx.workspace_id, ctx.subject_id)
    if video is None:
        raise NotFound
    return reading_meaning.read(ctx, video)
