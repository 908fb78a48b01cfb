"""Making documents: at once where no model is asked, else by jobs that the caller waits for."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import models, transaction
from pydantic import BaseModel, ValidationError

from ai import gateway, wait_for_job
from ai.gateway import Answer
from core import clock
from core.actor import Actor
from core.errors import Conflict, ValidationFailed
from core.nul_characters import without_nul
from documents.kinds import D, DocumentType, M
from documents.models import Document, DocumentVersion, Reason
from documents.selectors import numbered
from documents.services.writing import add_version, current, stale, writable
from jobs import services as jobs
from jobs.models import Job

I = TypeVar("I", bound=BaseModel)  # noqa: E741 - inputs


@dataclass(frozen=True, slots=True)
class Draft(Generic[D]):
    """A document that is not saved yet, what the gateway is to be asked, and rows to save with it."""

    document: D
    request: BaseModel
    related: Sequence[models.Model] = ()

    def insert(self) -> None:
        """Inside the caller's transaction."""
        self.document.save(force_insert=True)
        for row in self.related:
            row.save(force_insert=True)


def read_inputs(kind: DocumentType[Any, Any, Any], shape: type[I], given: Mapping[str, Any]) -> I:
    """What was asked for, or a refusal with sentences by field."""
    try:
        return shape.model_validate(without_nul(dict(given)))
    except ValidationError as error:
        fields: dict[str, list[str]] = {}
        for problem in error.errors():
            fields.setdefault(str(problem["loc"][0]), []).append(problem["msg"].removeprefix("Value error, "))
        name, sentences = next(iter(fields.items()))
        raise ValidationFailed(kind.errors.INPUT_INVALID, f"{name}: {sentences[0]}.", fields=fields) from None


def unsaved(kind: DocumentType[D, Any, Any], actor: Actor, *, title: str, **fields: Any) -> D:
    """A new document of the actor's workspace."""
    document = kind.model(workspace_id=actor.workspace_id, title=title[:200], created_by_id=actor.user_id, **fields)
    document.search = kind.search_text(document, document.title)
    return document


def make(
    kind: DocumentType[D, Any, M],
    *,
    actor: Actor,
    drafts: Sequence[Draft[D]],
    respond_async: bool = False,
    wait_s: float | None = None,
) -> M:
    """Save the drafts and have them answered.

    Waits for a model at most `wait_s` (25 s) in all; past that, or with `respond_async`, the answer carries the jobs.
    """
    documents = [draft.document for draft in drafts]
    if not respond_async and gateway.is_offline(kind.purpose):
        answers = [gateway.generate(kind.purpose, draft.request, actor) for draft in drafts]
        with transaction.atomic():
            for draft, answer in zip(drafts, answers, strict=True):
                draft.insert()
                store(kind, actor, draft.document, draft.request, answer)
        for document in documents:
            document.refresh_from_db()
        return kind.made(documents)
    with transaction.atomic():
        ordered = []
        for draft in drafts:
            draft.insert()
            ordered.append(_order(kind, actor, draft.document))
    return _waited(kind, actor, documents, ordered, 0.0 if respond_async else wait_s)


def finished(kind: DocumentType[D, Any, Any], made: M) -> M:
    """`made`, for callers that can wait themselves; refused when it is not ready by now."""
    if made.jobs:
        sentence = f"The {kind.name} is taking longer than ten minutes; it continues in the background."
        raise Conflict(kind.errors.NOT_READY, sentence)
    return made


def regenerate(
    kind: DocumentType[D, Any, M],
    *,
    actor: Actor,
    document_id: UUID,
    version: int,
    section: str,
    respond_async: bool = False,
    wait_s: float | None = None,
) -> M:
    """Make one section again from the newest facts; the others stay as they are."""
    document = writable(kind, actor, document_id)
    if section not in kind.sections:
        raise ValidationFailed(
            kind.errors.SECTION_UNKNOWN,
            f"{kind.unknown_section(section)} It has: {', '.join(kind.sections)}.",
            fields={"section": ["Unknown section."]},
        )
    current(kind, document)
    if document.version != version:
        raise stale(kind, document, version)
    if not respond_async and gateway.is_offline(kind.purpose):
        request, answer = ask(kind, actor, document, section=section)
        with transaction.atomic():
            store(kind, actor, document, request, answer, section=section, expected=version)
        document.refresh_from_db()
        return kind.made([document])
    with transaction.atomic():
        job = _order(kind, actor, document, {"section": section, "version": version})
    return _waited(kind, actor, [document], [job], 0.0 if respond_async else wait_s)


def retry(kind: DocumentType[D, Any, M], *, actor: Actor, document_id: UUID) -> M:
    """Try again after a failure, with the same inputs and the newest facts."""
    document = writable(kind, actor, document_id)
    with transaction.atomic():
        changed = kind.objects.filter(pk=document.pk, status=Document.Status.FAILED, version=0).update(
            status=Document.Status.GENERATING, error="", updated_at=clock.now()
        )
        if not changed:
            sentence = f"Only a {kind.name} whose generation failed can be tried again."
            raise Conflict(kind.errors.CANNOT_RETRY, sentence)
        job = _order(kind, actor, document)
    return _waited(kind, actor, [document], [job], 0.0)


def ask(kind: DocumentType[D, Any, Any], actor: Actor, document: D, *, section: str = "") -> tuple[BaseModel, Answer]:
    """Gather the facts and ask the gateway; no transaction is open here."""
    request: Any = kind.request_for(actor, document)
    if section:
        former = numbered(document, document.version)
        request.variation = int(former.request.get("variation", 0)) + 1 if former else 1
    return request, gateway.generate(kind.purpose, request, actor)


def store(
    kind: DocumentType[D, Any, Any],
    actor: Actor,
    document: D,
    request: BaseModel,
    answer: Answer,
    *,
    section: str = "",
    expected: int = 0,
) -> DocumentVersion:
    """Keep an answer as the next version, inside the caller's transaction; with `section`, only that part of it."""
    content = kind.regenerated(current(kind, document), answer, section) if section else answer.value
    return add_version(
        kind,
        actor,
        document,
        expected=expected,
        content=content,
        request=request.model_dump(mode="json"),
        provenance=answer.provenance(),
        reason=Reason.REGENERATED if section else Reason.GENERATED,
        note=kind.sections[section] if section else "",
    )


def fail(kind: DocumentType[D, Any, Any], document_id: UUID | None, message: str) -> None:
    """Say why a generation failed; a document that has a version keeps it and stays ready."""
    if document_id is not None:
        kind.objects.filter(pk=document_id, version=0).update(
            status=Document.Status.FAILED, error=message[:500], updated_at=clock.now()
        )


def _order(kind: DocumentType[D, Any, Any], actor: Actor, document: D, payload: dict[str, Any] | None = None) -> Job:
    return jobs.enqueue(
        kind=kind.job_kind,
        actor=actor,
        subject=(kind.name, document.pk),
        payload=payload or {},
        unique_key=f"{kind.name}:{document.pk}",
    )


def _waited(
    kind: DocumentType[D, Any, M], actor: Actor, documents: list[D], ordered: list[Job], wait_s: float | None
) -> M:
    until = time.monotonic() + (wait_for_job.WAIT_S if wait_s is None else wait_s)
    ended = [wait_for_job.wait_for(actor, job, seconds=max(0.0, until - time.monotonic())) for job in ordered]
    for document in documents:
        document.refresh_from_db()
    return kind.made(documents, [job for job in ended if job.finished_at is None])
