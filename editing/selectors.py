"""Reads of edits and renditions."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from core.actor import Actor
from core.errors import NotFound
from editing.models import Edit, EditQuerySet, Rendition
from jobs.models import Job


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is asked to show; empty shows all."""

    search: str = ""
    state: str = ""
    video_id: UUID | None = None
    platform: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether something is filtered out."""
        return bool(self.search or self.state or self.video_id or self.platform)


def edits(actor: Actor, filters: Filters | None = None) -> EditQuerySet:
    """The workspace's edits with all that cards show, newest first."""
    wanted = filters or Filters()
    rows = Edit.objects.for_workspace(actor.workspace_id).for_cards()
    for word in wanted.search.split():
        rows = rows.filter(Q(title__icontains=word) | Q(video__title__icontains=word))
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.video_id:
        rows = rows.filter(video_id=wanted.video_id)
    if wanted.platform:
        rows = rows.filter(pk__in=Rendition.objects.filter(platform=wanted.platform).values("edit_id"))
    return rows.order_by("-created_at", "-id")


def edit(actor: Actor, edit_id: UUID) -> Edit:
    """One edit with its video and renditions."""
    found = Edit.objects.for_workspace(actor.workspace_id).for_cards().filter(pk=edit_id).first()
    if found is None:
        raise NotFound
    return found


def renditions(
    actor: Actor, *, video_id: UUID | None = None, platform: str = "", aspect: str = ""
) -> QuerySet[Rendition]:
    """Finished files of edits, newest first; previews are not among them."""
    rows = Rendition.objects.for_workspace(actor.workspace_id).filter(
        purpose=Rendition.Purpose.EXPORT, media__isnull=False
    )
    if video_id:
        rows = rows.filter(edit__video_id=video_id)
    if platform:
        rows = rows.filter(platform=platform)
    if aspect:
        rows = rows.filter(aspect=aspect)
    return rows.select_related("edit__video", "media").order_by("-created_at", "-id")


def by_file(actor: Actor, file_ids: Collection[UUID]) -> dict[UUID, Rendition]:
    """The rendition that each file is of, with its edit, video and poster."""
    rows = Rendition.objects.for_workspace(actor.workspace_id).filter(media_id__in=file_ids)
    return {row.media_id: row for row in rows.select_related("edit__video__poster") if row.media_id is not None}


def job_of(edit: Edit, *, preview: bool = False) -> Job | None:
    """The newest render (or preview) job of an edit; None before the first, and after it was cleaned up."""
    job_id = edit.preview_job_id if preview else edit.job_id
    return Job.objects.for_workspace(edit.workspace_id).filter(pk=job_id).first() if job_id else None
