"""Editing a document and going back to a former version; both make a new version."""

from typing import Any
from uuid import UUID

from django.db import transaction

from core.actor import Actor
from core.errors import NotFound, ValidationFailed
from core.nul_characters import without_nul
from documents.kinds import D, DocumentType
from documents.models import Reason
from documents.selectors import numbered
from documents.services.writing import add_version, current, stale, writable


@transaction.atomic
def edit(
    kind: DocumentType[D, Any, Any], *, actor: Actor, document_id: UUID, version: int, changes: dict[str, Any]
) -> D:
    """Replace whole sections (keys of `kind.sections`, or `title`). `version` is the one that was read; a stale one is
    409 with both."""
    document = writable(kind, actor, document_id)
    former = current(kind, document)
    unknown = set(changes) - set(kind.sections) - {"title"}
    if unknown or not changes:
        what = kind.unknown_section(min(unknown)) if unknown else "There is nothing to change."
        raise ValidationFailed(kind.errors.SECTION_UNKNOWN, what, fields={name: ["Unknown."] for name in unknown})
    if document.version != version:
        raise stale(kind, document, version)
    content = kind.parse({**former.content, **without_nul(changes)}, former)
    if content.model_dump(mode="json") == former.content:
        return document
    add_version(
        kind,
        actor,
        document,
        expected=version,
        content=content,
        request=former.request,
        provenance={**former.provenance, "edited": True},
        reason=Reason.EDITED,
        note=kind.edit_note(changes),
    )
    document.refresh_from_db()
    return document


@transaction.atomic
def restore(
    kind: DocumentType[D, Any, Any], *, actor: Actor, document_id: UUID, number: int, version: int | None = None
) -> D:
    """Make a former version the newest one again. `version`, when given, must be the one that was read."""
    document = writable(kind, actor, document_id)
    current(kind, document)
    if version is not None and document.version != version:
        raise stale(kind, document, version)
    wanted = numbered(document, number)
    if wanted is None:
        raise NotFound()
    add_version(
        kind,
        actor,
        document,
        expected=document.version,
        content=kind.content.model_validate(wanted.content),
        request=wanted.request,
        provenance=wanted.provenance,
        reason=Reason.RESTORED,
        note=f"From version {number}",
    )
    document.refresh_from_db()
    return document
