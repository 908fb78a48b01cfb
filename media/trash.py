"""Deleting files of the media library so that it can be undone for a day."""

from datetime import timedelta

from django.db import router, transaction
from django.db.models import Model, ProtectedError
from django.db.models.deletion import Collector

from accounts import audit, policy
from accounts.policy import Action
from core import clock
from core.actor import Actor
from core.errors import Conflict
from media.errors import MediaError
from media.models import MediaFile
from media.services import delete_bytes, forget

UNDO_FOR = timedelta(hours=24)
_BATCH = 200


def users_of(file: MediaFile) -> set[Model]:
    """The rows that keep a file from being deleted."""
    try:
        Collector(using=router.db_for_write(MediaFile), origin=file).collect([file])
    except ProtectedError as error:
        return set(error.protected_objects)
    return set()


def put(*, actor: Actor, file: MediaFile) -> None:
    """Delete a file: it is gone from every list at once, and can come back for a day. Whether anything still needs it
    is the caller's to say."""
    policy.require(actor, Action.WRITE)
    with transaction.atomic():
        rows = MediaFile.objects.filter(pk=file.pk, state=MediaFile.State.READY)
        if not rows.update(state=MediaFile.State.TRASHED, trashed_at=clock.now(), updated_at=clock.now()):
            return
        audit.record(actor, "media.delete", ("media", file.pk), {"name": file.original_name, "kind": file.kind})


def restore(*, actor: Actor, file: MediaFile) -> None:
    """Bring a deleted file back. Raises `Conflict` when its day is over."""
    policy.require(actor, Action.WRITE)
    with transaction.atomic():
        rows = MediaFile.objects.filter(pk=file.pk, state=MediaFile.State.TRASHED)
        if not rows.update(state=MediaFile.State.READY, trashed_at=None, updated_at=clock.now()):
            raise Conflict(MediaError.GONE, f"“{file}” was deleted for good meanwhile. Upload it again.")
        audit.record(actor, "media.restore", ("media", file.pk))


def empty() -> int:
    """Erase what was deleted more than a day ago. System scope. A file that an ended post still names loses its bytes
    only, so that the post's page keeps its name and picture. Returns how many."""
    over = MediaFile.objects.filter(state=MediaFile.State.TRASHED, trashed_at__lte=clock.now() - UNDO_FOR)
    count = 0
    for file in over.select_related("thumbnail").order_by("trashed_at", "id")[:_BATCH]:
        try:
            with transaction.atomic():
                forget(file)
        except ProtectedError:
            _erase(file)
        count += 1
    return count


def _erase(file: MediaFile) -> None:
    rows = MediaFile.objects.filter(pk=file.pk, state=MediaFile.State.TRASHED)
    if rows.update(state=MediaFile.State.ERASED, updated_at=clock.now()):
        delete_bytes(file.storage_key)
