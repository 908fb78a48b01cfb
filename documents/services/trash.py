"""Deleting a document, bringing it back while it is in the trash, and erasing it in the end."""

from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.policy import Action, require
from core import clock, retention
from core.actor import Actor
from core.errors import Conflict, NotFound
from documents.kinds import D, DocumentType
from documents.services.writing import writable


@transaction.atomic
def delete(kind: DocumentType[D, Any, Any], *, actor: Actor, document_id: UUID) -> D:
    """Put a document into the trash; it can be brought back for 30 days."""
    document = writable(kind, actor, document_id)
    kind.objects.filter(pk=document.pk).update(deleted_at=clock.now(), updated_at=clock.now())
    audit.record(actor, f"{kind.name}.deleted", (kind.name, document.pk), {"title": document.title})
    return document


@transaction.atomic
def undelete(kind: DocumentType[D, Any, Any], *, actor: Actor, document_id: UUID) -> D:
    """Bring a document back from the trash."""
    require(actor, Action.WRITE)
    document = kind.objects.for_workspace(actor.workspace_id).filter(pk=document_id).first()
    if document is None:
        raise NotFound()
    if document.deleted_at is None:
        raise Conflict(kind.errors.NOT_DELETED, f"This {kind.name} is not in the trash.")
    kind.objects.filter(pk=document.pk).update(deleted_at=None, updated_at=clock.now())
    audit.record(actor, f"{kind.name}.restored_from_trash", (kind.name, document.pk), {"title": document.title})
    document.refresh_from_db()
    return document


def empty(kind: DocumentType[D, Any, Any]) -> None:
    """Erase what has been in the trash for 30 days, in every workspace."""
    kind.objects.filter(deleted_at__lt=clock.now() - retention.IN_TRASH).delete()
