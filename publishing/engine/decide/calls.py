"""What follows from an answer, a refusal or a silence to a step's call, and from what must be true before it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from publishing.engine import sentences
from publishing.engine.decide import outcomes as happened
from publishing.engine.decide import waits
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
from publishing.errors import TargetError
from publishing.platforms.base import Checkpoint, Effect, Live, Next, Wait
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.states import AttemptOutcome, TargetState, WaitReason

CONVERSION_POLL = timedelta(minutes=1)
LOCK_POLL = timedelta(seconds=2)
# A longer wait for a slot is shown to the person.
QUIET_WAIT = timedelta(minutes=1, seconds=1)

# Answers ------------------------------------------------------------------------------------------------------------


def answered(rules: Rules, state: State, event: happened.Answered, now: datetime) -> Transition:
    outcome, commit = event.outcome, event.step.effect is Effect.COMMIT
    state = with_checkpoint(state, outcome.checkpoint)
    match outcome:
        case Live():
            found = waits.published(outcome, now)
            receipt = Receipt(AttemptOutcome.OK, details={"external_id": outcome.external_id}, with_state=True)
        case Wait():
            found = waits.pause(state, outcome.after, now, transient_count=0, **_progress(outcome))
            receipt = Receipt(AttemptOutcome.WAIT, next_at=now + outcome.after, with_state=True)
        case Next():
            committed = state.committed and not (commit and _commits_again(rules, state))
            found = stay(state, GoOn(), transient_count=0, committed=committed, **_progress(outcome))
            receipt = Receipt(AttemptOutcome.OK, with_state=True)
    return replace(found, receipt=receipt, release_lock=commit, renewed=False, publishes_progress=True)


def _progress(outcome: Next | Wait) -> dict[str, int]:
    return {} if outcome.progress_pct is None else {"progress_pct": outcome.progress_pct}


def _commits_again(rules: Rules, state: State) -> bool:
    """A commit step that the platform took in part is still to be made: nothing is public yet."""
    return rules.adapter.step(rules.spec, state.checkpoint).effect is Effect.COMMIT


# Silence ------------------------------------------------------------------------------------------------------------


def unreachable(rules: Rules, state: State, event: happened.Unreachable, now: datetime) -> Transition:
    """Even a commit may be made again: the platform never saw it."""
    commit = event.step.effect is Effect.COMMIT
    if commit:
        state = replace(state, committed=False)
    sentence = f"We could not reach {rules.adapter.label}."
    receipt = Receipt(AttemptOutcome.REFUSED, sentence, event.words, code="not_sent")
    found = waits.back_off(rules, state, sentence, now, event.words)
    return replace(found, receipt=receipt, release_lock=commit)


def unanswered(rules: Rules, state: State, event: happened.Unanswered, now: datetime) -> Transition:
    """Only a commit step needs to know whether it arrived before the work goes on."""
    if event.step.effect is Effect.COMMIT:
        sentence = sentences.silent(rules.adapter.label)
        receipt = Receipt(AttemptOutcome.NO_ANSWER, sentence, event.words, with_state=True)
        return replace(waits.unconfirmed(state, sentence, now), receipt=receipt, release_lock=True)
    sentence = f"{rules.adapter.label} did not answer."
    receipt = Receipt(AttemptOutcome.NO_ANSWER, sentence, event.words)
    found = waits.back_off(rules, waits.recover(rules, state, event.step.name), sentence, now, event.words)
    return replace(found, receipt=receipt)


def interrupted(rules: Rules, state: State, event: happened.Interrupted, now: datetime) -> Transition:
    if event.committing:
        return waits.unconfirmed(state, sentences.interrupted(rules.adapter.label), now)
    return Transition(waits.recover(rules, state, event.step).checkpoint)


# Refusals -----------------------------------------------------------------------------------------------------------


def refused(rules: Rules, state: State, event: happened.Refused, now: datetime) -> Transition:
    """Nothing became public, unless it was a server's own failure on a commit step."""
    error, commit = event.error, event.step.effect is Effect.COMMIT
    receipt = receipt_of(error) if event.called else None
    if commit and event.called:
        if error.kind is ErrorKind.TRANSIENT and not error.restart:
            sentence = sentences.failed_midway(error, rules.adapter.label)
            receipt = replace(receipt_of(error), sentence=sentence, with_state=True)
            return replace(waits.unconfirmed(state, sentence, now), receipt=receipt, release_lock=True)
        state = replace(state, committed=False)
    if not commit and error.kind is ErrorKind.TRANSIENT:
        # A server's failure may come after the work: whoever uploads asks how far it got.
        state = waits.recover(rules, state, event.step.name)
    state = waits.reask(rules, state)
    if error.token_problem and event.called:
        then = JudgeToken(error) if state.renewed else RenewTokens()
        found = replace(stay(state, then, committed=state.committed), renewed=True)
    else:
        found = waits.conclude(rules, state, error, now)
    return replace(found, receipt=receipt, release_lock=commit)


