"""May this workspace ask a model now? The plan's limit is asked first, then the operator's monthly budget."""

from datetime import datetime

from django.conf import settings
from django.db.models import Sum

from ai.errors import AiError
from ai.models import LedgerEntry
from core import clock
from core.actor import Actor
from core.errors import PlanLimit
from core.hooks import limits

LIMIT_KEY = "ai_generations"


def month_start(at: datetime) -> datetime:
    """The first instant of a month, UTC."""
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def spent_micro_usd(actor: Actor) -> int:
    """What the workspace spent this month on calls whose price is known."""
    rows = LedgerEntry.objects.for_workspace(actor.workspace_id).filter(at__gte=month_start(clock.now()))
    spent: int | None = rows.aggregate(total=Sum("cost_micro_usd"))["total"]
    return spent or 0


def monthly_micro_usd() -> int | None:
    """The operator's budget per workspace and month; None when there is none."""
    return round(settings.ENV.AI_MONTHLY_BUDGET_USD * 1_000_000) or None


def require_budget(actor: Actor) -> None:
    """Raise `PlanLimit` when the plan or the monthly budget leaves nothing."""
    limits.check(actor.workspace_id, LIMIT_KEY, 1)
    most = monthly_micro_usd()
    if most is not None and spent_micro_usd(actor) >= most:
        raise PlanLimit(
            AiError.BUDGET_SPENT,
            f"This month's budget for generated content (USD {most / 1_000_000:.2f}) is used up. "
            "It starts again on the first of next month; an operator can raise it.",
        )
