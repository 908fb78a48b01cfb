"""What all changes share: finding the document to change, and adding a version without losing anybody's."""

from typing import Any
from uuid import UUID

from django.db.models import F
from pydantic import BaseModel

from accounts import audit
from accounts.policy import Action, require
from core import clock
from core.actor import Actor
from core.errors import Conflict, NotFound
from documents.kinds import D, DocumentType
from documents.models import Document, DocumentVersion
from documents.selectors import numbered


def writable(kind: DocumentType[D, Any, Any], actor: Actor, document_id: UUID) -> D:
    """A document the actor may change; 404 for foreign and deleted ones."""
    require(actor, Action.WRITE)
    found = kind.objects.for_workspace(actor.workspace_id).alive().filter(pk=document_id).first()
    if found is None:
        raise NotFound()
    return found


def current(kind: DocumentType[D, Any, Any], document: D) -> DocumentVersion:
    """The newest version; refused while there is none."""
    version = numbered(document, document.version)
    if version is None:
        sentence = f"This {kind.name} is still being generated. Wait until it is ready."
        raise Conflict(kind.errors.NOT_READY, sentence)
    return version


def add_version(
    kind: DocumentType[D, Any, Any],
    actor: Actor,
    document: D,
    *,
    expected: int,
    content: BaseModel,
    request: dict[str, Any],
    provenance: dict[str, Any],
    reason: str,
    note: str = "",
) -> DocumentVersion:
    """Write the next version inside the caller's transaction; `expected` must be the newest, else 409 with both."""
    title: str = content.title  # type: ignore[attr-defined]
    changed = kind.objects.filter(pk=document.pk, version=expected).update(
        version=F("version") + 1,
        status=Document.Status.READY,
        error="",
        title=title,
        offline=bool(provenance.get("offline")),
        search=kind.search_text(document, title),
        updated_at=clock.now(),
        **kind.columns(content),
    )
    if not changed:
        raise stale(kind, document, expected)
    version: DocumentVersion = document.versions.create(
        workspace_id=document.workspace_id,
        number=expected + 1,
        content=content.model_dump(mode="json"),
        request=request,
        provenance=provenance,
        reason=reason,
        note=note[:200],
        created_by_id=actor.user_id,
    )
    audit.record(actor, f"{kind.name}.{reason}", (kind.name, document.pk), {"version": version.number, "note": note})
    return version


def stale(kind: DocumentType[D, Any, Any], document: D, yours: int) -> Conflict:
    """Somebody else saved first: both versions, so that nothing need be typed twice."""
    document.refresh_from_db(fields=["version"])
    newest = numbered(document, document.version)
    return Conflict(
        kind.errors.STALE,
        f"Somebody saved version {document.version} meanwhile; yours is based on version {yours}. "
        "Compare them and save again.",
        {"yours": yours, "current": document.version, "current_content": newest.content if newest else {}},
    )
