"""Which pattern levels a published file has: those measured on its source video, with its own duration and aspect."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from patterns.levels import SCALES
from patterns.models import Pattern, PatternType
from publishing.models import PostMedia


@dataclass(frozen=True, slots=True)
class Shown:
    """What a post shows: levels by pattern type, and the published duration in seconds (None: not known)."""

    levels: dict[str, str] = field(default_factory=dict)
    duration_s: float | None = None


def shown_levels(workspace_id: UUID, posts: QuerySet[Any, Any]) -> dict[UUID, Shown]:
    """What the first file of each post shows; two queries. `posts` is a query for the ids of posts."""
    # A file is a video of the library, or was rendered from one.
    media = PostMedia.objects.for_workspace(workspace_id).filter(post_id__in=posts, position=0)
    rows: Any = media.values_list(
        "post_id", "file__videos__pk", "file__renditions__edit__video_id",
        "file__duration_s", "file__width", "file__height",
    ).order_by("post_id", "file__videos__pk", "file__renditions__pk")  # fmt: skip
    files = [(post_id, rendered or video, shape) for post_id, video, rendered, *shape in rows]
    measured: dict[UUID, dict[str, str]] = defaultdict(dict)
    patterns = Pattern.objects.for_workspace(workspace_id).filter(
        video_id__in={video for _, video, _ in files if video},
        # What a model read counts too; what was derived from measured levels would count them twice.
        source__in=(Pattern.Source.MEASURED, Pattern.Source.MODEL),
    )
    for video_id, kind, bucket in patterns.order_by("type", "id").values_list("video_id", "type", "bucket"):
        measured[video_id][kind] = bucket
    return {post_id: _shown(measured.get(video) if video else None, *shape) for post_id, video, shape in files}


def _shown(
    measured: Mapping[str, str] | None, duration_s: float | None, width: int | None, height: int | None
) -> Shown:
    levels = dict(measured or {})
    if duration_s is not None:
        levels[PatternType.DURATION] = SCALES[PatternType.DURATION].level(duration_s).name
    if width and height:
        levels[PatternType.ASPECT] = SCALES[PatternType.ASPECT].level(width / height).name
    return Shown(levels, duration_s)
