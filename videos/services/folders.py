"""Folders and tags."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import audit, policy
from accounts.policy import Action
from core import clock
from core.actor import Actor
from core.errors import Conflict, NotFound, ValidationFailed
from videos.errors import VideoError
from videos.models import Folder, Tag, Video
from videos.services.library import refresh_search
from videos.services.names import clean_name
from videos.services.tagging import TAG_LENGTH

NAME_LENGTH = 80
MOST_DEEP = 5


def get_folder(actor: Actor, folder_id: UUID) -> Folder:
    """A folder of the actor's workspace that is not deleted."""
    folder = Folder.objects.for_workspace(actor.workspace_id).filter(pk=folder_id, deleted_at__isnull=True).first()
    if folder is None:
        raise NotFound
    return folder


def get_tag(actor: Actor, tag_id: UUID) -> Tag:
    """A tag of the actor's workspace."""
    tag = Tag.objects.for_workspace(actor.workspace_id).filter(pk=tag_id).first()
    if tag is None:
        raise NotFound
    return tag


def _taken(kind: str, name: str) -> Conflict:
    return Conflict(VideoError.NAME_TAKEN, f"There is a {kind} named “{name}” here already. Choose another name.")


def create_folder(*, actor: Actor, name: str, parent_id: UUID | None = None) -> Folder:
    """A new folder, at the top or inside another."""
    policy.require(actor, Action.WRITE)
    name = clean_name(name, field="name", longest=NAME_LENGTH)
    parent = get_folder(actor, parent_id) if parent_id else None
    if parent is not None and len(_ancestors(parent)) >= MOST_DEEP:
        raise ValidationFailed(VideoError.TOO_DEEP, f"Folders nest at most {MOST_DEEP} deep.")
    try:
        with transaction.atomic():
            folder = Folder.objects.create(workspace_id=actor.workspace_id, name=name, parent=parent)
            audit.record(actor, "folder.create", ("folder", folder.pk), {"name": name})
    except IntegrityError:
        raise _taken("folder", name) from None
    return folder


def update_folder(
    *, actor: Actor, folder_id: UUID, name: str | None = None, parent_id: UUID | None = None, move: bool = False
) -> Folder:
    """Rename a folder, or (`move=True`) put it elsewhere."""
    policy.require(actor, Action.WRITE)
    folder = get_folder(actor, folder_id)
    changed = []
    if name is not None:
        folder.name = clean_name(name, field="name", longest=NAME_LENGTH)
        changed.append("name")
    if move:
        folder.parent = _new_parent(actor, folder, parent_id)
        changed.append("parent")
    try:
        with transaction.atomic():
            # Who renames a folder does not move it back from where another tab has just put it.
            folder.save(update_fields=[*changed, "updated_at"])
            if name is not None:
                _refresh(Video.objects.for_workspace(actor.workspace_id).filter(folder=folder).select_related("media"))
            audit.record(actor, "folder.update", ("folder", folder.pk), {"name": folder.name})
    except IntegrityError:
        raise _taken("folder", folder.name) from None
    return folder


def _ancestors(folder: Folder) -> list[UUID]:
    """The folder itself and everything above it."""
    chain: list[UUID] = []
    current: Folder | None = folder
    while current is not None and current.pk not in chain:
        chain.append(current.pk)
        current = current.parent
    return chain


def _new_parent(actor: Actor, folder: Folder, parent_id: UUID | None) -> Folder | None:
    if parent_id is None:
        return None
    parent = get_folder(actor, parent_id)
    above = _ancestors(parent)
    if folder.pk in above:
        raise ValidationFailed(VideoError.CYCLE, "A folder cannot lie inside itself.")
    if len(above) + _height(folder) > MOST_DEEP:
        raise ValidationFailed(VideoError.TOO_DEEP, f"Folders nest at most {MOST_DEEP} deep.")
    return parent


def _height(folder: Folder) -> int:
    return 1 + max((_height(child) for child in folder.children.filter(deleted_at__isnull=True)), default=0)


def _subtree(folder: Folder, deleted_at: datetime | None) -> list[UUID]:
    found = [folder.pk]
    for child in folder.children.filter(deleted_at=deleted_at):
        found += _subtree(child, deleted_at)
    return found


def delete_folder(*, actor: Actor, folder_id: UUID) -> Folder:
    """Delete a folder and those inside it. Its videos stay in the library; `restore_folder` puts them back in place."""
    policy.require(actor, Action.WRITE)
    folder = get_folder(actor, folder_id)
    with transaction.atomic():
        Folder.objects.filter(pk__in=_subtree(folder, None)).update(deleted_at=clock.now())
        audit.record(actor, "folder.delete", ("folder", folder.pk), {"name": folder.name})
    folder.refresh_from_db()
    return folder


def restore_folder(*, actor: Actor, folder_id: UUID) -> Folder:
    """Undo `delete_folder`."""
    policy.require(actor, Action.WRITE)
    folder = Folder.objects.for_workspace(actor.workspace_id).filter(pk=folder_id).first()
    if folder is None:
        raise NotFound
    if folder.deleted_at is None:
        return folder
    try:
        with transaction.atomic():
            Folder.objects.filter(pk__in=_subtree(folder, folder.deleted_at)).update(deleted_at=None)
            audit.record(actor, "folder.restore", ("folder", folder.pk), {"name": folder.name})
    except IntegrityError:
        raise _taken("folder", folder.name) from None
    folder.refresh_from_db()
    return folder


def create_tag(*, actor: Actor, name: str) -> Tag:
    """A new tag."""
    policy.require(actor, Action.WRITE)
    name = clean_name(name.lstrip("#"), field="name", longest=TAG_LENGTH)
    try:
        with transaction.atomic():
            tag = Tag.objects.create(workspace_id=actor.workspace_id, name=name)
            audit.record(actor, "tag.create", ("tag", tag.pk), {"name": name})
    except IntegrityError:
        raise _taken("tag", name) from None
    return tag


def rename_tag(*, actor: Actor, tag_id: UUID, name: str) -> Tag:
    """Another name for a tag, on all its videos."""
    policy.require(actor, Action.WRITE)
    tag = get_tag(actor, tag_id)
    tag.name = clean_name(name.lstrip("#"), field="name", longest=TAG_LENGTH)
    try:
        with transaction.atomic():
            tag.save(update_fields=["name", "updated_at"])
            _refresh(Video.objects.for_workspace(actor.workspace_id).filter(tags=tag).select_related("media"))
            audit.record(actor, "tag.rename", ("tag", tag.pk), {"name": tag.name})
    except IntegrityError:
        raise _taken("tag", tag.name) from None
    return tag


def delete_tag(*, actor: Actor, tag_id: UUID) -> None:
    """Take a tag off all videos."""
    policy.require(actor, Action.WRITE)
    tag = get_tag(actor, tag_id)
    with transaction.atomic():
        videos = list(Video.objects.for_workspace(actor.workspace_id).filter(tags=tag).select_related("media"))
        audit.record(actor, "tag.delete", ("tag", tag.pk), {"name": tag.name})
        tag.delete()
        _refresh(videos)


def _refresh(videos: Iterable[Video]) -> None:
    for video in videos:
        refresh_search(video)
