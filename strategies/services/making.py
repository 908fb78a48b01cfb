"""Making strategies: at once where no model is asked, else by a job that the caller waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from pydantic import ValidationError

from accounts.policy import Action, require
from accounts.selectors import timezone_of
from ai import gateway, waiting
from ai.gateway import Answer
from ai.language import language_of
from ai.plain import without_nul
from core import clock
from core.actor import Actor
from core.errors import Conflict, ValidationFailed
from jobs import services as jobs
from jobs.models import Job
from strategies import facts
from strategies.errors import StrategyError
from strategies.models import Strategy, StrategyVersion, StrategyVideo
from strategies.purpose import PURPOSE
from strategies.schema import SECTIONS, StrategyContent, StrategyInputs, StrategyRequest
from strategies.services.writing import add_version, current, search_text, stale, writable
from videos.models import Video

KIND = "strategies.generate"


@dataclass(frozen=True, slots=True)
class Made:
    """A strategy, and the job that still works on it (None when it is ready)."""

    strategy: Strategy
    job: Job | None = None


def generate(
    *,
    actor: Actor,
    platforms: Sequence[str],
    goals: Sequence[str],
    video_ids: Sequence[UUID] = (),
    respond_async: bool = False,
    wait_s: float | None = None,
    **parameters: Any,
) -> Made:
    """Make a strategy from chosen videos' measurements.

    `parameters`: niche, audience, notes, tone, weeks, posts_per_week, start_on, timezone, language. Waits for a model
    at most `wait_s` (25 s); past that, or with `respond_async`, the answer carries the job.
    """
    require(actor, Action.WRITE)
    inputs = _judged(actor, {"platforms": list(platforms), "goals": list(goals), **parameters})
    chosen = facts.videos(actor, video_ids)
    request = _request(actor, inputs, chosen)
    if not respond_async and gateway.is_offline(PURPOSE):
        answer = gateway.generate(PURPOSE, request, actor)
        with transaction.atomic():
            strategy = _row(actor, inputs, chosen)
            _first_version(actor, strategy, request, answer)
        strategy.refresh_from_db()
        return Made(strategy)
    with transaction.atomic():
        strategy = _row(actor, inputs, chosen)
        job = _order(actor, strategy, {})
    return _waited(actor, strategy, job, 0.0 if respond_async else wait_s)


def create(*, actor: Actor, **inputs: Any) -> Strategy:
    """`generate` for callers that can wait themselves (a command, another job): returns when the strategy is ready."""
    inputs.pop("respond_async", None)
    made = generate(actor=actor, **{"wait_s": 600.0, **inputs})
    if made.job is not None:
        raise Conflict(StrategyError.NOT_READY, "The strategy is taking longer than ten minutes; it goes on by itself.")
    return made.strategy


def regenerate(
    *,
    actor: Actor,
    strategy_id: UUID,
    version: int,
    section: str,
    respond_async: bool = False,
    wait_s: float | None = None,
) -> Made:
    """Make one section anew from the newest measurements; the others stay as they are. Without a model a section that
    would say the same is refused with `NOTHING_NEW`."""
    strategy = writable(actor, strategy_id)
    if section not in SECTIONS:
        raise ValidationFailed(
            StrategyError.SECTION_UNKNOWN,
            f"A strategy has no section “{section}”. It has: {', '.join(SECTIONS)}.",
            fields={"section": ["Unknown section."]},
        )
    current(strategy)
    if strategy.version != version:
        raise stale(strategy, version)
    if not respond_async and gateway.is_offline(PURPOSE):
        request, answer = ask(actor, strategy, section=section)
        with transaction.atomic():
            store(actor, strategy, request, answer, section=section, expected=version)
        strategy.refresh_from_db()
        return Made(strategy)
    with transaction.atomic():
        job = _order(actor, strategy, {"section": section, "version": version})
    return _waited(actor, strategy, job, 0.0 if respond_async else wait_s)


def _refuse_nothing_new(former: StrategyVersion, made: StrategyContent, section: str) -> None:
    """Without a model the same measurements and templates give the same words; another order of them is nothing new."""
    if _words(former.content[section]) == _words(made.model_dump(mode="json")[section]):
        raise Conflict(
            StrategyError.NOTHING_NEW,
            f"{SECTIONS[section]}: without a language model there is nothing new to say. The same measurements and "
            "templates give the same words. Analyse more videos, connect a model, or edit the section yourself.",
        )


def _words(value: Any) -> frozenset[str]:
    """Everything that a section says, in no order."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return frozenset([str(value)]) if parts is None else frozenset().union(*map(_words, parts))


def retry(*, actor: Actor, strategy_id: UUID) -> Made:
    """Try again after a failure, with the same inputs and the newest measurements."""
    strategy = writable(actor, strategy_id)
    with transaction.atomic():
        changed = Strategy.objects.filter(pk=strategy.pk, status=Strategy.Status.FAILED, version=0).update(
            status=Strategy.Status.GENERATING, error="", updated_at=clock.now()
        )
        if not changed:
            raise Conflict(StrategyError.CANNOT_RETRY, "Only a strategy whose generation failed can be tried again.")
        job = _order(actor, strategy, {})
    return _waited(actor, strategy, job, 0.0)


