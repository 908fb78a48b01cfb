"""Making scripts: at once where no model is asked, else by jobs that the caller waits for."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from pydantic import ValidationError

from accounts.policy import Action, require
from ai import gateway, waiting
from ai.gateway import Answer
from ai.language import language_of
from ai.plain import without_nul
from core import clock
from core.actor import Actor
from core.errors import Conflict, ValidationFailed
from core.ids import uuid7
from jobs import services as jobs
from jobs.models import Job
from patterns.models import Pattern
from scripts_app.errors import ScriptError
from scripts_app.models import Script, ScriptVersion
from scripts_app.purpose import PURPOSE
from scripts_app.schema import ScriptInputs, ScriptRequest
from scripts_app.services.writing import add_version, search_text, writable
from strategies import facts
from strategies import selectors as strategies
from strategies.models import Strategy
from strategies.schema import Fact
from videos.models import Video

KIND = "scripts.generate"
MOST_VARIATIONS = 5


@dataclass(frozen=True, slots=True)
class Made:
    """The variations in order, and the jobs that still work on some of them."""

    scripts: list[Script]
    jobs: list[Job] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a script stands on besides its inputs."""

    patterns: list[Fact]
    hooks: list[str]
    video: Video | None
    strategy: Strategy | None


def generate(
    *,
    actor: Actor,
    concept: str,
    platform: str,
    duration: float = 30.0,
    target_patterns: Sequence[UUID] = (),
    video_ids: Sequence[UUID] = (),
    strategy_id: UUID | None = None,
    variations: int = 1,
    respond_async: bool = False,
    wait_s: float | None = None,
    **parameters: Any,
) -> Made:
    """Write `variations` scripts of one concept.

    They follow the patterns named in `target_patterns`, all measured patterns of `video_ids`, and the hooks of a
    strategy. `parameters`: points, audience, tone, language. Waits for a model at most `wait_s` (25 s) in all.
    """
    require(actor, Action.WRITE)
    parameters["language"] = parameters.get("language") or language_of(actor)
    inputs = _judged({"concept": concept, "platform": platform, "duration": duration, **parameters})
    if not 1 <= variations <= MOST_VARIATIONS:
        raise ValidationFailed(
            ScriptError.INPUT_INVALID,
            f"Ask for 1 to {MOST_VARIATIONS} variations.",
            fields={"variations": [f"Choose 1 to {MOST_VARIATIONS}."]},
        )
    ground = _ground(actor, target_patterns, video_ids, strategy_id)
    rows = [_unsaved(actor, inputs, ground, variation) for variation in range(variations)]
    group = uuid7()
    if not respond_async and gateway.is_offline(PURPOSE):
        requests = [_request(row) for row in rows]
        answers = [gateway.generate(PURPOSE, request, actor) for request in requests]
        with transaction.atomic():
            for row, request, answer in zip(rows, requests, answers, strict=True):
                row.group_id = group
                row.save(force_insert=True)
                store(actor, row, request, answer)
        for row in rows:
            row.refresh_from_db()
        return Made(rows)
    with transaction.atomic():
        ordered = []
        for row in rows:
            row.group_id = group
            row.save(force_insert=True)
            ordered.append(_order(actor, row))
    return _waited(actor, rows, ordered, 0.0 if respond_async else wait_s)


def create(*, actor: Actor, **inputs: Any) -> Script:
    """`generate` for callers that can wait themselves: returns the (first) script when it is ready."""
    inputs.pop("respond_async", None)
    made = generate(actor=actor, **{"wait_s": 600.0, **inputs})
    if made.jobs:
        raise Conflict(ScriptError.NOT_READY, "The script is taking longer than ten minutes; it goes on by itself.")
    return made.scripts[0]


def retry(*, actor: Actor, script_id: UUID) -> Made:
    """Try again after a failure, with the same inputs."""
    script = writable(actor, script_id)
    with transaction.atomic():
        changed = Script.objects.filter(pk=script.pk, status=Script.Status.FAILED, version=0).update(
            status=Script.Status.GENERATING, error="", updated_at=clock.now()
        )
        if not changed:
            raise Conflict(ScriptError.CANNOT_RETRY, "Only a script whose generation failed can be tried again.")
        job = _order(actor, script)
    return _waited(actor, [script], [job], 0.0)


def ask(actor: Actor, script: Script) -> tuple[ScriptRequest, Answer]:
    """Ask the gateway; no transaction is open here."""
    request = _request(script)
    return request, gateway.generate(PURPOSE, request, actor)


