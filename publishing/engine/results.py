"""What an answer, a refusal or a silence does to a target."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from core import clock
from jobs import Again, Done, conf
from publishing import planned, signals
from publishing.engine import grants, lanes, receipts, secrets, settling, windows
from publishing.engine.receipts import Superseded
from publishing.errors import TargetError
from publishing.models import (
    AccountStatus,
    Attempt,
    AttemptOutcome,
    Grant,
    PostTarget,
    SocialAccount,
)
from publishing.platforms.base import Checkpoint, Effect, Live, Next, Outcome, Step, Wait
from publishing.platforms.errors import Kind, NoAnswer, NotSent, PlatformError
from publishing.states import TargetState, WaitReason
from publishing.transitions import announce, move

if TYPE_CHECKING:
    from publishing.engine.run import Run

HOLD = timedelta(hours=12)
QUOTA_FALLBACK = timedelta(hours=24)
RATE_FALLBACK = timedelta(minutes=1)
QUIET_TURN = timedelta(minutes=1, seconds=1)
Pause = Done | Again

CHECKING = (
    "We sent this to {label}, but its answer never came. We are checking whether it is live and send nothing twice."
)
ASKING = (
    "We could not find out whether this is live on {label}. Please look at your profile there: if it is live, paste "
    "its link; if it is not, we send it again."
)
_RETRYING = "We'll retry automatically. You can also retry manually."
_CLEAR: dict[str, Any] = {"error_code": "", "error_sentence": "", "error_words": ""}


def _write(run: "Run", to: TargetState, **fields: Any) -> None:
    """Move the run's target together with its checkpoint. Raises `Superseded`."""
    columns = secrets.checkpoint_columns(run.target, run.checkpoint)
    if not move(run.target, to, fence=run.token, **{**columns, **fields}):
        raise Superseded


def stay(run: "Run", **fields: Any) -> None:
    """Write without changing the state. Raises `Superseded`."""
    _write(run, TargetState(run.target.state), **fields)


def resume(run: "Run", to: TargetState, *, committed: bool) -> None:
    """What was unknown is known: the work goes on."""
    _write(run, to, committed=committed, unconfirmed_at=None, asked_at=None, negatives=0, negative_since=None, **_CLEAR)


# Good ends ----------------------------------------------------------------------------------------------------------


def succeeded(run: "Run", step: Step, attempt: Attempt, outcome: Outcome) -> Pause | None:
    """The platform did as told, or says that it needs more time."""
    run.renewed = False
    run.checkpoint = outcome.checkpoint
    with transaction.atomic():
        if isinstance(outcome, Live):
            receipts.complete(attempt, AttemptOutcome.OK, details={"external_id": outcome.external_id})
            published(run, outcome)
        elif isinstance(outcome, Wait):
            next_at = clock.now() + outcome.after
            receipts.complete(attempt, AttemptOutcome.WAIT, next_at=next_at)
            stay(run, next_at=next_at, transient_count=0, **_progress(outcome))
        else:
            receipts.complete(attempt, AttemptOutcome.OK)
            stay(run, transient_count=0, committed=_committed(run, step), **_CLEAR, **_progress(outcome))
        if step.effect is Effect.COMMIT:
            lanes.leave(run.target.pk, run.target.account_id)
    announce(run.target)
    if isinstance(outcome, Wait):
        return Again(outcome.after)
    return Done() if isinstance(outcome, Live) else None


def _progress(outcome: Next | Wait) -> dict[str, int]:
    return {} if outcome.progress_pct is None else {"progress_pct": outcome.progress_pct}


def _committed(run: "Run", step: Step) -> bool:
    """Whether something may be public. A commit step that the platform took in part is still to be made."""
    if step.effect is Effect.COMMIT and run.adapter.step(run.spec, run.checkpoint).effect is Effect.COMMIT:
        return False
    return run.target.committed


