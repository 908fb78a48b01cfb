"""Files that come by form: put on disk, judged by content, stored. On any refusal nothing is left behind."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.db import transaction

import jobs
from accounts import audit, policy
from accounts.policy import Action
from core.actor import Actor
from core.errors import ValidationFailed
from media import file_type, quota, services, upload_checks
from media.errors import MediaError
from media.models import MediaFile
from media.services import Stored

THUMBNAIL = "media.thumbnail"
MISSING_FILE = "Choose a file to upload."


@contextmanager
def on_disk(file: "UploadedFile[Any]") -> Iterator[Path]:
    """A form's file as a path; Django has written all but the smallest ones already."""
    if isinstance(file, TemporaryUploadedFile):
        yield Path(file.temporary_file_path())
        return
    with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR, prefix="form-") as handle:
        target: IO[bytes] = handle.file
        for piece in file.chunks():
            target.write(piece)
        target.flush()
        yield Path(handle.name)


def store_upload(*, actor: Actor, file: "UploadedFile[Any] | None") -> MediaFile:
    """A picture or a video from a form."""
    policy.require(actor, Action.WRITE)
    if file is None:
        raise ValidationFailed(MediaError.EMPTY, MISSING_FILE, fields={"file": [MISSING_FILE]})
    name = (file.name or "file")[-255:]
    upload_checks.check_size(name, file.size or 0)
    quota.require(actor.workspace_id, file.size or 0)
    with on_disk(file) as path:
        stored = put_judged(workspace_id=actor.workspace_id, path=path, name=name)
    try:
        with transaction.atomic():
            return keep(actor=actor, stored=stored)
    except BaseException:
        services.discard(stored)
        raise


def put_judged(*, workspace_id: UUID, path: Path, name: str) -> Stored:
    """Store a file on this machine as the picture or the video that its content says it is."""
    with path.open("rb") as handle:
        head = handle.read(file_type.HEAD_BYTES)
    if file_type.container_of(head) is None:
        return services.put_image(workspace_id=workspace_id, path=path, name=name)
    judged = upload_checks.judge_file(name, path)
    return services.put(
        workspace_id=workspace_id,
        kind=MediaFile.Kind.VIDEO,
        source=path,
        content_type=judged.container.content_type,
        extension=judged.container.extension,
        original_name=name,
        facts=judged.facts,
    )


def keep(*, actor: Actor, stored: Stored) -> MediaFile:
    """The row of a file for posts, in the caller's transaction. A video's picture is made by a job."""
    policy.require(actor, Action.WRITE)
    file = services.record(actor=actor, stored=stored)
    audit.record(actor, "media.create", ("media", file.pk), {"name": file.original_name, "kind": file.kind})
    if file.kind == MediaFile.Kind.VIDEO:
        jobs.enqueue(kind=THUMBNAIL, actor=actor, subject=("media", file.pk), unique_key=f"{THUMBNAIL}:{file.pk}")
    return file
