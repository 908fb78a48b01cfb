"""Deleting a strategy, and bringing it back while it is in the trash."""

from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.policy import Action, require
from core import clock
from core.actor import Actor
from core.errors import Conflict, NotFound
from strategies.errors import StrategyError
from strategies.models import Strategy
from strategies.services.writing import writable


@transaction.atomic
def delete(*, actor: Actor, strategy_id: UUID) -> None:
    """Put a strategy into the trash; it can be brought back for 30 days."""
    strategy = writable(actor, strategy_id)
    Strategy.objects.filter(pk=strategy.pk).update(deleted_at=clock.now(), updated_at=clock.now())
    audit.record(actor, "strategy.deleted", ("strategy", strategy.pk), {"title": strategy.title})


@transaction.atomic
def undelete(*, actor: Actor, strategy_id: UUID) -> Strategy:
    """Bring a strategy back from the trash."""
    require(actor, Action.WRITE)
    strategy = Strategy.objects.for_workspace(actor.workspace_id).filter(pk=strategy_id).first()
    if strategy is None:
        raise NotFound()
    if strategy.deleted_at is None:
        raise Conflict(StrategyError.NOT_DELETED, "This strategy is not in the trash.")
    Strategy.objects.filter(pk=strategy.pk).update(deleted_at=None, updated_at=clock.now())
    audit.record(actor, "strategy.restored_from_trash", ("strategy", strategy.pk), {"title": strategy.title})
    strategy.refresh_from_db()
    return strategy
