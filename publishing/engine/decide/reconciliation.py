"""After a commit without an answer: is the post there? Only a certain "no" lets the step be repeated."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from publishing.engine.decide import outcomes as happened
from publishing.engine.decide import waits
from publishing.engine.decide.calls import receipt_of
from publishing.engine.decide.model import (
    GoOn,
    JudgeToken,
    Pause,
    Receipt,
    RenewTokens,
    Rules,
    State,
    Stop,
    Transition,
    stay,
    with_checkpoint,
)
from publishing.platforms.base import Accepted, Live, NotThere, Unknown
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.states import AttemptOutcome, TargetState

PROCESSING_DEADLINE = timedelta(hours=24)
ASK_AFTER = timedelta(minutes=30)
KEEP_LOOKING = timedelta(hours=24)
LISTINGS = 3
LISTING_SPAN = timedelta(minutes=10)
# After an answer nothing is under way any more, and where a repetition is refused a list that lags does no harm.
ANSWERED_SPAN = timedelta(minutes=1)
# Never rarer than once a minute: that is how long a post waits after the platform's trouble is over.
_EVERY = (timedelta(seconds=5), timedelta(seconds=15), timedelta(seconds=30), timedelta(minutes=1))
_ASKED_EVERY = timedelta(minutes=30)
_NO_ANSWER = "The platform did not answer."


def is_overdue(state: State, now: datetime) -> bool:
    """Whether the platform has had the post for more than a day."""
    return state.committed_at is not None and now - state.committed_at > PROCESSING_DEADLINE


def found(rules: Rules, state: State, event: happened.Found, now: datetime) -> Transition:
    finding = event.finding
    match finding:
        case Unknown():
            receipt = Receipt(AttemptOutcome.WAIT, finding.reason, details={"found": "unknown"})
            after = _unknown(rules, state, finding.reason, now, for_good=finding.for_good)
        case Live():
            receipt = Receipt(AttemptOutcome.OK, "It is live.", details={"found": "live"}, with_state=True)
            after = waits.published(finding, now)
        case Accepted():
            receipt, after = _accepted(rules, with_checkpoint(state, finding.checkpoint), now)
        case NotThere():
            receipt, after = _not_there(
                rules, with_checkpoint(state, finding.checkpoint), finding, now, answered=event.answered
            )
    return replace(after, receipt=receipt, renewed=False)


def _accepted(rules: Rules, state: State, now: datetime) -> tuple[Receipt, Transition]:
    details = {"found": "accepted"}
    if is_overdue(state, now):
        sentence = "The platform has it and is still working on it."
        return Receipt(AttemptOutcome.WAIT, sentence, details=details), _unknown(rules, state, sentence, now)
    sentence = "The platform has it; the work continues."
    receipt = Receipt(AttemptOutcome.OK, sentence, details=details, with_state=True)
    return receipt, _resume(state, TargetState.PROCESSING, committed=True)


def _not_there(
    rules: Rules, state: State, finding: NotThere, now: datetime, *, answered: bool
) -> tuple[Receipt, Transition]:
    """`negatives` listings over the span, or one complete look, make it certain that the commit did not arrive."""
    negatives, since = state.negatives + 1, state.negative_since or now
    span = ANSWERED_SPAN if answered and rules.adapter.refuses_repeats else LISTING_SPAN
    details = {"found": "not_there", "complete": finding.complete, "negatives": negatives}
    if finding.complete or (negatives >= LISTINGS and now - since >= span):
        sentence = "It did not arrive, so it is sent again."
        receipt = Receipt(AttemptOutcome.OK, sentence, details=details, with_state=True)
        return receipt, _resume(state, TargetState.UPLOADING, committed=False)
    after = span / (LISTINGS - 1)
    receipt = Receipt(AttemptOutcome.WAIT, "It is not in the listing yet.", details=details, with_state=True)
    return receipt, stay(state, Pause(after), negatives=negatives, negative_since=since, next_at=now + after)


def _known() -> dict[str, Any]:
    """The columns of a question that is answered."""
    return {"unconfirmed_at": None, "asked_at": None, "negatives": 0, "negative_since": None}


def _with_known(after: Transition) -> Transition:
    instead = _with_known(after.if_reconnected) if after.if_reconnected else None
    return replace(after, fields={"committed": False, **_known(), **after.fields}, if_reconnected=instead)


def _resume(state: State, to: TargetState, *, committed: bool) -> Transition:
    return Transition(state.checkpoint, to, {"committed": committed, **_known()}, GoOn())


def refused(rules: Rules, state: State, event: happened.LookRefused, now: datetime) -> Transition:
    receipt = receipt_of(event.error) if event.called else None
    if event.called and event.error.token_problem:
        if state.renewed:
            return Transition(state.checkpoint, then=JudgeToken(event.error), receipt=receipt)
        found = stay(state, RenewTokens(), committed=state.committed)
        return replace(found, receipt=receipt, renewed=True)
    return replace(_refusal(rules, state, event.error, now), receipt=receipt)


def token_judged(rules: Rules, state: State, event: happened.TokenJudged, now: datetime) -> Transition:
    return Transition(state.checkpoint) if event.replaced else _refusal(rules, state, event.error, now)


def _refusal(rules: Rules, state: State, error: PlatformError, now: datetime) -> Transition:
    """A refusal to tell says nothing about the post, unless the platform says that it ended the post itself."""
    if error.dead:
        known = replace(state, state=TargetState.PROCESSING, committed=False)
        return _with_known(waits.conclude(rules, known, error, now))
    if error.kind in (ErrorKind.AUTH_EXPIRED, ErrorKind.ACCOUNT_TYPE):
        return waits.needs_person(rules, state, error, now)
    if error.kind is ErrorKind.RATE_LIMITED and error.until is not None:
        return stay(state, Pause(max(error.until - now, timedelta(seconds=1))), next_at=error.until)
    return _unknown(rules, state, error.sentence, now)


def unanswered(rules: Rules, state: State, event: happened.LookUnanswered, now: datetime) -> Transition:
    receipt = Receipt(AttemptOutcome.NO_ANSWER, words=event.words) if event.called else None
    return replace(_unknown(rules, state, _NO_ANSWER, now), receipt=receipt)


def postponed(rules: Rules, state: State, event: happened.LookPostponed, now: datetime) -> Transition:
    return stay(state, Pause(event.at - now), next_at=event.at, booking=dict(event.booking))


def _unknown(rules: Rules, state: State, reason: str, now: datetime, *, for_good: bool = False) -> Transition:
    """Never send again on this. After half an hour ask the person, and keep looking for a day.

    Where the platform can never say, ask at once and look no more.
    """
    since = state.unconfirmed_at or now
    asks = state.asked_at is None and (for_good or now - since >= ASK_AFTER)
    if asks or state.asked_at is not None:
        if for_good or now - since >= KEEP_LOOKING:
            after = stay(state, Stop(), next_at=None)
        else:
            after = stay(state, Pause(_ASKED_EVERY), next_at=now + _ASKED_EVERY)
        return waits.asking(after, rules, now, reason if for_good else "") if asks else after
    looks = int(state.checkpoint.get("looks_for_commit", 0))
    state = with_checkpoint(state, state.checkpoint.with_data(looks_for_commit=looks + 1))
    every = min(_EVERY[min(looks, len(_EVERY) - 1)], max(since + ASK_AFTER - now, timedelta(seconds=1)))
    return stay(state, Pause(every), next_at=now + every, error_words=reason)
