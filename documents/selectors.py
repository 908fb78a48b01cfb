"""Reads of documents. Each function takes the kind of document first."""

import difflib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from accounts.policy import Action, require
from core.actor import Actor
from core.errors import Conflict, NotFound, ValidationFailed
from documents import export as exporting
from documents.kinds import D, DocumentType, S
from documents.models import Document, DocumentVersion


def documents(kind: DocumentType[D, Any, Any], actor: Actor, *, search: str = "", status: str = "") -> QuerySet[D]:
    """The workspace's documents that are not deleted, newest first, without what only their own pages show."""
    require(actor, Action.READ)
    rows = kind.objects.for_workspace(actor.workspace_id).alive()
    if search:
        rows = rows.filter(search__contains=search.casefold())
    if status:
        rows = rows.filter(status=status)
    return rows.defer("inputs", "search").order_by("-created_at", "-id")


def document(kind: DocumentType[D, Any, Any], actor: Actor, document_id: UUID) -> D:
    """One document; 404 for foreign and deleted ones."""
    require(actor, Action.READ)
    rows = kind.objects.for_workspace(actor.workspace_id).alive()
    found = (rows.select_related(*kind.related) if kind.related else rows).filter(pk=document_id).first()
    if found is None:
        raise NotFound()
    return found


def shown(kind: DocumentType[Any, S, Any], actor: Actor, document_id: UUID, *, number: int | None = None) -> S:
    """A document with its newest version, or with version `number` (404 when it has none such). One query."""
    require(actor, Action.READ)
    key = kind.name
    rows = kind.version_model.objects.for_workspace(actor.workspace_id).filter(
        **{f"{key}_id": document_id, f"{key}__deleted_at__isnull": True},
        number=F(f"{key}__version") if number is None else number,
    )
    version = rows.select_related(key, *(f"{key}__{name}" for name in kind.related)).first()
    if version is None and number is not None:
        raise NotFound()
    if version is None:
        return kind.shown(document(kind, actor, document_id))
    content, request = kind.content.model_validate(version.content), kind.request.model_validate(version.request)
    return kind.shown(getattr(version, key), version, content, request)


def numbered(of: Document, number: int) -> DocumentVersion | None:
    """One version of a document."""
    found: DocumentVersion | None = of.versions.for_workspace(of.workspace_id).filter(number=number).first()
    return found


def contents(kind: DocumentType[D, Any, Any], of: D, *numbers: int) -> list[Any]:
    """What some versions of a document say; 404 when it has not all of them."""
    rows = of.versions.for_workspace(of.workspace_id).filter(number__in=numbers)
    found = dict(rows.values_list("number", "content"))
    if len(found) < len(set(numbers)):
        raise NotFound()
    return [kind.content.model_validate(found[number]) for number in numbers]


def versions(actor: Actor, of: Document) -> QuerySet[Any]:
    """All versions without what they say, newest first, with who wrote them."""
    rows: QuerySet[Any] = of.versions.for_workspace(actor.workspace_id)
    return rows.select_related("created_by").defer("content", "request").order_by("-number")


def export(
    kind: DocumentType[Any, Any, Any], actor: Actor, document_id: UUID, *, format_: str, number: int | None = None
) -> exporting.Export:
    """A version as a file; 409 while there is none."""
    found = shown(kind, actor, document_id, number=number)
    if found.content is None:
        raise Conflict(kind.errors.NOT_READY, f"This {kind.name} is not ready yet, so there is nothing to export.")
    if format_ not in kind.formats:
        choices = f"{', '.join(kind.formats[:-1])} or {kind.formats[-1]}"
        raise ValidationFailed(
            kind.errors.FORMAT_UNKNOWN,
            f"A {kind.name} can be exported as {choices}, not as “{format_}”.",
            fields={"format": [f"Choose {choices}."]},
        )
    return exporting.write(found.content.title, kind.blocks(found), format_)


@dataclass(frozen=True, slots=True)
class Change:
    """One run of words of a comparison: `kind` is same, added or removed."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class SectionDiff:
    """How one section differs between two versions."""

    key: str
    label: str
    changes: list[Change]


def compare(kind: DocumentType[Any, Any, Any], first: Any, second: Any) -> list[SectionDiff]:
    """Two contents word by word, only the sections that differ."""
    found = []
    for key, label in kind.sections.items():
        before, after = (kind.section_text(content, key).split() for content in (first, second))
        if before != after:
            found.append(SectionDiff(key, label, word_changes(before, after)))
    return found


def word_changes(before: list[str], after: list[str]) -> list[Change]:
    """The shortest readable list of changes from one text to another."""
    changes: list[Change] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            changes.append(Change("same", " ".join(before[i1:i2])))
            continue
        if i2 > i1:
            changes.append(Change("removed", " ".join(before[i1:i2])))
        if j2 > j1:
            changes.append(Change("added", " ".join(after[j1:j2])))
    return changes
