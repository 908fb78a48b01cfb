"""Render jobs."""

from functools import partial

import jobs
from core.errors import NotFound
from editing import render_job
from editing.models import Rendition
from editing.services import results
from editing.services.renders import PREVIEW_KIND, RENDER_KIND
from jobs import Done, Ended, JobContext, Queue


def _ended(ended: Ended, *, purpose: Rendition.Purpose) -> None:
    if ended.actor is not None and ended.subject_id is not None:
        results.fail(
            workspace_id=ended.actor.workspace_id,
            edit_id=ended.subject_id,
            purpose=purpose,
            cancelled=ended.status == "cancelled",
            code=ended.code,
            message=ended.message,
        )


def _run(ctx: JobContext, purpose: Rendition.Purpose) -> Done:
    edit = results.find(ctx.workspace_id, ctx.subject_id)
    if edit is None:
        raise NotFound
    return render_job.run(ctx, edit, purpose)


@jobs.handler(RENDER_KIND, queue=Queue.MEDIA, on_ended=partial(_ended, purpose=Rendition.Purpose.EXPORT))
def render(ctx: JobContext) -> Done:
    """Make an edit's outputs."""
    return _run(ctx, Rendition.Purpose.EXPORT)


@jobs.handler(PREVIEW_KIND, queue=Queue.MEDIA, on_ended=partial(_ended, purpose=Rendition.Purpose.PREVIEW))
def preview(ctx: JobContext) -> Done:
    """Make small versions of an edit's outputs."""
    return _run(ctx, Rendition.Purpose.PREVIEW)
