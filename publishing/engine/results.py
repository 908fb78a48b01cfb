"""What an answer, a refusal or a silence does to a target."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from core import clock
from jobs import Again, Done
from publishing.engine import grants, lanes, receipts, sentences, settling, waits
from publishing.errors import TargetError
from publishing.models import Attempt, AttemptOutcome, Grant
from publishing.platforms.base import Checkpoint, Effect, Live, Next, Outcome, Step, Wait
from publishing.platforms.errors import Kind, NoAnswer, NotSent, PlatformError
from publishing.states import TargetState, WaitReason
from publishing.transitions import publish_events

if TYPE_CHECKING:
    from publishing.engine.run import Run

QUOTA_FALLBACK = timedelta(hours=24)
RATE_FALLBACK = timedelta(minutes=1)
Pause = Done | Again

# Refusals of what was sent. To a question about a post that was sent they say nothing of the post.
_OF_CONTENT = frozenset({Kind.REJECTED, Kind.UNSUPPORTED_FORMAT})


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
            waits.stay(run, next_at=next_at, transient_count=0, **_progress(outcome))
        else:
            receipts.complete(attempt, AttemptOutcome.OK)
            waits.stay(run, transient_count=0, committed=_committed(run, step), **_progress(outcome))
        if step.effect is Effect.COMMIT:
            lanes.leave(run.target.pk, run.target.account_id)
    publish_events([run.target])
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
    waits.write(
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
    )
    if live.settle_after is not None:
        settling.order(run.target, live.settle_after)


# Silence ------------------------------------------------------------------------------------------------------------


def not_sent(run: "Run", step: Step, attempt: Attempt, why: str) -> Pause | None:
    """No connection: the platform never saw the call, so even a commit may be made again."""
    if step.effect is Effect.COMMIT:
        run.target.committed = False
        lanes.leave(run.target.pk, run.target.account_id)
    sentence = f"We could not reach {run.adapter.label}."
    receipts.complete(attempt, AttemptOutcome.REFUSED, code="not_sent", words=why, sentence=sentence)
    return waits.backoff(run, sentence, words=why)


def no_answer(run: "Run", step: Step, attempt: Attempt, why: str) -> Pause | None:
    """The call may have arrived. Only a commit step needs to know before it goes on."""
    if step.effect is Effect.COMMIT:
        with transaction.atomic():
            sentence = sentences.silent(run.adapter.label)
            receipts.complete(attempt, AttemptOutcome.NO_ANSWER, words=why, sentence=sentence)
            lanes.leave(run.target.pk, run.target.account_id)
            return waits.unconfirmed(run, sentence)
    sentence = f"{run.adapter.label} did not answer."
    receipts.complete(attempt, AttemptOutcome.NO_ANSWER, words=why, sentence=sentence)
    recover(run, step.name)
    return waits.backoff(run, sentence, words=why)


def recover_interrupted(run: "Run") -> None:
    """A former run died during a call: repeat it when it was safe, find out when it was not."""
    with transaction.atomic():
        left = receipts.close_interrupted(run.target)
        if any(attempt.effect == Effect.COMMIT for attempt in left):
            waits.unconfirmed(run, sentences.interrupted(run.adapter.label))
        elif left:
            recover(run, left[-1].step)


def recover(run: "Run", step: str) -> None:
    """A safe step may have arrived or not: go on from where it can be made again.

    Was it the first one, the platform may have counted it: the quota is asked again before it is repeated.
    """
    run.checkpoint = run.adapter.recover(run.checkpoint, step)
    if run.checkpoint.get("reserved") == step:
        run.checkpoint = run.checkpoint.with_data(reserved=None)
    waits.reask(run)


def not_renewed(run: "Run", why: str) -> Pause | None:
    """The tokens had to be renewed, and the platform could not be reached for that or did not answer."""
    return waits.backoff(run, f"{run.adapter.label} did not answer.", words=why)


# Refusals -----------------------------------------------------------------------------------------------------------


def refused(
    run: "Run", step: Step, attempt: Attempt | None, error: PlatformError, grant: Grant | None = None
) -> Pause | None:
    """An answer that says no. Nothing became public, unless it was a server's own failure on a commit step."""
    commit = step.effect is Effect.COMMIT
    if commit and attempt is not None:
        if error.kind is Kind.TRANSIENT and not error.restart:
            with transaction.atomic():
                sentence = sentences.failed_midway(error, run.adapter.label)
                close_refused(attempt, error, sentence)
                lanes.leave(run.target.pk, run.target.account_id)
                return waits.unconfirmed(run, sentence)
        run.target.committed = False
    if commit:
        lanes.leave(run.target.pk, run.target.account_id)
    if attempt is not None:
        close_refused(attempt, error)
    if not commit and error.kind is Kind.TRANSIENT:
        # A server's failure may come after the work: whoever uploads asks how far it got.
        recover(run, step.name)
    waits.reask(run)
    if error.token_problem and grant is not None and not run.renewed:
        return renew(run, grant)
    if error.token_problem and grant is not None and grants.replaced(grant, error.sentence):
        waits.stay(run, committed=run.target.committed)
        return None
    return conclude(run, error)


def conclude(run: "Run", error: PlatformError) -> Pause | None:
    """The refusal stands: drop what it made worthless, then do what its kind asks for."""
    if error.dead:
        run.target.committed = False
    if run.target.committed and error.kind in _OF_CONTENT:
        return waits.unconfirmed(run, sentences.untold(run.adapter.label))
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
    waits.stay(run, committed=run.target.committed)
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
        return waits.backoff(run, error.sentence, words=error.words)
    if error.kind is Kind.RATE_LIMITED:
        until = error.until or now + RATE_FALLBACK
        return waits.wait(run, WaitReason.RATE, until, error.sentence, words=error.words)
    if error.kind is Kind.QUOTA:
        until = error.until or now + QUOTA_FALLBACK
        return waits.wait(run, WaitReason.QUOTA, until, error.sentence, code=TargetError.QUOTA, words=error.words)
    if error.kind is Kind.SPAM_HOLD:
        return waits.hold(run, error)
    if error.kind in (Kind.AUTH_EXPIRED, Kind.ACCOUNT_TYPE):
        return waits.needs_person(run, error)
    return waits.fail(run, TargetError(error.kind.value), error.sentence, error.words)
