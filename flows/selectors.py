"""Reads that cross rooms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Count, Exists, Q, QuerySet, Subquery

from accounts.models import Workspace
from core.actor import Actor
from editing.models import Edit
from media.models import MediaFile
from publishing.models import AccountStatus, Post, PostTarget, SocialAccount
from publishing.states import TargetState
from scripts_app.models import Script
from strategies.models import Strategy
from videos.models import Video

_TITLED: Final[Mapping[str, type[Video] | type[Edit] | type[Strategy] | type[Script]]] = {
    "video": Video,
    "edit": Edit,
    "strategy": Strategy,
    "script": Script,
}


def titles(actor: Actor, subjects: Iterable[tuple[str, UUID | None]]) -> dict[UUID, str]:
    """The titles of videos, edits, strategies and scripts by id. One query for each kind among them."""
    wanted: dict[str, set[UUID]] = {}
    for name, key in subjects:
        if name in _TITLED and key is not None:
            wanted.setdefault(name, set()).add(key)
    found: dict[UUID, str] = {}
    for name, keys in wanted.items():
        rows = _TITLED[name].objects.for_workspace(actor.workspace_id).filter(pk__in=keys)
        found.update(rows.values_list("pk", "title"))
    return found


def titles_of_files(actor: Actor, files: Iterable[MediaFile]) -> dict[UUID, str]:
    """What people call these files: the title of the video or of the edit they are of, else their name. Two queries."""
    rows = list(files)
    keys = [row.pk for row in rows]
    videos = Video.objects.for_workspace(actor.workspace_id).filter(media_id__in=keys)
    edits = Edit.objects.for_workspace(actor.workspace_id).filter(renditions__media_id__in=keys)
    found = {key: title for key, title in edits.values_list("renditions__media_id", "title") if key is not None}
    found |= dict(videos.values_list("media_id", "title"))
    return {row.pk: found.get(row.pk) or row.original_name.rpartition(".")[0] or row.original_name for row in rows}


@dataclass(frozen=True, slots=True)
class VideoUse:
    """How many of a kind (`strategy`, `script`, `edit`, `post`) were made from a video, and the newest of them."""

    kind: str
    count: int
    newest: UUID


def uses_of_video(actor: Actor, video: Video) -> list[VideoUse]:
    """What was made from a video. One query."""
    key = actor.workspace_id
    # Posts of the file itself, and of renditions made from it.
    shows = Q(media__file=video.media_id) | Q(media__file__renditions__edit__video=video)
    kinds: dict[str, QuerySet] = {  # type: ignore[type-arg]
        "strategy": Strategy.objects.for_workspace(key).alive().filter(videos=video),
        "script": Script.objects.for_workspace(key).alive().filter(video=video),
        "edit": Edit.objects.for_workspace(key).filter(video=video),
        "post": Post.objects.for_workspace(key).filter(shows, deleted_at=None).distinct(),
    }
    columns: list[Subquery] = []
    for rows in kinds.values():
        keys = rows.order_by("-id").values("pk")
        count = rows.order_by().values("workspace_id").annotate(count=Count("pk", distinct=True)).values("count")
        columns += [Subquery(count), Subquery(keys[:1])]
    answer = Video.objects.for_workspace(key).filter(pk=video.pk).values_list(*columns).get()
    pairs = zip(answer[::2], answer[1::2], strict=True)
    return [VideoUse(kind, count, newest) for kind, (count, newest) in zip(kinds, pairs, strict=True) if count]


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """What a newcomer has done on the way from sign-up to the first post."""

    has_video: bool
    has_account: bool
    has_strategy: bool
    has_post: bool


def first_steps(actor: Actor) -> FirstSteps:
    """How far a workspace has come. One query."""
    key = actor.workspace_id
    never = [TargetState.DRAFT, TargetState.CANCELLED]
    done = Workspace.objects.filter(pk=key).values_list(
        Exists(Video.objects.for_workspace(key).alive()),
        Exists(SocialAccount.objects.for_workspace(key).filter(status=AccountStatus.CONNECTED)),
        Exists(Strategy.objects.for_workspace(key).alive().filter(version__gte=1)),
        Exists(PostTarget.objects.for_workspace(key).exclude(state__in=never)),
    )
    return FirstSteps(*done.get())
