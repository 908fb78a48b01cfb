"""Reads of the library."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Subquery

from accounts.models import Workspace
from core.actor import Actor
from videos.models import Folder, Tag, Video, VideoQuerySet
from videos.services.names import normalise

SORTS: dict[str, tuple[str, ...]] = {
    "newest": ("-created_at", "-id"),
    "oldest": ("created_at", "id"),
    "title": ("title", "id"),
    "longest": ("-media__duration_s", "id"),
    "shortest": ("media__duration_s", "id"),
    "largest": ("-media__size_bytes", "id"),
}
ORDERINGS: dict[str, tuple[str, ...]] = {
    "created_at": ("created_at", "id"),
    "-created_at": ("-created_at", "-id"),
    "title": ("title", "id"),
    "-title": ("-title", "-id"),
    "duration": ("media__duration_s", "id"),
    "-duration": ("-media__duration_s", "-id"),
    "size": ("media__size_bytes", "id"),
    "-size": ("-media__size_bytes", "-id"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the library is asked to show. `place` is all, archived or trash; `folder` "none" means in no folder."""

    search: str = ""
    status: str = ""
    folder: str = ""
    tag: str = ""
    place: str = "all"
    order: tuple[str, ...] = field(default=SORTS["newest"])

    @property
    def is_narrow(self) -> bool:
        """Whether something is filtered out, so that an empty answer does not mean an empty library."""
        return bool(self.search or self.status or self.folder or self.tag)


def library(actor: Actor, filters: Filters) -> VideoQuerySet:
    """The videos to show, in order. Reading all that cards show takes two queries."""
    videos = Video.objects.for_workspace(actor.workspace_id).for_cards()
    if filters.place == "trash":
        videos = videos.filter(deleted_at__isnull=False)
    else:
        videos = videos.filter(deleted_at__isnull=True, archived_at__isnull=filters.place != "archived")
    for word in normalise(filters.search).split():
        videos = videos.filter(search__contains=word)
    if filters.status:
        videos = videos.filter(status=filters.status)
    if filters.folder == "none":
        videos = videos.filter(Q(folder__isnull=True) | Q(folder__deleted_at__isnull=False))
    elif filters.folder:
        videos = videos.filter(folder_id=_uuid(filters.folder), folder__deleted_at__isnull=True)
    if filters.tag:
        videos = videos.filter(video_tags__tag_id=_uuid(filters.tag))
    return videos.order_by(*filters.order)


def _uuid(value: str) -> UUID:
    """The id in a query string; anything else matches nothing."""
    try:
        return UUID(value)
    except ValueError:
        return UUID(int=0)


def newest(actor: Actor, limit: int) -> QuerySet[Video]:
    """The newest videos with their files."""
    rows = Video.objects.for_workspace(actor.workspace_id).alive().select_related("media")
    return rows.order_by(*SORTS["newest"])[:limit]


def editable(actor: Actor, *, with_archived: Any = None) -> QuerySet[Video]:
    """Videos of known length, newest first, without archived ones but for the one that is named."""
    rows = Video.objects.for_workspace(actor.workspace_id).alive().filter(media__duration_s__isnull=False)
    offered = rows.filter(Q(archived_at__isnull=True) | Q(pk=with_archived))
    return offered.select_related("media").order_by(*SORTS["newest"])


def by_file(actor: Actor, file_ids: Collection[UUID]) -> dict[UUID, Video]:
    """The video that each file is of, with its poster."""
    rows = Video.objects.for_workspace(actor.workspace_id).filter(media_id__in=file_ids).select_related("poster")
    return {video.media_id: video for video in rows}


@dataclass(frozen=True, slots=True)
class FolderNode:
    """A folder with its place in the tree."""

    folder: Folder
    depth: int
    video_count: int


def folder_tree(actor: Actor) -> list[FolderNode]:
    """All folders, each after its parent, with how many videos lie directly in it. One query."""
    shown = Q(videos__deleted_at__isnull=True, videos__archived_at__isnull=True)
    folders = (
        Folder.objects.for_workspace(actor.workspace_id)
        .filter(deleted_at__isnull=True)
        .annotate(video_count=Count("videos", filter=shown))
        .order_by("name", "id")
    )
    children: dict[UUID | None, list[Folder]] = {}
    for folder in folders:
        children.setdefault(folder.parent_id, []).append(folder)
    return _walk(children, None, 0)


def _walk(children: dict[UUID | None, list[Folder]], parent: UUID | None, depth: int) -> list[FolderNode]:
    nodes: list[FolderNode] = []
    for folder in children.get(parent, []):
        nodes.append(FolderNode(folder, depth, folder.video_count))  # type: ignore[attr-defined]
        nodes += _walk(children, folder.pk, depth + 1)
    return nodes


def folders(actor: Actor) -> QuerySet[Folder]:
    """The workspace's folders by name."""
    return Folder.objects.for_workspace(actor.workspace_id).filter(deleted_at__isnull=True).order_by("name", "id")


def tags(actor: Actor) -> QuerySet[Tag]:
    """The workspace's tags by name, with how many videos carry each."""
    shown = Q(videos__deleted_at__isnull=True)
    return (
        Tag.objects.for_workspace(actor.workspace_id)
        .annotate(video_count=Count("videos", filter=shown))
        .order_by("name", "id")
    )


def is_empty(actor: Actor) -> bool:
    """Whether the library never had a video (trash and archive included)."""
    return not Video.objects.for_workspace(actor.workspace_id).exists()


def counts(actor: Actor, shown: QuerySet[Video]) -> tuple[int, int]:
    """How many videos are shown, on all pages, and how many lie in the trash. One query."""
    trash = Video.objects.for_workspace(actor.workspace_id).filter(deleted_at__isnull=False)
    numbers = [_count(shown), _count(trash)]
    found = Workspace.objects.filter(pk=actor.workspace_id).values_list(*numbers).first() or (0, 0)
    return found[0] or 0, found[1] or 0


def _count(rows: QuerySet[Video]) -> Subquery:
    """A count as a subquery, so that several need one query together."""
    return Subquery(rows.order_by().values("workspace_id").annotate(n=Count("pk")).values("n"))


def put_away(actor: Actor) -> QuerySet[Video, UUID]:
    """The files of videos that are archived or in the trash: no picker offers them."""
    rows = Video.objects.for_workspace(actor.workspace_id)
    return rows.exclude(archived_at__isnull=True, deleted_at__isnull=True).values_list("media_id", flat=True)