def store(actor: Actor, script: Script, request: ScriptRequest, answer: Answer) -> ScriptVersion:
    """Keep an answer as the first version, inside the caller's transaction."""
    return add_version(
        actor,
        script,
        expected=0,
        content=answer.value,
        request=request.model_dump(mode="json"),
        provenance=answer.provenance(),
        reason=ScriptVersion.Reason.GENERATED,
        verb="script.generated",
    )


def fail(script_id: UUID | None, message: str) -> None:
    """Say why a generation failed."""
    if script_id is not None:
        Script.objects.filter(pk=script_id, version=0).update(
            status=Script.Status.FAILED, error=message[:500], updated_at=clock.now()
        )


def _judged(given: dict[str, Any]) -> ScriptInputs:
    try:
        return ScriptInputs.model_validate(without_nul(given))
    except ValidationError as error:
        fields: dict[str, list[str]] = {}
        for problem in error.errors():
            fields.setdefault(str(problem["loc"][0]), []).append(problem["msg"].removeprefix("Value error, "))
        name, sentences = next(iter(fields.items()))
        raise ValidationFailed(ScriptError.INPUT_INVALID, f"{name}: {sentences[0]}.", fields=fields) from None


def _ground(actor: Actor, pattern_ids: Sequence[UUID], video_ids: Sequence[UUID], strategy_id: UUID | None) -> _Ground:
    wanted = list(dict.fromkeys(pattern_ids))
    rows = Pattern.objects.for_workspace(actor.workspace_id).select_related("video").in_bulk(wanted)
    if len(rows) != len(wanted):
        raise ValidationFailed(
            ScriptError.PATTERN_UNKNOWN,
            "One of the chosen patterns does not exist any more; its video may have been analysed again. Choose again.",
            fields={"target_patterns": ["One of the chosen patterns does not exist any more."]},
        )
    chosen = facts.videos(actor, video_ids)
    known = [fact for video in facts.gather(actor, chosen) for fact in video.facts] if chosen else []
    named = [facts.fact(rows[pattern_id]) for pattern_id in wanted if rows[pattern_id].video not in chosen]
    videos = {video.pk: video for video in [*chosen, *(rows[pattern_id].video for pattern_id in wanted)]}
    strategy = _strategy(actor, strategy_id)
    hooks: list[str] = []
    if strategy is not None:
        shown = strategies.shown(actor, strategy.pk)
        hooks = [hook.text for hook in shown.content.hooks] if shown.content else []
    return _Ground(
        [*named, *known][:60], hooks[:12], next(iter(videos.values())) if len(videos) == 1 else None, strategy
    )


def _strategy(actor: Actor, strategy_id: UUID | None) -> Strategy | None:
    if strategy_id is None:
        return None
    found: Strategy | None = Strategy.objects.for_workspace(actor.workspace_id).alive().filter(pk=strategy_id).first()
    if found is None:
        raise ValidationFailed(
            ScriptError.STRATEGY_UNKNOWN,
            "The chosen strategy does not exist any more. Choose again.",
            fields={"strategy_id": ["The chosen strategy does not exist any more."]},
        )
    return found


def _request(script: Script) -> ScriptRequest:
    return ScriptRequest.model_validate(script.inputs)


def _unsaved(actor: Actor, inputs: ScriptInputs, ground: _Ground, variation: int) -> Script:
    request = ScriptRequest(**inputs.model_dump(), patterns=ground.patterns, hooks=ground.hooks, variation=variation)
    title = inputs.concept[:200]
    return Script(
        workspace_id=actor.workspace_id,
        title=title,
        concept=inputs.concept,
        platform=str(inputs.platform),
        duration_s=inputs.duration,
        variation=variation,
        inputs=request.model_dump(mode="json"),
        search=search_text(title, inputs.concept, inputs.platform),
        video=ground.video,
        strategy=ground.strategy,
        created_by_id=actor.user_id,
    )


def _order(actor: Actor, script: Script) -> Job:
    return jobs.enqueue(
        kind=KIND, actor=actor, subject=("script", script.pk), unique_key=f"script:{script.pk}", payload={}
    )


def _waited(actor: Actor, scripts: list[Script], ordered: list[Job], wait_s: float | None) -> Made:
    until = time.monotonic() + (waiting.WAIT_S if wait_s is None else wait_s)
    ended = [waiting.wait_for(actor, job, seconds=max(0.0, until - time.monotonic())) for job in ordered]
    for script in scripts:
        script.refresh_from_db()
    return Made(scripts, [job for job in ended if job.finished_at is None])
