"""What jobs report: a render has begun, its files count, or it came to nothing. Asks no permission."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import ProtectedError, Q
from django.urls import reverse

from core import clock
from core.actor import Actor
from core.formatting import counted
from editing import signals
from editing.models import Edit, Rendition
from editing.services.renders import move
from editing.topics import publish_edit
from media import services as files
from media.models import MediaFile
from media.services import Stored
from notifications.models import NoticeKind
from notifications.services import Message, notify


@dataclass(frozen=True, slots=True)
class Made:
    """What a render came to: stored files by output, and the outputs that failed with code and sentence."""

    stored: Mapping[str, Stored]
    failed: Sequence[Mapping[str, str]]
    warnings: Sequence[str]
    plan_version: int


def find(workspace_id: UUID, edit_id: UUID) -> Edit | None:
    """The edit a job is about; None when it was deleted meanwhile."""
    return Edit.objects.for_workspace(workspace_id).filter(pk=edit_id).first()


def waiting(edit: Edit, purpose: Rendition.Purpose) -> set[str]:
    """The keys of the outputs that are to be made."""
    rows = edit.renditions.filter(purpose=purpose, state__in=(Rendition.State.PENDING, Rendition.State.RENDERING))
    return set(rows.values_list("key", flat=True))


def begin(edit: Edit, keys: Sequence[str], purpose: Rendition.Purpose) -> None:
    """A worker has taken the job."""
    _renditions(edit, keys, purpose).exclude(state=Rendition.State.DONE).update(state=Rendition.State.RENDERING)
    if purpose == Rendition.Purpose.EXPORT:
        move(edit, Edit.State.RENDERING)
    else:
        publish_edit(edit)


def record(*, actor: Actor, edit_id: UUID, purpose: Rendition.Purpose, made: Made) -> dict[str, Any]:
    """The files go live. Called in the transaction that ends the job."""
    edit = find(actor.workspace_id, edit_id)
    if edit is None:
        for stored in made.stored.values():
            files.discard(stored)
        return {}
    result = {key: str(_keep(actor, edit, purpose, key, stored, made)) for key, stored in made.stored.items()}
    for failure in made.failed:
        _renditions(edit, [failure["key"]], purpose).update(
            state=Rendition.State.FAILED, error=failure["message"][:500], error_code=failure["code"]
        )
    if purpose == Rendition.Purpose.EXPORT:
        _finish(edit, made)
    else:
        publish_edit(edit)
    return {"edit_id": str(edit.pk), "renditions": result}


def fail(
    *, workspace_id: UUID, edit_id: UUID, purpose: Rendition.Purpose, cancelled: bool, code: str, message: str
) -> None:
    """The job ended without a result. A finished file of an earlier render stays what it was."""
    edit = find(workspace_id, edit_id)
    if edit is None:
        return
    open_ones = edit.renditions.filter(purpose=purpose, state__in=(Rendition.State.PENDING, Rendition.State.RENDERING))
    if cancelled:
        open_ones.filter(media__isnull=False).update(state=Rendition.State.DONE)
        open_ones.update(state=Rendition.State.CANCELLED)
    else:
        open_ones.update(state=Rendition.State.FAILED, error=message[:500], error_code=code)
    if purpose == Rendition.Purpose.PREVIEW:
        publish_edit(edit)
    elif cancelled:
        move(edit, Edit.State.CANCELLED, finished_at=clock.now())
    elif move(edit, Edit.State.FAILED, error=message[:500], error_code=code, finished_at=clock.now()):
        _tell_owner(edit, NoticeKind.EDIT_FAILED, f"This edit could not be made: {edit.title}", edit.error)
        signals.edit_failed.send(Edit, workspace_id=edit.workspace_id, edit_id=edit.pk)


def _keep(actor: Actor, edit: Edit, purpose: Rendition.Purpose, key: str, stored: Stored, made: Made) -> UUID:
    media = files.record(actor=actor, stored=stored)
    rendition = Rendition.objects.select_related("media").get(edit=edit, purpose=purpose, key=key)
    former = rendition.media
    rendition.media = media
    rendition.state = Rendition.State.DONE
    rendition.plan_version = made.plan_version
    rendition.error = rendition.error_code = ""
    rendition.save(update_fields=["media", "state", "plan_version", "error", "error_code", "updated_at"])
    if former is not None:
        forget(former)
    return rendition.pk


def drop_previews(edit: Edit) -> None:
    """Previews of a plan that is no more go; those still to be made will show the new one, if it has their output."""
    keys = [output["key"] for output in edit.plan["outputs"]]
    coming = Q(key__in=keys, state__in=(Rendition.State.PENDING, Rendition.State.RENDERING))
    for rendition in edit.renditions.filter(purpose=Rendition.Purpose.PREVIEW).exclude(coming).select_related("media"):
        rendition.delete()
        if rendition.media is not None:
            forget(rendition.media)


def forget(media: MediaFile) -> None:
    """A file that was replaced goes, unless something else (a post) still uses it."""
    with suppress(ProtectedError):
        files.forget(media)


def _finish(edit: Edit, made: Made) -> None:
    # Files of outputs that a former plan had stay, but say nothing about this one.
    keys = [output["key"] for output in edit.plan["outputs"]]
    states = set(_renditions(edit, keys, Rendition.Purpose.EXPORT).values_list("state", flat=True))
    whole = states == {Rendition.State.DONE}
    failure = next(iter(made.failed), None)
    moved = move(
        edit,
        Edit.State.DONE if whole else Edit.State.PARTIAL,
        warnings=list(made.warnings),
        error=failure["message"][:500] if failure else "",
        error_code=failure["code"] if failure else "",
        finished_at=clock.now(),
    )
    if moved:
        signals.edit_finished.send(Edit, workspace_id=edit.workspace_id, edit_id=edit.pk)
    if moved and whole:
        text = f"{counted(len(keys), 'format')}, to download or to post."
        _tell_owner(edit, NoticeKind.EDIT_FINISHED, f"Your edit is ready: {edit.title}", text)
    elif moved:
        _tell_owner(edit, NoticeKind.EDIT_FAILED, f"Your edit is ready only in part: {edit.title}", edit.error)


def _tell_owner(edit: Edit, kind: NoticeKind, title: str, text: str) -> None:
    """Whoever ordered an edit hears how it ended, once for each end."""
    link = reverse("edit_detail", args=[edit.pk])
    message = Message(kind, f"edit:{edit.pk}:{edit.finished_at}", title, text, link)
    notify(workspace_id=edit.workspace_id, message=message, to=edit.created_by_id)


def _renditions(edit: Edit, keys: Sequence[str], purpose: Rendition.Purpose) -> Any:
    return Rendition.objects.filter(edit=edit, purpose=purpose, key__in=keys)
