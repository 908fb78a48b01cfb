"""Reads of the media library."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts import policy
from accounts.policy import Action
from core.actor import Actor
from media.models import MediaFile
from media.signed_urls import OF_ADDRESS

# What a person uploads or makes, as opposed to what is derived from it.
LIBRARY_KINDS = (MediaFile.Kind.VIDEO, MediaFile.Kind.IMAGE, MediaFile.Kind.RENDITION)
# A thumbnail is there for its address.
_NOT_OF_THUMBNAIL = [
    field.name for field in MediaFile._meta.concrete_fields if field.name not in ("id", "workspace", *OF_ADDRESS)
]
SHAPES = {"video": Q(content_type__startswith="video/"), "image": Q(content_type__startswith="image/")}


def files(actor: Actor, *, kind: str = "", search: str = "") -> QuerySet[MediaFile]:
    """Files that are there, newest first: of one kind, else all that people upload or make.

    `search`: words that all occur in the file's name.
    """
    policy.require(actor, Action.READ)
    rows = MediaFile.objects.for_workspace(actor.workspace_id).filter(state=MediaFile.State.READY)
    rows = rows.filter(kind=kind) if kind else rows.filter(kind__in=LIBRARY_KINDS)
    for word in search.replace("\x00", "").split()[:8]:
        rows = rows.filter(original_name__icontains=word)
    rows = rows.select_related("thumbnail").defer(*(f"thumbnail__{name}" for name in _NOT_OF_THUMBNAIL))
    return rows.order_by("-created_at", "-id")


def files_by_id(actor: Actor, ids: Collection[UUID]) -> list[MediaFile]:
    """Those of some files that are there, newest first. No query for no ids."""
    return list(files(actor).filter(pk__in=ids)) if ids else []


def files_named(actor: Actor, names: Collection[str]) -> list[MediaFile]:
    """What people uploaded or made under exactly these names, newest first."""
    return list(files(actor).filter(original_name__in=list(names))) if names else []


def library(actor: Actor, *, shape: str = "", search: str = "") -> QuerySet[MediaFile]:
    """Pictures and videos that can be posted; `shape` is `video`, `image`, or empty for both."""
    rows = files(actor, search=search)
    return rows.filter(SHAPES[shape]) if shape in SHAPES else rows
