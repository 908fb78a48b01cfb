"""After a commit without an answer: is the post there? Only a certain "no" lets the step be repeated."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from core import clock
from jobs import Again, Done
from publishing.engine import grants, receipts, results, waits, windows
from publishing.models import Attempt, AttemptOutcome
from publishing.platforms.base import Accepted, Effect, Finding, Live, NotThere, Step, Unknown
from publishing.platforms.errors import Kind, NoAnswer, NotSent, PlatformError
from publishing.states import TargetState

if TYPE_CHECKING:
    from publishing.engine.run import Run

ASK_AFTER = timedelta(minutes=30)
KEEP_LOOKING = timedelta(hours=24)
LISTINGS = 3
LISTING_SPAN = timedelta(minutes=10)
# After an answer nothing is under way any more, and where a repetition is refused a list that lags does no harm.
ANSWERED_SPAN = timedelta(minutes=1)
# Never rarer than once a minute: that is how long a post waits after the platform's trouble is over.
_EVERY = (timedelta(seconds=5), timedelta(seconds=15), timedelta(seconds=30), timedelta(minutes=1))
_ASKED_EVERY = timedelta(minutes=30)
Pause = Done | Again


def look(run: "Run") -> Pause | None:
    """One look. Returns how to pause, or None when the work goes on."""
    step = Step("reconcile", Effect.SAFE, TargetState.UNCONFIRMED)
    try:
        grant = run.grant()
    except PlatformError as error:
        return _refused(run, error)
    except (NotSent, NoAnswer):
        return _unknown(run, "The platform did not answer.")
    turn = windows.book(run.adapter, "status", str(run.target.account.grant_id), run.target.booking)
    if turn is not None and turn.at > clock.now():
        return waits.pause(run, turn.at - clock.now(), booking=turn.as_json() if turn.slot_id else {})
    attempt = receipts.begin(run.target, run.token, step, stay=True)
    try:
        with run.idle():
            found = run.adapter.reconcile(run.session(grant), run.spec, run.checkpoint)
    except PlatformError as error:
        results.close_refused(attempt, error)
        if error.token_problem and not run.renewed:
            return results.renew(run, grant)
        if error.token_problem and grants.replaced(grant, error.sentence):
            return None
        return _refused(run, error)
    except (NotSent, NoAnswer) as error:
        receipts.complete(attempt, AttemptOutcome.NO_ANSWER, words=str(error))
        return _unknown(run, "The platform did not answer.")
    run.renewed = False
    return _found(run, attempt, found)


def _found(run: "Run", attempt: Attempt, found: Finding) -> Pause | None:
    if isinstance(found, Unknown):
        receipts.complete(attempt, AttemptOutcome.WAIT, sentence=found.reason, details={"found": "unknown"})
        return _unknown(run, found.reason, for_good=found.for_good)
    run.checkpoint = found.checkpoint
    if isinstance(found, Live):
        with transaction.atomic():
            receipts.complete(attempt, AttemptOutcome.OK, sentence="It is live.", details={"found": "live"})
            results.published(run, found)
        return Done()
    if isinstance(found, Accepted) and run.overdue():
        sentence = "The platform has it and is still working on it."
        receipts.complete(attempt, AttemptOutcome.WAIT, sentence=sentence, details={"found": "accepted"})
        return _unknown(run, sentence)
    if isinstance(found, Accepted):
        with transaction.atomic():
            sentence = "The platform has it; the work goes on."
            receipts.complete(attempt, AttemptOutcome.OK, sentence=sentence, details={"found": "accepted"})
            waits.resume(run, TargetState.PROCESSING, committed=True)
        return None
    return _not_there(run, attempt, found)


def _not_there(run: "Run", attempt: Attempt, found: NotThere) -> Pause | None:
    now = clock.now()
    target = run.target
    negatives, since = target.negatives + 1, target.negative_since or now
    span = _span(run)
    certain = found.complete or (negatives >= LISTINGS and now - since >= span)
    details = {"found": "not_there", "complete": found.complete, "negatives": negatives}
    with transaction.atomic():
        if certain:
            sentence = "It did not arrive, so it is sent again."
            receipts.complete(attempt, AttemptOutcome.OK, sentence=sentence, details=details)
            waits.resume(run, TargetState.UPLOADING, committed=False)
            return None
        receipts.complete(attempt, AttemptOutcome.WAIT, sentence="It is not in the listing yet.", details=details)
        waits.stay(run, negatives=negatives, negative_since=since, next_at=now + span / (LISTINGS - 1))
    return Again(span / (LISTINGS - 1))


def _span(run: "Run") -> timedelta:
    """Over how long the listings must lack a post until it is certain that the commit did not arrive."""
    commits = Attempt.objects.filter(target_id=run.target.pk, effect=Effect.COMMIT).order_by("-id")
    last = commits.only("outcome", "http_status").first()
    # A gateway that gave up waiting (504) knows nothing of what goes on behind it.
    answered = last is not None and last.outcome == AttemptOutcome.REFUSED and last.http_status != 504
    return ANSWERED_SPAN if answered and run.adapter.refuses_repeats else LISTING_SPAN


def _refused(run: "Run", error: PlatformError) -> Pause | None:
    """A refusal to tell says nothing about the post, unless the platform says that it ended the post itself."""
    if error.dead:
        run.target.committed = False
        waits.resume(run, TargetState.PROCESSING, committed=False)
        return results.conclude(run, error)
    if error.kind in (Kind.AUTH_EXPIRED, Kind.ACCOUNT_TYPE):
        return waits.needs_person(run, error)
    if error.kind is Kind.RATE_LIMITED and error.until is not None:
        waits.stay(run, next_at=error.until)
        return Again(max(error.until - clock.now(), timedelta(seconds=1)))
    return _unknown(run, error.sentence)


def _unknown(run: "Run", reason: str, *, for_good: bool = False) -> Pause:
    """Never send again on this. After half an hour ask the person, and keep looking for a day.

    Where the platform can never say, ask at once and look no more.
    """
    now = clock.now()
    since = run.target.unconfirmed_at or now
    if run.target.asked_at is None and (for_good or now - since >= ASK_AFTER):
        waits.ask_person(run, reason if for_good else "")
    if run.target.asked_at is not None:
        if for_good or now - since >= KEEP_LOOKING:
            waits.stay(run, next_at=None)
            return Done()
        waits.stay(run, next_at=now + _ASKED_EVERY)
        return Again(_ASKED_EVERY)
    looks = int(run.checkpoint.get("looks_for_commit", 0))
    run.checkpoint = run.checkpoint.with_data(looks_for_commit=looks + 1)
    after = min(_EVERY[min(looks, len(_EVERY) - 1)], max(since + ASK_AFTER - now, timedelta(seconds=1)))
    waits.stay(run, next_at=now + after, error_words=reason)
    return Again(after)
