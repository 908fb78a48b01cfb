"""What a caller may name instead of a file. Services know files only."""

from collections.abc import Collection
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist

from core.actor import Actor
from core.errors import NotFound
from media.models import MediaFile

# The relation of a file to what it is the file of, and what must hold there.
RELATIONS = {
    "video_id": ("videos", {"videos__deleted_at__isnull": True}),
    "rendition_id": ("renditions", {}),
}


def files_of(actor: Actor, keys: Collection[UUID]) -> dict[UUID, UUID]:
    """The files of those of these videos and renditions that are of this workspace."""
    found: dict[UUID, UUID] = {}
    for relation, also in RELATIONS.values():
        rows = MediaFile.objects.for_workspace(actor.workspace_id).filter(
            **{f"{relation}__pk__in": list(keys)}, **also, state=MediaFile.State.READY
        )
        found |= dict(rows.values_list(f"{relation}__pk", "pk"))
    return found


def file_of(actor: Actor, name: str, key: UUID) -> UUID:
    """The file of a video or a rendition of this workspace."""
    relation, also = RELATIONS[name]
    try:
        MediaFile._meta.get_field(relation)
    except FieldDoesNotExist:
        raise NotFound from None
    rows = MediaFile.objects.for_workspace(actor.workspace_id).filter(**{f"{relation}__pk": key}, **also)
    found = rows.values_list("pk", flat=True).first()
    if found is None:
        raise NotFound
    return found