def ask(actor: Actor, strategy: Strategy, *, section: str = "") -> tuple[StrategyRequest, Answer]:
    """Gather the facts and ask the gateway; no transaction is open here."""
    inputs = StrategyInputs.model_validate(strategy.inputs)
    chosen = list(
        Video.objects.for_workspace(actor.workspace_id)
        .filter(strategy_videos__strategy=strategy, deleted_at__isnull=True)
        .order_by("strategy_videos__id")
    )
    request = _request(actor, inputs, chosen)
    if section:
        former = StrategyVersion.objects.filter(strategy=strategy, number=strategy.version).first()
        request.variation = int(former.request.get("variation", 0)) + 1 if former else 1
    return request, gateway.generate(PURPOSE, request, actor)


def store(
    actor: Actor, strategy: Strategy, request: StrategyRequest, answer: Answer, *, section: str = "", expected: int = 0
) -> StrategyVersion:
    """Keep an answer as the next version, inside the caller's transaction; with `section`, only that part of it."""
    if not section:
        return _first_version(actor, strategy, request, answer)
    former = current(strategy)
    made: StrategyContent = answer.value
    if answer.offline:
        _refuse_nothing_new(former, made, section)
    content = StrategyContent.model_validate({**former.content, section: made.model_dump(mode="json")[section]})
    return add_version(
        actor,
        strategy,
        expected=expected,
        content=content,
        request=request.model_dump(mode="json"),
        provenance=answer.provenance(),
        reason=StrategyVersion.Reason.REGENERATED,
        note=SECTIONS[section],
        verb="strategy.regenerated",
    )


def fail(strategy_id: UUID | None, message: str) -> None:
    """Say why a generation failed; a strategy that has a version keeps it and stays ready."""
    if strategy_id is not None:
        Strategy.objects.filter(pk=strategy_id, version=0).update(
            status=Strategy.Status.FAILED, error=message[:500], updated_at=clock.now()
        )


def _first_version(actor: Actor, strategy: Strategy, request: StrategyRequest, answer: Answer) -> StrategyVersion:
    return add_version(
        actor,
        strategy,
        expected=0,
        content=answer.value,
        request=request.model_dump(mode="json"),
        provenance=answer.provenance(),
        reason=StrategyVersion.Reason.GENERATED,
        verb="strategy.generated",
    )


def _order(actor: Actor, strategy: Strategy, payload: dict[str, Any]) -> Job:
    return jobs.enqueue(
        kind=KIND,
        actor=actor,
        subject=("strategy", strategy.pk),
        payload=payload,
        unique_key=f"strategy:{strategy.pk}",
    )


def _waited(actor: Actor, strategy: Strategy, job: Job, wait_s: float | None) -> Made:
    ended = waiting.wait_for(actor, job, seconds=wait_s)
    strategy.refresh_from_db()
    finished = ended.finished_at is not None
    return Made(strategy, None if finished else ended)


def _judged(actor: Actor, given: dict[str, Any]) -> StrategyInputs:
    zone = given.get("timezone") or timezone_of(actor)
    given = {
        **given,
        "timezone": zone,
        "start_on": given.get("start_on") or next_monday(zone),
        "language": given.get("language") or language_of(actor),
    }
    try:
        return StrategyInputs.model_validate(without_nul(given))
    except ValidationError as error:
        fields: dict[str, list[str]] = {}
        for problem in error.errors():
            fields.setdefault(str(problem["loc"][0]), []).append(problem["msg"].removeprefix("Value error, "))
        name, sentences = next(iter(fields.items()))
        raise ValidationFailed(StrategyError.INPUT_INVALID, f"{name}: {sentences[0]}.", fields=fields) from None


def next_monday(zone: str) -> date:
    """The Monday after today where the person is."""
    try:
        today = clock.now().astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError):
        today = clock.now().date()
    return today + timedelta(days=7 - today.weekday())


def _request(actor: Actor, inputs: StrategyInputs, chosen: list[Video]) -> StrategyRequest:
    return StrategyRequest(**inputs.model_dump(), videos=facts.gather(actor, chosen), scores=facts.scores(actor))


def _row(actor: Actor, inputs: StrategyInputs, chosen: list[Video]) -> Strategy:
    title = inputs.niche or (chosen[0].title if chosen else "New strategy")
    platforms = [str(platform) for platform in inputs.platforms]
    strategy = Strategy.objects.create(
        workspace_id=actor.workspace_id,
        title=title[:200],
        platforms=platforms,
        goals=inputs.goals,
        niche=inputs.niche,
        inputs=inputs.model_dump(mode="json"),
        search=search_text(title, inputs.niche, platforms),
        created_by_id=actor.user_id,
    )
    for video in chosen:
        StrategyVideo.objects.create(workspace_id=actor.workspace_id, strategy=strategy, video=video)
    return strategy
