"""How far a video is. Called by jobs (and by `patterns`, whose job is the last stage); asks no permission.

Each change of status is one conditional UPDATE that follows the allowed map, and one event.
"""

from functools import partial
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from accounts import audit, policy
from accounts.policy import Action
from core import clock
from core.actor import Actor
from core.errors import Conflict
from media import services as files
from media.models import MediaFile
from media.services import Stored
from notifications.models import NoticeKind
from notifications.services import Message, notify
from videos import signals
from videos.errors import VideoError
from videos.models import Video
from videos.services import intake
from videos.services.library import get, publish_video

# Where a status may come from.
ALLOWED: dict[Video.Status, tuple[Video.Status, ...]] = {
    Video.Status.PROCESSING: tuple(Video.Status),
    Video.Status.PROCESSED: (Video.Status.PROCESSING, Video.Status.UPLOADED),
    Video.Status.FAILED: (Video.Status.UPLOADED, Video.Status.PROCESSING),
}


def find(workspace_id: UUID, video_id: UUID) -> Video | None:
    """The video a job is about; None when it was deleted meanwhile."""
    return (
        Video.objects.for_workspace(workspace_id)
        .alive()
        .filter(pk=video_id)
        .select_related("media", "poster", "storyboard")
        .first()
    )


def _move(video: Video, status: Video.Status, **fields: object) -> bool:
    rows = Video.objects.filter(pk=video.pk, status__in=ALLOWED[status], deleted_at__isnull=True)
    with transaction.atomic():
        if not rows.update(status=status, **fields):
            return False
        video.refresh_from_db()
        publish_video(video, "video.stage")
    return True


def enter_stage(video: Video, stage: Video.Stage) -> bool:
    """The video is being processed, and this is what happens now."""
    return _move(video, Video.Status.PROCESSING, stage=stage, error="", error_code="")


def finish(video: Video) -> bool:
    """Everything is done; called in the transaction that makes the last result live."""
    with transaction.atomic():
        if not _move(video, Video.Status.PROCESSED, stage="", error="", error_code=""):
            return False
        signals.video_processed.send(Video, workspace_id=video.workspace_id, video_id=video.pk)
    return True


def fail(video: Video, *, stage: str, code: str, message: str) -> bool:
    """Processing ended with a sentence, and its owner is told. What was made before (previews) stays usable."""
    with transaction.atomic():
        if not _move(video, Video.Status.FAILED, stage=stage, error=message[:500], error_code=code[:60]):
            return False
        notice = Message(
            kind=NoticeKind.ANALYSIS_FAILED,
            once=f"video:{video.pk}:{clock.now()}",
            title=f"This video could not be analysed: {video.title}",
            text=video.error,
            link=reverse("video_detail", args=[video.pk]),
        )
        notify(workspace_id=video.workspace_id, message=notice, to=video.created_by_id)
        signals.video_failed.send(Video, workspace_id=video.workspace_id, video_id=video.pk)
    return True


def keep_facts(media: MediaFile, *, sha256: str, facts: dict[str, object]) -> None:
    """Complete a file's row with what only reading it could tell."""
    media.sha256 = sha256
    media.probe = facts
    for name in ("width", "height", "duration_s", "fps", "has_audio"):
        setattr(media, name, facts.get(name))
    media.save(update_fields=["sha256", "probe", "width", "height", "duration_s", "fps", "has_audio", "updated_at"])


def keep_previews(
    *, actor: Actor, video_id: UUID, sha256: str, facts: dict[str, object], poster: Stored, storyboard: Stored
) -> None:
    """Make the first half of processing live: facts, poster, storyboard; then whoever measures is told. Runs in the
    transaction that ends the job; former previews are replaced."""
    video = find(actor.workspace_id, video_id)
    if video is None:
        for made in (poster, storyboard):
            transaction.on_commit(partial(files.discard, made), robust=True)
        return
    keep_facts(video.media, sha256=sha256, facts=facts)
    former = [file for file in (video.poster, video.storyboard) if file is not None]
    video.poster = files.record(actor=actor, stored=poster)
    video.storyboard = files.record(actor=actor, stored=storyboard)
    video.save(update_fields=["poster", "storyboard", "updated_at"])
    for file in former:
        files.forget(file)
    _hand_to_measuring(video, actor)


def _hand_to_measuring(video: Video, actor: Actor) -> None:
    """Hand a prepared video to whoever measures."""
    enter_stage(video, Video.Stage.MEASURE)
    signals.video_prepared.send(sender=Video, workspace_id=video.workspace_id, video_id=video.pk, actor=actor)


def retry(*, actor: Actor, video_id: UUID) -> Video:
    """Take up a failed video where it failed: with the measurement alone once its previews are there, else anew."""
    policy.require(actor, Action.WRITE)
    video = get(actor, video_id)
    if video.status != Video.Status.FAILED:
        raise Conflict(VideoError.BUSY, "Only a video whose processing failed can be tried again.")
    with transaction.atomic():
        audit.record(actor, "video.retry", ("video", video.pk))
        if video.stage == Video.Stage.MEASURE:
            _hand_to_measuring(video, actor)
        else:
            enter_stage(video, Video.Stage.CHECK)
            intake.enqueue_processing(actor, video)
    return get(actor, video_id)
