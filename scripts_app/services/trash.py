"""Deleting a script, and bringing it back while it is in the trash."""

from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.policy import Action, require
from core import clock
from core.actor import Actor
from core.errors import Conflict, NotFound
from scripts_app.errors import ScriptError
from scripts_app.models import Script
from scripts_app.services.writing import writable


@transaction.atomic
def delete(*, actor: Actor, script_id: UUID) -> None:
    """Put a script into the trash; it can be brought back for 30 days."""
    script = writable(actor, script_id)
    Script.objects.filter(pk=script.pk).update(deleted_at=clock.now(), updated_at=clock.now())
    audit.record(actor, "script.deleted", ("script", script.pk), {"title": script.title})


@transaction.atomic
def undelete(*, actor: Actor, script_id: UUID) -> Script:
    """Bring a script back from the trash."""
    require(actor, Action.WRITE)
    script = Script.objects.for_workspace(actor.workspace_id).filter(pk=script_id).first()
    if script is None:
        raise NotFound()
    if script.deleted_at is None:
        raise Conflict(ScriptError.NOT_DELETED, "This script is not in the trash.")
    Script.objects.filter(pk=script.pk).update(deleted_at=None, updated_at=clock.now())
    audit.record(actor, "script.restored_from_trash", ("script", script.pk), {"title": script.title})
    script.refresh_from_db()
    return script
