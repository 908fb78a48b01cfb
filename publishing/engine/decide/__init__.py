"""The engine's decisions: what follows from an outcome, given where a target stands. Pure: no row, no call, no clock.

`decide` is the whole interface; `engine.apply` is the one place that does what it says. The table of all decisions is
in `docs/publishing.md`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from publishing.engine.decide import calls, endings, reconciliation
from publishing.engine.decide import outcomes as happened
from publishing.engine.decide.model import Rules, State, Transition
from publishing.states import TargetState

Decision = Callable[[Rules, State, Any, datetime], Transition]

DECISIONS: dict[type, Decision] = {
    happened.Answered: calls.answered,
    happened.Unreachable: calls.unreachable,
    happened.Unanswered: calls.unanswered,
    happened.Refused: calls.refused,
    happened.Interrupted: calls.interrupted,
    happened.NotRenewed: calls.not_renewed,
    happened.RenewalRefused: calls.renewal_refused,
    happened.TokenJudged: calls.token_judged,
    happened.Overdue: calls.overdue,
    happened.NotApproved: calls.not_approved,
    happened.Expired: calls.expired,
    happened.Converting: calls.converting,
    happened.NotConverted: calls.not_converted,
    happened.AccountRests: calls.account_rests,
    happened.QuotaExhausted: calls.quota_exhausted,
    happened.QuotaReserved: calls.quota_reserved,
    happened.AllowanceLow: calls.allowance_low,
    happened.LockTaken: calls.lock_taken,
    happened.SlotBooked: calls.slot_booked,
    happened.Found: reconciliation.found,
    happened.LookRefused: reconciliation.refused,
    happened.LookUnanswered: reconciliation.unanswered,
    happened.LookPostponed: reconciliation.postponed,
    happened.JobEnded: endings.job_ended,
    happened.Settled: endings.settled,
    happened.SettlingRefused: endings.settling_refused,
}


def decide(rules: Rules, state: State, outcome: object, now: datetime) -> Transition:
    """What follows from `outcome` (one of `decide.outcomes`) at the instant `now`."""
    if isinstance(outcome, happened.TokenJudged) and state.state == TargetState.UNCONFIRMED:
        return reconciliation.token_judged(rules, state, outcome, now)
    return DECISIONS[type(outcome)](rules, state, outcome, now)