def published(run: "Run", live: Live) -> None:
    """The end that everybody wants; or, for a draft, the end of our part: it is not public yet."""
    run.checkpoint = Checkpoint(live.checkpoint.data)
    _write(
        run,
        TargetState.PUBLISHED if live.public else TargetState.IN_INBOX,
        external_id=live.external_id,
        permalink=live.permalink,
        note=live.note,
        published_at=clock.now() if live.public else None,
        progress_pct=100,
        committed=True,
        unconfirmed_at=None,
        asked_at=None,
        **_CLEAR,
    )
    if live.settle_after is not None:
        settling.order(run.target, live.settle_after)


# Silence ------------------------------------------------------------------------------------------------------------


def not_sent(run: "Run", step: Step, attempt: Attempt, why: str) -> Pause | None:
    """No connection: the platform never saw the call, so even a commit may be made again."""
    if step.effect is Effect.COMMIT:
        run.target.committed = False
        lanes.leave(run.target.pk, run.target.account_id)
    sentence = f"We could not reach {run.adapter.label}. {_RETRYING}"
    receipts.complete(attempt, AttemptOutcome.REFUSED, code="not_sent", words=why, sentence=sentence)
    return backoff(run, sentence, words=why)


def no_answer(run: "Run", step: Step, attempt: Attempt, why: str) -> Pause | None:
    """The call may have arrived. Only a commit step needs to know before it goes on."""
    if step.effect is Effect.COMMIT:
        with transaction.atomic():
            sentence = CHECKING.format(label=run.adapter.label)
            receipts.complete(attempt, AttemptOutcome.NO_ANSWER, words=why, sentence=sentence)
            lanes.leave(run.target.pk, run.target.account_id)
            return unconfirmed(run, sentence)
    sentence = f"{run.adapter.label} did not answer. {_RETRYING}"
    receipts.complete(attempt, AttemptOutcome.NO_ANSWER, words=why, sentence=sentence)
    recover(run, step.name)
    return backoff(run, sentence, words=why)


def unconfirmed(run: "Run", sentence: str, *, ask: bool = False) -> Pause | None:
    """The outcome of a commit is unknown: look before anything else, and ask the person when looking does not help."""
    now = clock.now()
    _write(
        run,
        TargetState.UNCONFIRMED,
        unconfirmed_at=now,
        asked_at=None,
        negatives=0,
        negative_since=None,
        error_code=TargetError.UNCONFIRMED,
        error_sentence=sentence,
        next_at=now,
    )
    if ask:
        ask_person(run)
    return None


def ask_person(run: "Run") -> None:
    """Nobody but the person can say now."""
    stay(run, asked_at=clock.now(), error_sentence=ASKING.format(label=run.adapter.label))
    target = run.target
    signals.target_asks.send(PostTarget, target_id=target.pk, post_id=target.post_id, workspace_id=target.workspace_id)
    announce(target)


def recover_interrupted(run: "Run") -> None:
    """A former run died during a call: repeat it when it was safe, find out when it was not."""
    with transaction.atomic():
        left = receipts.close_interrupted(run.target)
        if any(attempt.effect == Effect.COMMIT for attempt in left):
            unconfirmed(run, CHECKING.format(label=run.adapter.label))
        elif left:
            recover(run, left[-1].step)


def recover(run: "Run", step: str) -> None:
    """A safe step may have arrived or not: go on from where it can be made again.

    Was it the first one, the platform may have counted it: the quota is asked again before it is repeated.
    """
    run.checkpoint = run.adapter.recover(run.checkpoint, step)
    if run.checkpoint.get("reserved") == step:
        run.checkpoint = run.checkpoint.with_data(reserved=None)


def not_renewed(run: "Run", why: str) -> Pause | None:
    """The tokens had to be renewed, and the platform could not be reached for that or did not answer."""
    return backoff(run, f"{run.adapter.label} did not answer. {_RETRYING}", words=why)


