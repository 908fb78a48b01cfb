"""How a file becomes a video."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

import jobs
from accounts import audit, policy
from accounts.policy import Action
from core.actor import Actor
from core.errors import ValidationFailed
from media import form_uploads as media_intake
from media import quota, resumable_uploads, upload_checks
from media import services as files
from media.form_uploads import on_disk
from media.models import MediaFile, UploadSession
from media.services import Stored
from videos.errors import VideoError
from videos.models import Folder, Video
from videos.services.library import TITLE_LENGTH, publish_video, refresh_search
from videos.services.names import clean_name, title_from

MISSING_FILE = "Choose a video file to upload."


def create_from_stored(*, actor: Actor, stored: Stored, title: str = "", folder_id: UUID | None = None) -> Video:
    """The video of a stored, judged file: its row, its file's row and its processing, in the caller's transaction."""
    policy.require(actor, Action.WRITE)
    return create_from_media(
        actor=actor, media=files.record(actor=actor, stored=stored), title=title, folder_id=folder_id
    )


def create_from_media(*, actor: Actor, media: MediaFile, title: str = "", folder_id: UUID | None = None) -> Video:
    """A video of a file that is in the store already (a rendition, a generated clip). In the caller's transaction."""
    policy.require(actor, Action.WRITE)
    name = clean_name(title, field="title", longest=TITLE_LENGTH) if title.strip() else title_from(media.original_name)
    # A folder that was deleted while the file was on its way is no reason to lose the file.
    open_folders = Folder.objects.for_workspace(actor.workspace_id).filter(deleted_at__isnull=True)
    folder = open_folders.filter(pk=folder_id).first() if folder_id else None
    video = Video.objects.create(
        workspace_id=actor.workspace_id, title=name, folder=folder, media=media, created_by_id=actor.user_id
    )
    refresh_search(video)
    audit.record(actor, "video.create", ("video", video.pk), {"title": name, "size_bytes": media.size_bytes})
    enqueue_processing(actor, video)
    publish_video(video, "video.created")
    return video


def enqueue_processing(actor: Actor, video: Video) -> UUID:
    """Order the processing of a video; one that is under way is returned. In the caller's transaction."""
    job = jobs.enqueue(
        kind="videos.process", actor=actor, subject=("video", video.pk), unique_key=f"videos.process:{video.pk}"
    )
    return job.pk


def create_from_session(actor: Actor, upload: UploadSession, stored: Stored) -> tuple[str, UUID]:
    """What a finished resumable upload becomes: a video of the library, or a file for posts."""
    if resumable_uploads.for_posts(upload):
        return "media", media_intake.keep(actor=actor, stored=stored).pk
    folder = upload.metadata.get("folder") or None
    title = str(upload.metadata.get("title", ""))
    video = create_from_stored(actor=actor, stored=stored, title=title, folder_id=UUID(folder) if folder else None)
    return "video", video.pk


def upload(*, actor: Actor, file: "UploadedFile[Any] | None", title: str = "", folder_id: UUID | None = None) -> Video:
    """A video from a form's file: judged, stored and recorded. On any refusal nothing is left behind."""
    policy.require(actor, Action.WRITE)
    if file is None:
        raise ValidationFailed(VideoError.NO_FILE, MISSING_FILE, fields={"file": [MISSING_FILE]})
    if title.strip():
        clean_name(title, field="title", longest=TITLE_LENGTH)
    name = (file.name or "video")[-255:]
    upload_checks.check_size(name, file.size or 0)
    quota.require(actor.workspace_id, file.size or 0)
    with on_disk(file) as path:
        return _import(actor, path, name, title, folder_id)


def import_file(*, actor: Actor, path: Path, title: str = "", folder_id: UUID | None = None, name: str = "") -> Video:
    """A video from a file on this machine (the command line). The file itself stays where it is."""
    policy.require(actor, Action.WRITE)
    upload_checks.check_size(name or path.name, path.stat().st_size)
    quota.require(actor.workspace_id, path.stat().st_size)
    return _import(actor, path, name or path.name, title, folder_id)


def _import(actor: Actor, path: Path, name: str, title: str, folder_id: UUID | None) -> Video:
    judged = upload_checks.judge_file(name, path)
    stored = files.store_judged_video(actor=actor, path=path, judged=judged, original_name=name)
    try:
        with transaction.atomic():
            return create_from_stored(actor=actor, stored=stored, title=title, folder_id=folder_id)
    except BaseException:
        files.discard(stored)
        raise
