"""Videos in the library: title, place, tags, archive, trash."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts import audit, policy
from accounts.policy import Action
from core import clock
from core.actor import Actor
from core.errors import Conflict, NotFound, ValidationFailed
from jobs import events
from media import uses
from videos.errors import VideoError
from videos.models import Folder, Video, VideoTag
from videos.services.names import clean_name, normalise
from videos.services.tagging import clean_names, tags_named

TITLE_LENGTH = 200
MOST_AT_ONCE = 100


_READ_WITH = ("media", "poster", "storyboard", "folder")


def get(actor: Actor, video_id: UUID, *, trash: bool = False, related: Sequence[str] = ()) -> Video:
    """One video of the actor's workspace; those in the trash only with `trash`. `related` is read with it."""
    videos = Video.objects.for_workspace(actor.workspace_id).select_related(*_READ_WITH, *related)
    if not trash:
        videos = videos.filter(deleted_at__isnull=True)
    video = videos.filter(pk=video_id).first()
    if video is None:
        raise NotFound
    return video


def update(
    *,
    actor: Actor,
    video_id: UUID,
    title: str | None = None,
    folder_id: UUID | None = None,
    move: bool = False,
    tags: Sequence[str] | None = None,
    version: int | None = None,
) -> Video:
    """Change title, folder (`move=True`; None is the top) and tags. A `version` that is no longer the newest is 409."""
    policy.require(actor, Action.WRITE)
    video = get(actor, video_id)
    changes: dict[str, object] = {}
    if title is not None:
        changes["title"] = clean_name(title, field="title", longest=TITLE_LENGTH)
    folder = _folder(actor, folder_id) if move else None
    names = clean_names(tags, "video") if tags is not None else None
    with transaction.atomic():
        _claim_version(video, version)
        if move:
            changes["folder_id"] = folder.pk if folder else None
        for field, value in changes.items():
            setattr(video, field, value)
        if changes:
            video.save(update_fields=[*changes, "updated_at"])
        if names is not None:
            _set_tags(video, names)
            changes["tags"] = names
        refresh_search(video)
        shown = {name: str(value) if isinstance(value, UUID) else value for name, value in changes.items()}
        audit.record(actor, "video.update", ("video", video.pk), shown)
    return get(actor, video_id)


def _claim_version(video: Video, version: int | None) -> None:
    rows = Video.objects.filter(pk=video.pk)
    if version is not None:
        rows = rows.filter(version=version)
    if not rows.update(version=F("version") + 1):
        video.refresh_from_db()
        raise Conflict(
            VideoError.STALE,
            "Somebody else changed this video in the meantime. Look at the newest state and change it again.",
            {"your_version": version, "current_version": video.version, "current_title": video.title},
        )
    video.refresh_from_db(fields=["version"])


def _folder(actor: Actor, folder_id: UUID | None) -> Folder | None:
    if folder_id is None:
        return None
    folder = Folder.objects.for_workspace(actor.workspace_id).filter(pk=folder_id, deleted_at__isnull=True).first()
    if folder is None:
        raise NotFound("folder_unknown", "This folder does not exist, or it belongs to another workspace.")
    return folder


def _set_tags(video: Video, names: list[str]) -> None:
    wanted = tags_named(video.workspace_id, names)
    VideoTag.objects.filter(video=video).exclude(tag__in=wanted).delete()
    present = set(VideoTag.objects.filter(video=video).values_list("tag_id", flat=True))
    for tag in wanted:
        if tag.pk not in present:
            VideoTag.objects.create(workspace_id=video.workspace_id, video=video, tag=tag)


def add_tags(*, actor: Actor, video_id: UUID, tags: Sequence[str]) -> Video:
    """Add tags to those a video has."""
    video = get(actor, video_id)
    present = list(video.tags.values_list("name", flat=True))
    return update(actor=actor, video_id=video_id, tags=[*present, *tags])


def refresh_search(video: Video) -> None:
    """Write again what search looks into. Inside the caller's transaction."""
    tags = VideoTag.objects.filter(video=video).values_list("tag__name", flat=True)
    folder = video.folder.name if video.folder_id and video.folder else ""
    text = normalise(" ".join([video.title, video.media.original_name, folder, *tags]))
    Video.objects.filter(pk=video.pk).update(search=text)
    video.search = text


def archive(*, actor: Actor, video_id: UUID, archived: bool = True) -> Video:
    """Take a video out of the library's everyday view, or back into it. Repeating it changes nothing."""
    policy.require(actor, Action.WRITE)
    video = get(actor, video_id)
    with transaction.atomic():
        changed = Video.objects.filter(pk=video.pk, archived_at__isnull=archived).update(
            archived_at=clock.now() if archived else None, version=F("version") + 1
        )
        if changed:
            audit.record(actor, "video.archive" if archived else "video.unarchive", ("video", video.pk))
    return get(actor, video_id)


def delete(*, actor: Actor, video_id: UUID) -> Video:
    """Put a video into the trash. `restore` brings it back for 30 days. Raises `Conflict` while a post needs it."""
    policy.require(actor, Action.WRITE)
    video = get(actor, video_id)
    uses.require_free(actor.workspace_id, [video.media_id], video.title)
    with transaction.atomic():
        if Video.objects.filter(pk=video.pk, deleted_at__isnull=True).update(deleted_at=clock.now()):
            audit.record(actor, "video.delete", ("video", video.pk), {"title": video.title})
        publish_video(video, "video.deleted")
    video.refresh_from_db()
    return video


def restore(*, actor: Actor, video_id: UUID) -> Video:
    """Take a video out of the trash. Repeating it changes nothing."""
    policy.require(actor, Action.WRITE)
    video = get(actor, video_id, trash=True)
    with transaction.atomic():
        if Video.objects.filter(pk=video.pk, deleted_at__isnull=False).update(deleted_at=None):
            audit.record(actor, "video.restore", ("video", video.pk), {"title": video.title})
        publish_video(video, "video.restored")
    return get(actor, video_id)


def check_many(video_ids: Sequence[UUID]) -> None:
    """Refuse an action on nothing, or on more videos than one request handles."""
    if not video_ids:
        raise ValidationFailed(VideoError.TOO_MANY, "Choose at least one video.")
    if len(video_ids) > MOST_AT_ONCE:
        raise ValidationFailed(VideoError.TOO_MANY, f"Choose at most {MOST_AT_ONCE} videos at once.")


def publish_video(video: Video, type: str) -> None:
    """Say what a video is now, to the pages that show it."""
    data = {
        "video_id": str(video.pk),
        "status": video.status,
        "stage": video.stage,
        "stage_label": Video.Stage(video.stage).label if video.stage else "",
        "error": video.error,
    }
    events.publish_event(topic="video", id=video.pk, type=type, data=data)
    events.publish_event(topic="workspace", id=video.workspace_id, type=type, data=data)
