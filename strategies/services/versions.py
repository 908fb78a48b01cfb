"""Editing a strategy's sections and going back to a former version; both make a new version."""

from typing import Any
from uuid import UUID

from django.db import transaction
from pydantic import ValidationError

from ai.plain import without_nul
from core.actor import Actor
from core.errors import NotFound, ValidationFailed
from core.validation import fields_of
from strategies import schema
from strategies.errors import StrategyError
from strategies.models import Strategy, StrategyVersion
from strategies.schema import SECTIONS, StrategyContent, StrategyRequest
from strategies.services.writing import add_version, current, stale, writable


@transaction.atomic
def edit(*, actor: Actor, strategy_id: UUID, version: int, changes: dict[str, Any]) -> Strategy:
    """Replace whole sections (keys of `SECTIONS`, or `title`). `version` is the one that was read; a stale one is 409.

    Measured evidence in an edited section must still be what was measured.
    """
    strategy = writable(actor, strategy_id)
    former = current(strategy)
    unknown = set(changes) - set(SECTIONS) - {"title"}
    if unknown or not changes:
        what = f"A strategy has no section “{min(unknown)}”." if unknown else "There is nothing to change."
        raise ValidationFailed(StrategyError.SECTION_UNKNOWN, what, fields={name: ["Unknown."] for name in unknown})
    if strategy.version != version:
        raise stale(strategy, version)
    content = _judged({**former.content, **without_nul(changes)}, former)
    if content.model_dump(mode="json") == former.content:
        return strategy
    add_version(
        actor,
        strategy,
        expected=version,
        content=content,
        request=former.request,
        provenance={**former.provenance, "edited": True},
        reason=StrategyVersion.Reason.EDITED,
        note=", ".join(SECTIONS.get(name, "Title") for name in changes),
        verb="strategy.edited",
    )
    strategy.refresh_from_db()
    return strategy


def _judged(value: dict[str, Any], former: StrategyVersion) -> StrategyContent:
    try:
        content = StrategyContent.model_validate(value, extra="forbid")
    except ValidationError as error:
        fields = fields_of(error, StrategyContent)
        name, sentences = next(iter(fields.items()))
        raise ValidationFailed(StrategyError.CONTENT_INVALID, f"{name}: {sentences[0]}.", fields=fields) from None
    wrong = schema.false_evidence(StrategyRequest.model_validate(former.request), content)
    if wrong:
        raise ValidationFailed(StrategyError.CONTENT_INVALID, f"{wrong[0].capitalize()}.", {"objections": wrong})
    return content


@transaction.atomic
def restore(*, actor: Actor, strategy_id: UUID, number: int, version: int | None = None) -> Strategy:
    """Make a former version the newest one again. `version`, when given, must be the one that was read."""
    strategy = writable(actor, strategy_id)
    current(strategy)
    if version is not None and strategy.version != version:
        raise stale(strategy, version)
    wanted = StrategyVersion.objects.for_workspace(actor.workspace_id).filter(strategy=strategy, number=number).first()
    if wanted is None:
        raise NotFound()
    add_version(
        actor,
        strategy,
        expected=strategy.version,
        content=StrategyContent.model_validate(wanted.content),
        request=wanted.request,
        provenance=wanted.provenance,
        reason=StrategyVersion.Reason.RESTORED,
        note=f"From version {number}",
        verb="strategy.restored",
    )
    strategy.refresh_from_db()
    return strategy
