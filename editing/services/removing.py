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
from editing.services.rendering import find
from media import services as files


def delete(*, actor: Actor, edit_id: UUID) -> None:
    """Delete an edit and its files. Refused while it is rendered, and while a post uses one of its files."""
    policy.require(actor, Action.WRITE)
    edit = find(actor, edit_id)
    if edit.is_busy:
        raise Conflict(EditingError.BUSY, "This edit is being rendered. Cancel it first.")
    with transaction.atomic():
        renditions = list(Rendition.objects.filter(edit=edit).select_related("media"))
        audit.record(actor, "edit.delete", ("edit", edit.pk), {"title": edit.title})
        edit.delete()
        try:
            for rendition in renditions:
                if rendition.media is not None:
                    files.forget(rendition.media)
        except ProtectedError:
            raise Conflict(
                EditingError.IN_USE, f"A file of “{edit.title}” is used by a post. Delete that post first."
            ) from None
