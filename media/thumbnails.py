"""A picture of a video that was uploaded for posts, made by a job."""

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

from core.child import ChildError, Limits, python_argv
from jobs import Done, JobContext
from media import file_type, services
from media.models import MediaFile
from media.storage import store

_LIMITS = Limits(timeout_s=300, memory_bytes=4 * 1024**3, silence_s=120)
# The picture is the liveliest of the first seconds.
_LOOKED_AT_S = 3.0


def make(ctx: JobContext, file: MediaFile) -> Done:
    """Store the thumbnail; the file names it once the job has ended. Without one the file stays as it is."""
    made: dict[str, Any] = {}
    with (
        ctx.without_connection(),
        store().local(file.storage_key) as path,
        tempfile.TemporaryDirectory(dir=settings.WORK_DIR, prefix="thumbnail-") as folder,
    ):
        with path.open("rb") as handle:
            container = file_type.container_of(handle.read(file_type.HEAD_BYTES))
        if container is None:
            return Done({"thumbnail": None})
        seconds = str(min(file.duration_s or _LOOKED_AT_S, _LOOKED_AT_S))
        try:
            argv = python_argv("media.previews", str(path), container.demuxer, folder, seconds)
            ctx.run_child(argv, on_line=made.update, limits=_LIMITS)
        except ChildError as error:
            if error.reason == "stopped":
                raise
            return Done({"thumbnail": None, "why": error.reason})
        stored = services.put(
            workspace_id=file.workspace_id,
            kind=MediaFile.Kind.THUMBNAIL,
            source=Path(folder) / "poster.jpg",
            content_type="image/jpeg",
            extension="jpg",
            facts=made["poster"],
            token=ctx.token,
        )

    def commit() -> None:
        thumbnail = services.record(actor=ctx.actor, stored=stored)
        MediaFile.objects.filter(pk=file.pk, thumbnail=None).update(thumbnail=thumbnail)

    return Done({"thumbnail": str(stored.file_id)}, commit=commit)
