"""Stored answers: find one that fits, keep a new one, manage them by hand."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from pydantic import BaseModel, ValidationError

from accounts import audit, policy
from accounts.policy import Action
from ai import matching, purposes, similarity
from ai.errors import AiError
from ai.models import ResponseTemplate
from ai.purposes import Purpose, PurposeKind
from core import clock
from core.actor import Actor
from core.errors import Conflict, NotFound, ValidationFailed
from core.nul_characters import without_nul
from core.validation import fields_of

_MOST_CANDIDATES = 200
_UNSET: Any = object()


def usable(at: datetime) -> Q:
    """Active and not expired."""
    return Q(is_active=True) & (Q(expires_at__isnull=True) | Q(expires_at__gt=at))


def find(actor: Actor, purpose: Purpose, key: matching.Key) -> ResponseTemplate | None:
    """The most similar stored answer at or above the threshold; for vision only the same file, engine and schema."""
    rows = (
        ResponseTemplate.objects.for_workspace(actor.workspace_id)
        .filter(usable(clock.now()), purpose=purpose.name, digest=key.digest)
        .order_by("-hit_count", "-created_at", "-id")[:_MOST_CANDIDATES]
    )
    if purpose.kind is PurposeKind.VISION:
        return rows.first()
    best: ResponseTemplate | None = None
    best_similarity = 0.0
    for row in rows:
        found = similarity.similarity(key.text, row.normalised_text)
        if found >= similarity.THRESHOLD and found > best_similarity:
            best, best_similarity = row, found
    return best


def hit(template: ResponseTemplate) -> None:
    """Count one use."""
    ResponseTemplate.objects.filter(pk=template.pk).update(hit_count=F("hit_count") + 1, last_hit_at=clock.now())


def keep(
    actor: Actor,
    purpose: Purpose,
    key: matching.Key,
    *,
    request: BaseModel,
    answer: BaseModel,
    provider: str,
    model: str,
) -> ResponseTemplate:
    """Store a model's answer for later requests."""
    return ResponseTemplate.objects.create(
        workspace_id=actor.workspace_id,
        purpose=purpose.name,
        digest=key.digest,
        schema_digest=purpose.schema_digest,
        request=request.model_dump(mode="json"),
        normalised_text=key.text,
        answer=answer.model_dump(mode="json"),
        provider=provider,
        model=model,
        expires_at=clock.now() + purpose.keeps_for,
    )


def _judged(schema: type[BaseModel], value: Any, what: str) -> BaseModel:
    try:
        return schema.model_validate(without_nul(value), extra="forbid")
    except ValidationError as error:
        found = fields_of(error, schema)
        where, sentences = next(iter(found.items()))
        raise ValidationFailed(
            AiError.TEMPLATE_INVALID,
            f"The {what} does not fit this purpose: {where}: {sentences[0]}.",
            fields={what: [f"{name}: {sentence}" for name, parts in found.items() for sentence in parts]},
        ) from None


def get(*, actor: Actor, template_id: UUID) -> ResponseTemplate:
    """One template of the actor's workspace."""
    policy.require(actor, Action.READ)
    found = ResponseTemplate.objects.for_workspace(actor.workspace_id).filter(pk=template_id).first()
    if found is None:
        raise NotFound()
    return found


@transaction.atomic
def create(
    *, actor: Actor, purpose: str, request: Any, answer: Any, expires_at: datetime | None = None
) -> ResponseTemplate:
    """Write an answer by hand: it serves every request that is equal or similar enough, also offline."""
    policy.require(actor, Action.WRITE)
    kind = purposes.get(purpose)
    if kind.kind is PurposeKind.VISION:
        raise ValidationFailed(AiError.TEMPLATE_INVALID, "Answers about pictures are measured, not written by hand.")
    asked = _judged(kind.request, request, "request")
    answered = _judged(kind.answer, answer, "answer")
    key = matching.key_of(kind, asked)
    template = ResponseTemplate.objects.create(
        workspace_id=actor.workspace_id,
        purpose=kind.name,
        digest=key.digest,
        schema_digest=kind.schema_digest,
        request=asked.model_dump(mode="json"),
        normalised_text=key.text,
        answer=answered.model_dump(mode="json"),
        source=ResponseTemplate.Source.MANUAL,
        expires_at=expires_at,
    )
    audit.record(actor, "ai_template.created", ("ai_template", template.pk), {"purpose": kind.name})
    return template


@transaction.atomic
def update(
    *,
    actor: Actor,
    template_id: UUID,
    version: int,
    answer: Any = _UNSET,
    is_active: bool = _UNSET,
    expires_at: datetime | None = _UNSET,
) -> ResponseTemplate:
    """Change a template. A `version` that is not the stored one is 409 with both."""
    policy.require(actor, Action.WRITE)
    template = get(actor=actor, template_id=template_id)
    changes: dict[str, Any] = {}
    if answer is not _UNSET:
        changes["answer"] = _judged(purposes.get(template.purpose).answer, answer, "answer").model_dump(mode="json")
        changes["source"] = ResponseTemplate.Source.MANUAL
    if is_active is not _UNSET:
        changes["is_active"] = is_active
    if expires_at is not _UNSET:
        changes["expires_at"] = expires_at
    updated = ResponseTemplate.objects.filter(pk=template.pk, version=version).update(
        **changes, version=F("version") + 1, updated_at=clock.now()
    )
    if not updated:
        raise Conflict(
            AiError.TEMPLATE_STALE,
            "Somebody changed this template in the meantime. Look at the newer version and try again.",
            {"yours": version, "current": template.version},
        )
    audit.record(actor, "ai_template.updated", ("ai_template", template.pk), {"fields": sorted(changes)})
    template.refresh_from_db()
    return template


@transaction.atomic
def delete(*, actor: Actor, template_id: UUID) -> None:
    """Remove a template for good."""
    policy.require(actor, Action.WRITE)
    template = get(actor=actor, template_id=template_id)
    template.delete()
    audit.record(actor, "ai_template.deleted", ("ai_template", template_id), {"purpose": template.purpose})


def remove_expired() -> int:
    """Delete what has expired, in every workspace; run by a sweep in the system scope."""
    count, _ = ResponseTemplate.objects.filter(expires_at__lt=clock.now()).delete()
    return count
