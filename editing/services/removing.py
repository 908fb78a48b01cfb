"""Deletes edits with their files."""

from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError

from accounts import audit, policy
from accounts.policy import Action
from core.actor import Actor
from core.errors import Conflict
from editing.errors import EditingError
from editing.models import Rendition
from editing.services.renders import find
from media import services as files
from media import trash, uses


def delete(*, actor: Actor, edit_id: UUID) -> None:
    """Delete an edit and its files. Refused while it is rendered, and while a post still to come needs one of them.

    A file that an ended post still names goes with its name kept: the bytes after a day, as everywhere.
    """
    policy.require(actor, Action.WRITE)
    edit = find(actor, edit_id)
    if edit.is_busy:
        raise Conflict(EditingError.BUSY, "This edit is being rendered. Cancel it first.")
    renditions = list(Rendition.objects.filter(edit=edit).select_related("media"))
    made = [rendition.media for rendition in renditions if rendition.media is not None]
    uses.require_free(actor.workspace_id, [file.pk for file in made], edit.title)
    with transaction.atomic():
        audit.record(actor, "edit.delete", ("edit", edit.pk), {"title": edit.title})
        edit.delete()
        for file in made:
            try:
                files.forget(file)
            except ProtectedError as error:
                if uses.holders(error.protected_objects):
                    sentence = f"A file of “{edit.title}” is used by a video or a brand. Delete that first."
                    raise Conflict(EditingError.IN_USE, sentence) from None
                trash.put(actor=actor, file=file)
