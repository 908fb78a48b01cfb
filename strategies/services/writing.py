"""What all changes share: finding the strategy to change, and adding a version without losing anybody's."""

from typing import Any
from uuid import UUID

from django.db.models import F

from accounts import audit
from accounts.policy import Action, require
from core import clock
from core.actor import Actor
from core.errors import Conflict, NotFound
from strategies.errors import StrategyError
from strategies.models import Strategy, StrategyVersion
from strategies.schema import StrategyContent


def writable(actor: Actor, strategy_id: UUID) -> Strategy:
    """A strategy the actor may change; 404 for foreign and deleted ones."""
    require(actor, Action.WRITE)
    found = Strategy.objects.for_workspace(actor.workspace_id).alive().filter(pk=strategy_id).first()
    if found is None:
        raise NotFound()
    return found


def current(strategy: Strategy) -> StrategyVersion:
    """The newest version; refused while there is none."""
    found = StrategyVersion.objects.for_workspace(strategy.workspace_id).filter(
        strategy=strategy, number=strategy.version
    )
    version = found.first()
    if version is None:
        raise Conflict(StrategyError.NOT_READY, "This strategy is still being generated. Wait until it is ready.")
    return version


def search_text(title: str, niche: str, platforms: list[str]) -> str:
    """What the list's search looks in."""
    return " ".join([title, niche, *platforms]).casefold()


def add_version(
    actor: Actor,
    strategy: Strategy,
    *,
    expected: int,
    content: StrategyContent,
    request: dict[str, Any],
    provenance: dict[str, Any],
    reason: str,
    note: str = "",
    verb: str,
) -> StrategyVersion:
    """Write the next version inside the caller's transaction; `expected` must be the newest, else 409 with both."""
    changed = Strategy.objects.filter(pk=strategy.pk, version=expected).update(
        version=F("version") + 1,
        status=Strategy.Status.READY,
        error="",
        title=content.title,
        offline=bool(provenance.get("offline")),
        search=search_text(content.title, strategy.niche, strategy.platforms),
        updated_at=clock.now(),
    )
    if not changed:
        raise stale(strategy, expected)
    version = StrategyVersion.objects.create(
        workspace_id=strategy.workspace_id,
        strategy=strategy,
        number=expected + 1,
        content=content.model_dump(mode="json"),
        request=request,
        provenance=provenance,
        reason=reason,
        note=note[:200],
        created_by_id=actor.user_id,
    )
    audit.record(actor, verb, ("strategy", strategy.pk), {"version": version.number, "note": note})
    return version


def stale(strategy: Strategy, yours: int) -> Conflict:
    """Somebody else saved first: both versions, so that nothing need be typed twice."""
    strategy.refresh_from_db(fields=["version"])
    newest = StrategyVersion.objects.filter(strategy=strategy, number=strategy.version).first()
    return Conflict(
        StrategyError.STALE,
        f"Somebody saved version {strategy.version} meanwhile; yours is based on version {yours}. "
        "Compare them and save again.",
        {"yours": yours, "current": strategy.version, "current_content": newest.content if newest else {}},
    )
