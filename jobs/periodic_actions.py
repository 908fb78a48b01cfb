"""Periodic actions: beat only sends a message; the row of the action decides who runs it and whether it is time."""

import logging
from datetime import timedelta

from core import clock, scope
from jobs import registry
from jobs.models import Periodic

logger = logging.getLogger(__name__)

# Messages come a little early or late; without slack every second one of a short interval would be refused.
_MAX_SLACK = timedelta(seconds=1)


def run_if_due(name: str) -> bool:
    """Run an action if it is due and nobody else took this turn. Failures are logged and kept in the row."""
    action = registry.periodic_actions.get(name)
    if action is None:
        logger.warning("Beat asks for %s, which no app offers.", name)
        return False
    with scope.system(f"periodic action {name}"):
        if not _take_turn(action):
            return False
        problem = ""
        try:
            action.function()
        except Exception as error:
            logger.exception("The periodic action %s failed.", name)
            problem = f"{type(error).__name__}: {error}"[:500]
        Periodic.objects.filter(name=name).update(finished_at=clock.now(), error_message=problem)
    return not problem


def _take_turn(action: registry.PeriodicAction) -> bool:
    now = clock.now()
    next_at = now + action.every - min(_MAX_SLACK, action.every / 4)
    if Periodic.objects.filter(name=action.name, due_at__lte=now).update(due_at=next_at, started_at=now):
        return True
    _, created = Periodic.objects.get_or_create(name=action.name, defaults={"due_at": next_at, "started_at": now})
    return created
