"""What keeps a target from going on: a wait, a retry, a search, a question, a person's turn, an end."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from publishing.engine import sentences
from publishing.engine.decide.model import Pause, Rules, State, Stop, Transition, stay, with_checkpoint
from publishing.errors import TargetError
from publishing.platforms.base import Checkpoint, Live
from publishing.platforms.errors import ErrorKind, PlatformError
from publishing.states import TargetState, WaitReason

HOLD = timedelta(hours=12)
QUOTA_FALLBACK = timedelta(hours=24)
RATE_FALLBACK = timedelta(minutes=1)
# Refusals of what was sent. To a question about a post that was sent they say nothing of the post.
_OF_CONTENT = frozenset({ErrorKind.REJECTED, ErrorKind.UNSUPPORTED_FORMAT})


def reask(rules: Rules, state: State) -> State:
    """Forget what the platform said of the account: it is asked again before an uncommitted post goes on."""
    return state if state.committed else with_checkpoint(state, rules.adapter.reask(state.checkpoint))


def recover(rules: Rules, state: State, step: str) -> State:
    """A safe step may have arrived or not: go on from where it can be made again.

    Was it the first one, the platform may have counted it: the quota is asked again before it is repeated.
    """
    checkpoint = rules.adapter.recover(state.checkpoint, step)
    if checkpoint.get("reserved") == step:
        checkpoint = checkpoint.with_data(reserved=None)
    return reask(rules, with_checkpoint(state, checkpoint))


def pause(state: State, after: timedelta, now: datetime, **fields: Any) -> Transition:
    """A short wait that is nobody's business (a rate window, another post's turn)."""
    return stay(state, Pause(after), next_at=now + after, **fields)


def wait(
    state: State,
    reason: WaitReason,
    until: datetime,
    sentence: str,
    now: datetime,
    *,
    code: str = TargetError.RATE_LIMITED,
    words: str = "",
    **fields: Any,
) -> Transition:
    """Wait until a stated time. What may be live keeps its state, and nobody can cancel it."""
    then = Pause(max(until - now, timedelta()))
    if state.committed:
        return stay(state, then, next_at=until, **fields)
    columns = {
        "wait_reason": reason,
        "next_at": until,
        "committed": False,
        "error_code": code,
        "error_sentence": sentence,
        "error_words": words,
    }
    return Transition(state.checkpoint, TargetState.WAITING, {**columns, **fields}, then)


def back_off(rules: Rules, state: State, cause: str, now: datetime, words: str = "") -> Transition:
    """Try again after 1, 5 and 15 minutes; then give up, or look when something may be live.

    Starting over is no progress: what fails again after every new start is given up as well.
    """
    delays, committed = rules.retry_delays, state.committed
    count = max(state.transient_count, int(state.checkpoint.get("restarts", 0)) - 1)
    if count >= len(delays):
        if committed:
            return unconfirmed(state, sentences.untold(rules.adapter.label), now)
        return fail(state, TargetError.TRANSIENT, sentences.given_up(cause, count + 1), words)
    state = reask(rules, state)
    fields = {
        "transient_count": count + 1,
        "next_at": now + delays[count],
        "error_code": TargetError.TRANSIENT,
        "error_sentence": sentences.retried(cause, committed=committed),
        "error_words": words,
        "committed": committed,
    }
    if committed:
        return stay(state, Pause(delays[count]), **fields)
    fields["wait_reason"] = WaitReason.RETRY
    return Transition(state.checkpoint, TargetState.WAITING, fields, Pause(delays[count]))


def expired(rules: Rules, state: State, now: datetime) -> Transition:
    """What was prepared has ended by its own date: start over at once, and from the second time on like any failure."""
    state = with_checkpoint(state, state.checkpoint.restarted())
    if state.checkpoint.get("restarts") == 1:
        return Transition(state.checkpoint)
    return back_off(rules, state, sentences.ran_out(rules.adapter.label), now)


def unconfirmed(state: State, sentence: str, now: datetime) -> Transition:
    """The outcome of a commit is unknown: look before anything else."""
    return Transition(
        state.checkpoint,
        TargetState.UNCONFIRMED,
        {
            "unconfirmed_at": now,
            "asked_at": None,
            "negatives": 0,
            "negative_since": None,
            "error_code": TargetError.UNCONFIRMED,
            "error_sentence": sentence,
            "error_words": "",
            "next_at": now,
        },
    )


def asking(transition: Transition, rules: Rules, now: datetime, reason: str = "") -> Transition:
    """Nobody but the person can say now; `reason` tells why the platform never will."""
    fields = {"asked_at": now, "error_sentence": sentences.asking(rules.adapter.label, reason)}
    return replace(transition, fields={**transition.fields, **fields}, asks=True)


def needs_person(rules: Rules, state: State, error: PlatformError, now: datetime) -> Transition:
    """Parked until the person has done something, unless they just have; what was sent so far stays known."""
    state = reask(rules, state)
    of_account = not error.token_problem and error.code != "grant_dead"
    fields = {
        "committed": state.committed,
        "error_code": TargetError(error.kind.value),
        "error_sentence": sentences.parked(error, rules.spec, committed=state.committed),
        "error_words": error.words,
    }
    return Transition(
        state.checkpoint,
        TargetState.ACTION_REQUIRED,
        fields,
        Stop(),
        account_problem=error.sentence if of_account else "",
        if_reconnected=pause(state, timedelta(), now, committed=state.committed),
    )


def fail(state: State, code: TargetError, sentence: str, words: str = "") -> Transition:
    """Trying again would not help."""
    fields = {"committed": False, "error_code": code, "error_sentence": sentence, "error_words": words}
    return Transition(state.checkpoint, TargetState.FAILED, fields, Stop())


def published(live: Live, now: datetime) -> Transition:
    """The end that everybody wants; or, for a draft, the end of our part: it is not public yet."""
    return Transition(
        Checkpoint(live.checkpoint.data),
        TargetState.PUBLISHED if live.public else TargetState.IN_INBOX,
        {
            "external_id": live.external_id,
            "permalink": live.permalink,
            "note": live.note,
            "published_at": now if live.public else None,
            "progress_pct": 100,
            "committed": True,
            "unconfirmed_at": None,
            "asked_at": None,
        },
        Stop(),
        settle_after=live.settle_after,
    )


def conclude(rules: Rules, state: State, error: PlatformError, now: datetime) -> Transition:
    """The refusal stands: drop what it made worthless, then do what its kind asks for."""
    if error.dead:
        state = replace(state, committed=False)
    if state.committed and error.kind in _OF_CONTENT:
        return unconfirmed(state, sentences.untold(rules.adapter.label), now)
    if not state.committed and (error.restart or error.kind is ErrorKind.QUOTA):
        checkpoint = state.checkpoint.restarted() if error.kind is ErrorKind.TRANSIENT else Checkpoint()
        state = with_checkpoint(state, checkpoint)
    return by_kind(rules, state, error, now)


def by_kind(rules: Rules, state: State, error: PlatformError, now: datetime) -> Transition:
    """What each kind of refusal means for the target."""
    match error.kind:
        case ErrorKind.TRANSIENT:
            return back_off(rules, state, error.sentence, now, error.words)
        case ErrorKind.RATE_LIMITED:
            until = error.until or now + RATE_FALLBACK
            return wait(state, WaitReason.RATE, until, error.sentence, now, words=error.words)
        case ErrorKind.QUOTA:
            until = error.until or now + QUOTA_FALLBACK
            return wait(state, WaitReason.QUOTA, until, error.sentence, now, code=TargetError.QUOTA, words=error.words)
        case ErrorKind.SPAM_HOLD:
            return _hold(rules, state, error, now)
        case ErrorKind.AUTH_EXPIRED | ErrorKind.ACCOUNT_TYPE:
            return needs_person(rules, state, error, now)
        case ErrorKind.REJECTED | ErrorKind.UNSUPPORTED_FORMAT:
            return fail(state, TargetError(error.kind.value), error.sentence, error.words)


def _hold(rules: Rules, state: State, error: PlatformError, now: datetime) -> Transition:
    """Suspected spam: the whole account rests. The second time, a person must look."""
    until = error.until or now + HOLD
    if state.checkpoint.get("held"):
        found = needs_person(rules, state, error, now)
    else:
        state = with_checkpoint(state, state.checkpoint.with_data(held=True))
        found = wait(state, WaitReason.HOLD, until, error.sentence, now, code=TargetError.SPAM_HOLD, words=error.words)
    return replace(found, hold_account=(until, error.sentence))
