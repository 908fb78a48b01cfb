"""Where a video is used: what was made from it, the newest of each kind first."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse

from core.actor import Actor
from core.formatting import counted
from editing.models import Edit
from publishing.models import Post
from scripts_app.models import Script
from strategies.models import Strategy
from videos.models import Video


@dataclass(frozen=True, slots=True)
class VideoUse:
    """One kind of thing made from a video: how many, and the newest one's page. `step` is its place on the way."""

    step: str
    words: str
    url: str


def _shows(video: Video) -> Q:
    """Posts of the file itself, and of renditions made from it."""
    return Q(media__file=video.media_id) | Q(media__file__renditions__edit__video=video)


def uses_of(actor: Actor, video: Video) -> list[VideoUse]:
    """Strategies, scripts, edits and posts of a video. Four queries."""
    mine = actor.workspace_id
    kinds: tuple[tuple[str, str, str, str, QuerySet], ...] = (  # type: ignore[type-arg]
        ("strategy", "strategy", "strategies", "strategy_detail",
         Strategy.objects.for_workspace(mine).filter(videos=video, deleted_at=None)),
        ("script", "script", "scripts", "script_detail",
         Script.objects.for_workspace(mine).filter(video=video, deleted_at=None)),
        ("edit", "edit", "edits", "edit_detail", Edit.objects.for_workspace(mine).filter(video=video)),
        ("post", "post", "posts", "post_detail",
         Post.objects.for_workspace(mine).filter(_shows(video), deleted_at=None).distinct()),
    )  # fmt: skip
    found = []
    for step, one, many, page, rows in kinds:
        keys = list(rows.order_by("-id").values_list("pk", flat=True)[:100])
        if keys:
            words = counted(len(keys), one, many)
            found.append(VideoUse(step, words, reverse(page, args=[keys[0]])))
    return found
