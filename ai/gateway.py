"""The only entry to models: budget → stored answer → provider → validation with one repair → store → ledger."""

import json
import logging
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from pydantic import BaseModel, ValidationError

from accounts import policy
from accounts.policy import Action
from ai import budget, matching, prices, providers, purposes, response_templates
from ai.errors import AiError
from ai.models import LedgerEntry
from ai.providers import OFFLINE, Provider, Question
from ai.purposes import Purpose, PurposeKind
from core import clock
from core.actor import Actor
from core.errors import DomainError, PlanLimit, Throttled, Unavailable, ValidationFailed
from core.nul_characters import without_nul

logger = logging.getLogger(__name__)
Outcome = LedgerEntry.Outcome


@dataclass(frozen=True, slots=True)
class Answer:
    """`value` is an instance of the purpose's answer schema; `source` is offline, model or template."""

    value: Any
    source: str
    provider: str
    model: str
    offline: bool
    cached: bool = False
    repaired: bool = False
    template_id: UUID | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    cost_micro_usd: int | None = None

    def provenance(self) -> dict[str, Any]:
        """What is stored beside generated content, so that pages can say where it came from."""
        return {
            "source": self.source,
            "provider": self.provider,
            "model": self.model,
            "offline": self.offline,
            "cached": self.cached,
        }


@dataclass
class _Tally:
    """Counts of one question over at most two calls."""

    tokens_in: int = 0
    tokens_out: int = 0
    model: str = ""
    repaired: bool = False


def is_offline(purpose: str) -> bool:
    """Whether a purpose is answered without a model, and so at once."""
    return providers.choose(purposes.get(purpose).kind) is None


def generate(purpose: str, request: BaseModel | dict[str, Any], actor: Actor) -> Answer:
    """Answer one request. Call it outside transactions: a model may take a minute.

    Raises ValidationFailed (request not valid, or the model declined), PlanLimit (budget), Throttled, Unavailable.
    """
    policy.require(actor, Action.WRITE)
    kind = purposes.get(purpose)
    asked = _judged_request(kind, request)
    provider = providers.choose(kind.kind)
    started = time.monotonic()
    tally = _Tally()
    try:
        if provider is not None:
            budget.require_budget(actor)
        engine = f"{provider.name}:{provider.model}" if provider else OFFLINE
        key = matching.key_of(kind, asked, engine=engine)
        stored = _from_template(actor, kind, key, started)
        if stored is not None:
            return stored
        if provider is None:
            return _offline(actor, kind, asked, started)
        value = _ask(provider, kind, asked, tally)
    except DomainError as error:
        _enter(actor, kind, provider, tally, started, outcome=_outcome_of(error))
        raise
    cost = prices.cost_micro_usd(tally.model, tally.tokens_in, tally.tokens_out)
    with transaction.atomic():
        template = response_templates.keep(
            actor, kind, key, request=asked, answer=value, provider=provider.name, model=tally.model
        )
        _enter(
            actor, kind, provider, tally, started,
            outcome=Outcome.REPAIRED if tally.repaired else Outcome.OK, template_id=template.pk,
        )  # fmt: skip
    return Answer(
        value=value,
        source="model",
        provider=provider.name,
        model=tally.model,
        offline=False,
        repaired=tally.repaired,
        template_id=template.pk,
        tokens_in=tally.tokens_in,
        tokens_out=tally.tokens_out,
        cost_micro_usd=cost,
    )


def _judged_request(kind: Purpose, request: BaseModel | dict[str, Any]) -> BaseModel:
    if isinstance(request, kind.request):
        return request
    try:
        given = request if isinstance(request, dict) else request.model_dump()
        return kind.request.model_validate(without_nul(given))
    except ValidationError as error:
        fields: dict[str, list[str]] = {}
        for problem in error.errors():
            name = ".".join(str(part) for part in problem["loc"]) or "request"
            fields.setdefault(name, []).append(problem["msg"].removeprefix("Value error, "))
        name, sentences = next(iter(fields.items()))
        raise ValidationFailed(AiError.REQUEST_INVALID, f"{name}: {sentences[0]}.", fields=fields) from None