def receipt_of(error: PlatformError) -> Receipt:
    """The receipt of a refused call, with the platform's own words."""
    return Receipt(AttemptOutcome.REFUSED, error.sentence, error.words, error.code, error.status, error.until)


def not_renewed(rules: Rules, state: State, event: happened.NotRenewed, now: datetime) -> Transition:
    return waits.back_off(rules, state, f"{rules.adapter.label} did not answer.", now, event.words)


def renewal_refused(rules: Rules, state: State, event: happened.RenewalRefused, now: datetime) -> Transition:
    return waits.by_kind(rules, state, event.error, now)


def token_judged(rules: Rules, state: State, event: happened.TokenJudged, now: datetime) -> Transition:
    """A refused token that was replaced meanwhile says nothing about the new one."""
    if event.replaced:
        return Transition(state.checkpoint)
    return waits.conclude(rules, state, event.error, now)


# Before a call ------------------------------------------------------------------------------------------------------


def overdue(rules: Rules, state: State, event: happened.Overdue, now: datetime) -> Transition:
    return waits.asking(waits.unconfirmed(state, sentences.STUCK, now), rules, now)


def not_approved(rules: Rules, state: State, event: happened.NotApproved, now: datetime) -> Transition:
    """Nothing of it is sent: it is planned again, and waits for somebody to approve it."""
    fields = {"queued_at": None, "started_at": None, "run_token": None, "transient_count": 0, "progress_pct": 0}
    return Transition(Checkpoint(), TargetState.NEEDS_APPROVAL, fields, Stop())


def expired(rules: Rules, state: State, event: happened.Expired, now: datetime) -> Transition:
    return waits.expired(rules, state, now)


def converting(rules: Rules, state: State, event: happened.Converting, now: datetime) -> Transition:
    # The conversion's job wakes the target; this is for a wake-up that was lost.
    return waits.pause(state, CONVERSION_POLL, now)


def not_converted(rules: Rules, state: State, event: happened.NotConverted, now: datetime) -> Transition:
    return waits.fail(state, TargetError.UNSUPPORTED_FORMAT, event.sentence)


def account_rests(rules: Rules, state: State, event: happened.AccountRests, now: datetime) -> Transition:
    sentence = event.problem or "This account is paused."
    return waits.wait(waits.reask(rules, state), WaitReason.HOLD, event.until, sentence, now)


def quota_exhausted(rules: Rules, state: State, event: happened.QuotaExhausted, now: datetime) -> Transition:
    return waits.wait(state, WaitReason.QUOTA, event.until, event.sentence, now, code=TargetError.QUOTA)


def quota_reserved(rules: Rules, state: State, event: happened.QuotaReserved, now: datetime) -> Transition:
    until = event.until.isoformat() if event.until else None
    return Transition(state.checkpoint.with_data(reserved=event.step, reserved_until=until))


def allowance_low(rules: Rules, state: State, event: happened.AllowanceLow, now: datetime) -> Transition:
    sentence = f"{rules.adapter.label}'s allowance is nearly used up, so this waits a little."
    return waits.wait(state, WaitReason.RATE, event.until, sentence, now)


def lock_taken(rules: Rules, state: State, event: happened.LockTaken, now: datetime) -> Transition:
    return waits.pause(state, LOCK_POLL, now)


def slot_booked(rules: Rules, state: State, event: happened.SlotBooked, now: datetime) -> Transition:
    """Come back when the slot in the rate window is free."""
    fields: dict[str, Any] = {"booking": dict(event.booking)}
    if event.at - now <= QUIET_WAIT:
        found = stay(state, Pause(event.at - now), next_at=event.at, **fields)
    else:
        sentence = (
            f"{rules.adapter.label} takes only so many posts of one connection a minute, and others come before this "
            "one. It continues automatically."
        )
        found = waits.wait(state, WaitReason.RATE, event.at, sentence, now, **fields)
    return replace(found, release_lock=event.committing)