# Refusals -----------------------------------------------------------------------------------------------------------


def refused(
    run: "Run", step: Step, attempt: Attempt | None, error: PlatformError, grant: Grant | None = None
) -> Pause | None:
    """An answer that says no. Nothing became public, unless it was a server's own failure on a commit step."""
    commit = step.effect is Effect.COMMIT
    if commit and attempt is not None:
        if error.kind is Kind.TRANSIENT and not error.restart:
            with transaction.atomic():
                sentence = CHECKING.format(label=run.adapter.label)
                close_refused(attempt, error, sentence)
                lanes.leave(run.target.pk, run.target.account_id)
                return unconfirmed(run, sentence)
        run.target.committed = False
    if commit:
        lanes.leave(run.target.pk, run.target.account_id)
    if attempt is not None:
        close_refused(attempt, error)
    if not commit and error.kind is Kind.TRANSIENT:
        # A server's failure may come after the work: whoever uploads asks how far it got.
        recover(run, step.name)
    if error.token_problem and grant is not None and not run.renewed:
        return renew(run, grant)
    if error.token_problem and grant is not None and grants.replaced(grant, error.sentence):
        stay(run, committed=run.target.committed)
        return None
    return conclude(run, error)


def conclude(run: "Run", error: PlatformError) -> Pause | None:
    """The refusal stands: drop what it made worthless, then do what its kind asks for."""
    if error.dead:
        run.target.committed = False
    if not run.target.committed and (error.restart or error.kind is Kind.QUOTA):
        run.checkpoint = run.checkpoint.restarted() if error.kind is Kind.TRANSIENT else Checkpoint()
    return apply(run, error)


def close_refused(attempt: Attempt, error: PlatformError, sentence: str = "") -> None:
    """Complete the receipt of a refused call with the platform's own words."""
    receipts.complete(
        attempt,
        AttemptOutcome.REFUSED,
        status=error.status,
        code=error.code,
        words=error.words,
        sentence=sentence or error.sentence,
        next_at=error.until,
    )


def renew(run: "Run", grant: Grant) -> Pause | None:
    """401: read the grant again, renew it under its lease, and make the step once more."""
    run.renewed = True
    stay(run, committed=run.target.committed)
    try:
        grants.renew(grant)
    except PlatformError as error:
        return apply(run, error)
    except (NotSent, NoAnswer) as error:
        return not_renewed(run, str(error))
    run.target.account.refresh_from_db(fields=["token_sealed"])
    return None


def apply(run: "Run", error: PlatformError) -> Pause | None:
    """What each kind of refusal means for the target."""
    now = clock.now()
    if error.kind is Kind.TRANSIENT:
        return backoff(run, error.sentence, words=error.words)
    if error.kind is Kind.RATE_LIMITED:
        return wait(run, WaitReason.RATE, error.until or now + RATE_FALLBACK, error.sentence, words=error.words)
    if error.kind is Kind.QUOTA:
        until = error.until or now + QUOTA_FALLBACK
        return wait(run, WaitReason.QUOTA, until, error.sentence, code=TargetError.QUOTA, words=error.words)
    if error.kind is Kind.SPAM_HOLD:
        return _hold(run, error)
    if error.kind in (Kind.AUTH_EXPIRED, Kind.ACCOUNT_TYPE):
        return needs_person(run, error)
    return fail(run, TargetError(error.kind.value), error.sentence, error.words)


def fail(run: "Run", code: TargetError, sentence: str, words: str = "") -> Pause:
    """Trying again would not help."""
    _write(run, TargetState.FAILED, committed=False, error_code=code, error_sentence=sentence, error_words=words)
    return Done()


