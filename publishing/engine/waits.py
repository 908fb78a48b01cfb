"""What keeps a target from going on: a wait, a search, a question, a person's turn, an end. All writes of a run."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from core import clock
from jobs import Again, Done, conf
from publishing import planned, signals
from publishing.engine import grants, secrets, sentences, windows
from publishing.engine.receipts import Superseded
from publishing.errors import TargetError
from publishing.models import AccountStatus, PostTarget, SocialAccount
from publishing.platforms.errors import Kind, PlatformError
from publishing.states import TargetState, WaitReason
from publishing.transitions import move, publish_events

if TYPE_CHECKING:
    from publishing.engine.run import Run

HOLD = timedelta(hours=12)
QUIET_TURN = timedelta(minutes=1, seconds=1)
Pause = Done | Again


def write(run: "Run", to: TargetState, **fields: Any) -> None:
    """Move the run's target together with its checkpoint. Raises `Superseded`."""
    columns = secrets.checkpoint_columns(run.target, run.checkpoint)
    if not move(run.target, to, fence=run.token, **{**columns, **fields}):
        raise Superseded


def stay(run: "Run", **fields: Any) -> None:
    """Write without changing the state. Raises `Superseded`."""
    write(run, TargetState(run.target.state), **fields)


def resume(run: "Run", to: TargetState, *, committed: bool) -> None:
    """What was unknown is known: the work goes on."""
    write(run, to, committed=committed, unconfirmed_at=None, asked_at=None, negatives=0, negative_since=None)


def reask(run: "Run") -> None:
    """Forget what the platform said of the account: it is asked again before an uncommitted post goes on."""
    if not run.target.committed:
        run.checkpoint = run.adapter.reask(run.checkpoint)


# Short and stated waits ---------------------------------------------------------------------------------------------


def pause(run: "Run", after: timedelta, **more: Any) -> Pause:
    """A short wait that is nobody's business (a rate window, another post's turn)."""
    stay(run, next_at=clock.now() + after, **more)
    return Again(after)


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
        write(
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


def hold(run: "Run", error: PlatformError) -> Pause:
    """Suspected spam: the whole account rests. The second time, a person must look."""
    until = error.until or clock.now() + HOLD
    SocialAccount.objects.filter(pk=run.target.account_id).update(hold_until=until, problem=error.sentence[:300])
    if run.checkpoint.get("held"):
        return needs_person(run, error)
    run.checkpoint = run.checkpoint.with_data(held=True)
    return wait(run, WaitReason.HOLD, until, error.sentence, code=TargetError.SPAM_HOLD, words=error.words)


# Trying again -------------------------------------------------------------------------------------------------------


def backoff(run: "Run", cause: str, *, words: str = "") -> Pause | None:
    """Try again after 1, 5 and 15 minutes; then give up, or look when something may be live.

    Starting over is no progress: what fails again after every new start is given up as well.
    """
    delays, committed = conf.retry_delays_s(), run.target.committed
    count = max(run.target.transient_count, int(run.checkpoint.get("restarts", 0)) - 1)
    if count >= len(delays):
        if committed:
            return unconfirmed(run, sentences.untold(run.adapter.label))
        return fail(run, TargetError.TRANSIENT, sentences.given_up(cause, count + 1), words)
    reask(run)
    until = clock.now() + timedelta(seconds=delays[count])
    fields = {
        "transient_count": count + 1,
        "next_at": until,
        "error_code": TargetError.TRANSIENT,
        "error_sentence": sentences.retried(cause, committed=committed),
        "error_words": words,
        "committed": committed,
    }
    if committed:
        stay(run, **fields)
    else:
        write(run, TargetState.WAITING, wait_reason=WaitReason.RETRY, **fields)
    return Again(until - clock.now())


def expired(run: "Run") -> Pause | None:
    """What was prepared has ended by its own date: start over at once, and from the second time on like any failure."""
    run.checkpoint = run.checkpoint.restarted()
    if run.checkpoint.get("restarts") == 1:
        return None
    return backoff(run, sentences.ran_out(run.adapter.label))


# Looking and asking -------------------------------------------------------------------------------------------------


def unconfirmed(run: "Run", sentence: str, *, ask: bool = False) -> Pause | None:
    """The outcome of a commit is unknown: look before anything else, and ask the person when looking does not help."""
    now = clock.now()
    write(
        run,
        TargetState.UNCONFIRMED,
        unconfirmed_at=now,
        asked_at=None,
        negatives=0,
        negative_since=None,
        error_code=TargetError.UNCONFIRMED,
        error_sentence=sentence,
        error_words="",
        next_at=now,
    )
    if ask:
        ask_person(run)
    return None


def ask_person(run: "Run", reason: str = "") -> None:
    """Nobody but the person can say now; `reason` tells why the platform never will."""
    stay(run, asked_at=clock.now(), error_sentence=sentences.asking(run.adapter.label, reason))
    target = run.target
    signals.target_asks.send(PostTarget, target_id=target.pk, post_id=target.post_id, workspace_id=target.workspace_id)
    publish_events([target])


def needs_person(run: "Run", error: PlatformError) -> Pause:
    """Parked until the person has done something, unless they just have; what was sent so far stays known."""
    reask(run)
    committed = run.target.committed
    with transaction.atomic():
        if grants.connected_anew(run.target.account):
            return pause(run, timedelta(), committed=committed)
        if not error.token_problem and error.code != "grant_dead":
            SocialAccount.objects.filter(pk=run.target.account_id, status=AccountStatus.CONNECTED).update(
                status=AccountStatus.ERROR, problem=error.sentence[:300], updated_at=clock.now()
            )
        write(
            run,
            TargetState.ACTION_REQUIRED,
            committed=committed,
            error_code=TargetError(error.kind.value),
            error_sentence=sentences.parked(error, run.spec, committed=committed),
            error_words=error.words,
        )
    planned.follow_accounts([run.target.account_id])
    return Done()


def disconnected(run: "Run") -> PlatformError:
    """The account has no consent any more."""
    return PlatformError(
        Kind.AUTH_EXPIRED, f"This {run.adapter.label} account is disconnected. Connect it again.", code="grant_dead"
    )


def fail(run: "Run", code: TargetError, sentence: str, words: str = "") -> Pause:
    """Trying again would not help."""
    write(run, TargetState.FAILED, committed=False, error_code=code, error_sentence=sentence, error_words=words)
    return Done()
