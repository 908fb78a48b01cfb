"""Clean-up of what nobody will use any more."""

from datetime import timedelta

import jobs
from core import clock
from jobs import Done, JobContext, Queue
from media import form_uploads, orphans, presigned_uploads, resumable_uploads, thumbnails, trash
from media.models import MediaFile


@jobs.periodic("media.sweep_uploads", every=timedelta(minutes=10))
def sweep_uploads() -> None:
    """Forget uploads that were not finished in time."""
    resumable_uploads.sweep()


@jobs.periodic("media.order_clean_up", every=timedelta(hours=6))
def order_clean_up() -> None:
    """The clean-up of files reads the whole store, so it is a job of its own."""
    jobs.enqueue(kind="media.clean_up", actor=None, unique_key="media.clean_up")


@jobs.handler("media.clean_up", queue=Queue.DEFAULT)
def clean_up(ctx: JobContext) -> Done:
    """Remove scratch files and stored bytes that no row names."""
    before = clock.now() - orphans.AGE
    scratch = orphans.scratch_files(before, ctx.check)
    ctx.progress(50, "Looking for files that no row names")
    return Done({"scratch_files": scratch, "orphans": orphans.orphans(before, ctx.check)})


@jobs.handler(form_uploads.THUMBNAIL, queue=Queue.MEDIA)
def make_thumbnail(ctx: JobContext) -> Done:
    """The picture of a video that was uploaded for posts."""
    file = MediaFile.objects.filter(pk=ctx.subject_id, thumbnail=None, state=MediaFile.State.READY).first()
    return thumbnails.make(ctx, file) if file else Done()


@jobs.periodic("media.sweep_direct", every=timedelta(minutes=10))
def sweep_direct() -> None:
    """Forget announced uploads that were not confirmed in time."""
    presigned_uploads.sweep()


@jobs.periodic("media.empty_trash", every=timedelta(hours=1))
def empty_trash() -> None:
    """Erase what was deleted more than a day ago."""
    trash.empty()
