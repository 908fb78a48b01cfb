"""Every change of a script. What scripts share with other documents is bound to their kind here."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from uuid import UUID

from accounts.policy import Action, require
from ai.language import language_of
from core.actor import Actor
from core.errors import ValidationFailed
from core.ids import uuid7
from documents.services import making, trash, versions
from documents.services.making import Draft
from patterns.models import Pattern
from scripts_app.document import SCRIPT, Made
from scripts_app.errors import ScriptError
from scripts_app.models import Script
from scripts_app.schema import ScriptInputs, ScriptRequest
from strategies import facts
from strategies import selectors as strategies
from strategies.models import Strategy
from strategies.schema import Fact
from videos.models import Video

__all__ = ["Made", "create", "delete", "edit", "generate", "restore", "retry", "undelete"]

MOST_VARIATIONS = 5

edit: Final = partial(versions.edit, SCRIPT)
restore: Final = partial(versions.restore, SCRIPT)
retry: Final = partial(making.retry, SCRIPT)
delete: Final = partial(trash.delete, SCRIPT)
undelete: Final = partial(trash.undelete, SCRIPT)


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
    given = {"concept": concept, "platform": platform, "duration": duration, **parameters}
    inputs = making.read_inputs(SCRIPT, ScriptInputs, given)
    if not 1 <= variations <= MOST_VARIATIONS:
        raise ValidationFailed(
            ScriptError.INPUT_INVALID,
            f"Ask for 1 to {MOST_VARIATIONS} variations.",
            fields={"variations": [f"Choose 1 to {MOST_VARIATIONS}."]},
        )
    ground = _ground(actor, target_patterns, video_ids, strategy_id)
    group = uuid7()
    drafts = [_draft(actor, inputs, ground, group, variation) for variation in range(variations)]
    return making.make(SCRIPT, actor=actor, drafts=drafts, respond_async=respond_async, wait_s=wait_s)


def create(*, actor: Actor, **inputs: Any) -> Script:
    """`generate` for callers that can wait themselves: returns the (first) script when it is ready."""
    made = generate(actor=actor, **{"wait_s": 600.0, **inputs, "respond_async": False})
    return making.finished(SCRIPT, made).document


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


def _draft(actor: Actor, inputs: ScriptInputs, ground: _Ground, group: UUID, variation: int) -> Draft[Script]:
    request = ScriptRequest(**inputs.model_dump(), patterns=ground.patterns, hooks=ground.hooks, variation=variation)
    script = making.unsaved(
        SCRIPT,
        actor,
        title=inputs.concept,
        concept=inputs.concept,
        platform=str(inputs.platform),
        duration_s=inputs.duration,
        group_id=group,
        variation=variation,
        inputs=request.model_dump(mode="json"),
        video=ground.video,
        strategy=ground.strategy,
    )
    return Draft(script, request)
