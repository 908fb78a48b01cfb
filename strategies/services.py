"""Every change of a strategy. What strategies share with other documents is bound to their kind here."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from accounts.policy import Action, require
from accounts.selectors import timezone_of
from ai.language import language_of
from core import clock
from core.actor import Actor
from documents.services import making, trash, versions
from documents.services.making import Draft
from strategies import facts
from strategies.document import STRATEGY, Made
from strategies.models import Strategy, StrategyVideo
from strategies.schema import StrategyInputs

__all__ = ["Made", "create", "delete", "edit", "generate", "regenerate", "restore", "retry", "undelete"]

edit: Final = partial(versions.edit, STRATEGY)
restore: Final = partial(versions.restore, STRATEGY)
regenerate: Final = partial(making.regenerate, STRATEGY)
retry: Final = partial(making.retry, STRATEGY)
delete: Final = partial(trash.delete, STRATEGY)
undelete: Final = partial(trash.undelete, STRATEGY)


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
    zone = parameters.get("timezone") or timezone_of(actor)
    given = {
        **parameters,
        "platforms": list(platforms),
        "goals": list(goals),
        "timezone": zone,
        "start_on": parameters.get("start_on") or next_monday(zone),
        "language": parameters.get("language") or language_of(actor),
    }
    inputs = making.read_inputs(STRATEGY, StrategyInputs, given)
    chosen = facts.videos(actor, video_ids)
    request = facts.request(actor, inputs, chosen)
    strategy = making.unsaved(
        STRATEGY,
        actor,
        title=inputs.niche or (chosen[0].title if chosen else "New strategy"),
        platforms=[str(platform) for platform in inputs.platforms],
        goals=inputs.goals,
        niche=inputs.niche,
        inputs=inputs.model_dump(mode="json"),
    )
    rows = [StrategyVideo(workspace_id=actor.workspace_id, strategy=strategy, video=video) for video in chosen]
    drafts = [Draft(strategy, request, rows)]
    return making.make(STRATEGY, actor=actor, drafts=drafts, respond_async=respond_async, wait_s=wait_s)


def create(*, actor: Actor, **inputs: Any) -> Strategy:
    """`generate` for callers that can wait themselves (a command, another job): returns when the strategy is ready."""
    made = generate(actor=actor, **{"wait_s": 600.0, **inputs, "respond_async": False})
    return making.finished(STRATEGY, made).strategy


def next_monday(zone: str) -> date:
    """The Monday after today where the person is."""
    try:
        today = clock.now().astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError):
        today = clock.now().date()
    return today + timedelta(days=7 - today.weekday())