def needs_person(run: "Run", error: PlatformError) -> Pause:
    """Parked until the person has done something, unless they just have; what was sent so far stays known."""
    with transaction.atomic():
        if grants.connected_anew(run.target.account):
            return pause(run, timedelta(), committed=run.target.committed)
        if not error.token_problem and error.code != "grant_dead":
            SocialAccount.objects.filter(pk=run.target.account_id, status=AccountStatus.CONNECTED).update(
                status=AccountStatus.ERROR, problem=error.sentence[:300], updated_at=clock.now()
            )
            planned.follow_accounts([run.target.account_id])
        _write(
            run,
            TargetState.ACTION_REQUIRED,
            committed=run.target.committed,
            error_code=TargetError(error.kind.value),
            error_sentence=error.sentence,
            error_words=error.words,
        )
    return Done()


def disconnected(run: "Run") -> PlatformError:
    """The account has no consent any more."""
    sentence = f"This {run.adapter.label} account is disconnected. Connect it again and the post goes on by itself."
    return PlatformError(Kind.AUTH_EXPIRED, sentence, code="grant_dead")


def _hold(run: "Run", error: PlatformError) -> Pause:
    """Suspected spam: the whole account rests. The second time, a person must look."""
    until = error.until or clock.now() + HOLD
    SocialAccount.objects.filter(pk=run.target.account_id).update(hold_until=until, problem=error.sentence[:300])
    if run.target.error_code == TargetError.SPAM_HOLD:
        return needs_person(run, error)
    return wait(run, WaitReason.HOLD, until, error.sentence, code=TargetError.SPAM_HOLD, words=error.words)


def wait(
    run: "Run",
    reason: WaitReason,
    until: datetime,
    sentence: str,
    *,
    code: str = "rate_limited",
    words: str = "",
    **more: Any,
) -> Pause:
    """Wait until a stated time, without a worker."""
    if run.target.committed:
        stay(run, next_at=until, **more)
    else:
        _write(
            run,
            TargetState.WAITING,
            wait_reason=reason,
            next_at=until,
            committed=False,
            error_code=code,
            error_sentence=sentence,
            error_words=words,
            **more,
        )
    return Again(max(until - clock.now(), timedelta()))


def take_turn(run: "Run", turn: windows.Turn) -> Pause:
    """Come back when it is this target's turn in a rate window. A longer wait is told."""
    booking = turn.as_json() if turn.slot_id else {}
    if turn.at - clock.now() <= QUIET_TURN:
        return pause(run, turn.at - clock.now(), booking=booking)
    sentence = (
        f"{run.adapter.label} takes only so many posts of one connection a minute, and others come before this one. "
        "It goes on by itself."
    )
    return wait(run, WaitReason.RATE, turn.at, sentence, booking=booking)


def pause(run: "Run", after: timedelta, **more: Any) -> Pause:
    """A short wait that is nobody's business (a rate window, another post's turn)."""
    stay(run, next_at=clock.now() + after, **more)
    return Again(after)


def backoff(run: "Run", sentence: str, *, words: str = "") -> Pause | None:
    """Try again after 1, 5 and 15 minutes; then give up, or ask when something may be live.

    Starting over is no progress: what fails again after every new start is given up as well.
    """
    delays = conf.retry_delays_s()
    count = max(run.target.transient_count, int(run.checkpoint.get("restarts", 0)) - 1)
    if count >= len(delays):
        if run.target.committed:
            return unconfirmed(run, CHECKING.format(label=run.adapter.label))
        return fail(run, TargetError.TRANSIENT, f"{sentence} It did not work {count + 1} times in a row.", words)
    until = clock.now() + timedelta(seconds=delays[count])
    fields = {
        "transient_count": count + 1,
        "next_at": until,
        "error_code": TargetError.TRANSIENT,
        "error_sentence": sentence,
        "error_words": words,
        "committed": run.target.committed,
    }
    if run.target.committed:
        stay(run, **fields)
    else:
        _write(run, TargetState.WAITING, wait_reason=WaitReason.RETRY, **fields)
    return Again(until - clock.now())
