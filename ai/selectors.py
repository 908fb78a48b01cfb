"""Reads of the gateway: the workspace's templates and its use of models."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from ai import budget
from ai.models import LedgerEntry, ResponseTemplate
from core import clock
from core.actor import Actor


@dataclass(frozen=True, slots=True)
class Usage:
    """One purpose's use in a period. `cost_micro_usd` covers only calls whose price is known."""

    purpose: str
    requests: int
    cached: int
    offline: int
    failed: int
    tokens_in: int
    tokens_out: int
    cost_micro_usd: int
    unpriced: int
    hit_rate_ratio: float | None


def templates(
    actor: Actor, *, purpose: str = "", active: bool | None = None, search: str = ""
) -> QuerySet[ResponseTemplate]:
    """The workspace's stored answers, the most used first."""
    rows = ResponseTemplate.objects.for_workspace(actor.workspace_id)
    if purpose:
        rows = rows.filter(purpose=purpose)
    if active is not None:
        rows = rows.filter(is_active=active)
    if search:
        rows = rows.filter(normalised_text__icontains=search.casefold())
    return rows.order_by("-hit_count", "-created_at", "-id")


def usage(actor: Actor) -> dict[str, Any]:
    """This month's use by purpose, with totals and the budget. Hit rate: cached ÷ (cached + asked of a model)."""
    since = budget.month_start(clock.now())
    failed = Q(outcome__in=["invalid", "refused", "throttled", "unavailable", "budget"])
    rows = (
        LedgerEntry.objects.for_workspace(actor.workspace_id)
        .filter(at__gte=since)
        .values("purpose")
        .annotate(
            requests=Count("id"),
            sum_cached=Count("id", filter=Q(cached=True)),
            sum_offline=Count("id", filter=Q(offline=True)),
            failed=Count("id", filter=failed),
            sum_tokens_in=Sum("tokens_in"),
            sum_tokens_out=Sum("tokens_out"),
            sum_cost_micro_usd=Sum("cost_micro_usd"),
            unpriced=Count("id", filter=Q(cost_micro_usd__isnull=True)),
        )
        .order_by("purpose")
    )
    items = [
        Usage(
            purpose=row["purpose"],
            requests=row["requests"],
            cached=row["sum_cached"],
            offline=row["sum_offline"],
            failed=row["failed"],
            tokens_in=row["sum_tokens_in"],
            tokens_out=row["sum_tokens_out"],
            cost_micro_usd=row["sum_cost_micro_usd"] or 0,
            unpriced=row["unpriced"],
            hit_rate_ratio=_ratio(row["sum_cached"], row["requests"] - row["sum_offline"]),
        )
        for row in rows
    ]
    from_models = sum(item.requests - item.offline for item in items)
    return {
        "since": since,
        "requests": sum(item.requests for item in items),
        "cached": sum(item.cached for item in items),
        "offline": sum(item.offline for item in items),
        "tokens_in": sum(item.tokens_in for item in items),
        "tokens_out": sum(item.tokens_out for item in items),
        "cost_micro_usd": sum(item.cost_micro_usd for item in items),
        "unpriced": sum(item.unpriced for item in items),
        "hit_rate_ratio": _ratio(sum(item.cached for item in items), from_models),
        "budget_micro_usd": budget.monthly_micro_usd(),
        "purposes": [asdict(item) for item in items],
    }


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
