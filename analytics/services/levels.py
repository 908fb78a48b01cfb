"""Which pattern levels a published file has: those measured on its source video, with its own duration and aspect."""

from collections import defaultdict
from uuid import UUID

from editing.models import Rendition
from patterns.levels import SCALES
from patterns.models import Pattern, PatternType
from publishing.models import PostMedia, PostTarget
from videos.models import Video


def source_videos(workspace_id: UUID, file_ids: list[UUID]) -> dict[UUID, UUID]:
    """File → the library's video it is, or was rendered from."""
    found = dict(Video.objects.for_workspace(workspace_id).filter(media_id__in=file_ids).values_list("media_id", "pk"))
    rendered = (
        Rendition.objects.for_workspace(workspace_id)
        .filter(media_id__in=file_ids)
        .values_list("media_id", "edit__video_id")
    )
    found.update({file_id: video_id for file_id, video_id in rendered if video_id and file_id})
    return found


def levels_of(workspace_id: UUID, target_ids: list[UUID]) -> dict[UUID, tuple[dict[str, str], float | None]]:
    """For each target its levels by pattern type, and the published duration in seconds; four queries in all."""
    posts = dict(PostTarget.objects.for_workspace(workspace_id).filter(pk__in=target_ids).values_list("pk", "post_id"))
    files = {}
    rows = PostMedia.objects.for_workspace(workspace_id).filter(post_id__in=set(posts.values()), position=0)
    for media in rows.select_related("file"):
        files[media.post_id] = media.file
    videos = source_videos(workspace_id, [file.pk for file in files.values()])
    measured: dict[UUID, dict[str, str]] = defaultdict(dict)
    patterns = Pattern.objects.for_workspace(workspace_id).filter(
        video_id__in=set(videos.values()),
        # What a model read counts too; what was derived from measured levels would count them twice.
        source__in=(Pattern.Source.MEASURED, Pattern.Source.MODEL),
    )
    for video_id, kind, bucket in patterns.values_list("video_id", "type", "bucket"):
        measured[video_id][kind] = bucket
    result: dict[UUID, tuple[dict[str, str], float | None]] = {}
    for target_id in target_ids:
        file = files.get(posts[target_id]) if target_id in posts else None
        if file is None:
            result[target_id] = ({}, None)
            continue
        levels = dict(measured.get(videos.get(file.pk, UUID(int=0)), {}))
        if file.duration_s is not None:
            levels[PatternType.DURATION] = SCALES[PatternType.DURATION].level(file.duration_s).name
        if file.aspect_ratio is not None:
            levels[PatternType.ASPECT] = SCALES[PatternType.ASPECT].level(file.aspect_ratio).name
        result[target_id] = (levels, file.duration_s)
    return result