def _from_template(actor: Actor, kind: Purpose, key: matching.Key, started: float) -> Answer | None:
    template = response_templates.find(actor, kind, key)
    if template is None:
        return None
    try:
        value = kind.answer.model_validate(template.answer)
    except ValidationError:
        logger.warning("stored answer %s no longer fits its purpose %s", template.pk, kind.name)
        return None
    with transaction.atomic():
        response_templates.hit(template)
        LedgerEntry.objects.create(
            workspace_id=actor.workspace_id,
            user_id=actor.user_id,
            purpose=kind.name,
            provider=template.provider or template.source,
            model=template.model,
            cost_micro_usd=0,
            cached=True,
            duration_ms=_since(started),
            outcome=Outcome.OK,
            template_id=template.pk,
            at=clock.now(),
        )
    return Answer(
        value=value,
        source="template",
        provider=template.provider or template.source,
        model=template.model,
        offline=False,
        cached=True,
        template_id=template.pk,
        cost_micro_usd=0,
    )


def _offline(actor: Actor, kind: Purpose, asked: BaseModel, started: float) -> Answer:
    value = kind.offline(asked)
    objections = kind.check(asked, value)
    if objections:
        raise Unavailable(AiError.ANSWER_INVALID, f"No usable answer could be made offline: {objections[0]}")
    _enter(actor, kind, None, _Tally(), started, outcome=Outcome.OK)
    return Answer(value=value, source="offline", provider=OFFLINE, model="", offline=True, cost_micro_usd=0)


def _question(kind: Purpose, asked: BaseModel) -> Question:
    images = kind.images(asked) if kind.kind is PurposeKind.VISION else []
    return Question(
        instructions=kind.instructions,
        text=json.dumps(asked.model_dump(mode="json"), ensure_ascii=False, indent=1),
        answer=kind.answer,
        images=images,
        max_output_tokens=kind.max_output_tokens,
    )


def _ask(provider: Provider, kind: Purpose, asked: BaseModel, tally: _Tally) -> BaseModel:
    question = _question(kind, asked)
    for attempt in (1, 2):
        reply = provider.ask(question)
        tally.tokens_in += reply.tokens_in
        tally.tokens_out += reply.tokens_out
        tally.model = reply.model
        value, objections = _judged_answer(kind, asked, reply.text)
        if value is not None:
            tally.repaired = attempt == 2
            return value
        question = Question(
            instructions=question.instructions,
            text=question.text,
            answer=question.answer,
            images=question.images,
            earlier=(reply.text, "Correct these points and answer again in full:\n- " + "\n- ".join(objections)),
            max_output_tokens=question.max_output_tokens,
        )
    raise Unavailable(
        AiError.ANSWER_INVALID,
        f"{provider.words} gave an answer that cannot be used, twice. Nothing was changed; try again.",
        {"objections": objections[:5]},
    )


def _judged_answer(kind: Purpose, asked: BaseModel, text: str) -> tuple[BaseModel | None, list[str]]:
    stripped = text.strip().replace("\x00", "").replace("\\u0000", "")
    if stripped.startswith("```"):
        stripped = stripped.split("\n", 1)[-1].rsplit("```", 1)[0]
    try:
        value = kind.answer.model_validate_json(stripped)
    except ValidationError as error:
        return None, [f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()[:10]]
    objections = kind.check(asked, value)
    return (None, objections) if objections else (value, [])


def _outcome_of(error: DomainError) -> str:
    if isinstance(error, PlanLimit):
        return Outcome.BUDGET
    if isinstance(error, Throttled):
        return Outcome.THROTTLED
    if error.code == AiError.REFUSED:
        return Outcome.REFUSED
    return Outcome.INVALID if error.code == AiError.ANSWER_INVALID else Outcome.UNAVAILABLE


def _since(started: float) -> int:
    return max(0, round((time.monotonic() - started) * 1000))


def _enter(
    actor: Actor,
    kind: Purpose,
    provider: Provider | None,
    tally: _Tally,
    started: float,
    *,
    outcome: str,
    template_id: UUID | None = None,
) -> None:
    model = tally.model or (provider.model if provider else "")
    cost = prices.cost_micro_usd(model, tally.tokens_in, tally.tokens_out) if tally.tokens_in or tally.tokens_out else 0
    LedgerEntry.objects.create(
        workspace_id=actor.workspace_id,
        user_id=actor.user_id,
        purpose=kind.name,
        provider=provider.name if provider else OFFLINE,
        model=model,
        tokens_in=tally.tokens_in,
        tokens_out=tally.tokens_out,
        cost_micro_usd=cost,
        offline=provider is None,
        duration_ms=_since(started),
        outcome=outcome,
        template_id=template_id,
        at=clock.now(),
    )
