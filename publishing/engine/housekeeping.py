"""What keeps the engine honest: renewals ahead of time, targets without a job, old rows, jobs that died."""

import logging
from datetime import timedelta
from uuid import UUID

import jobs
from core import clock
from core.actor import Actor
from core.models import IdempotencyKey
from jobs import Again, Done, Ended
from jobs.models import UNFINISHED, Job, Status
from publishing.engine import grants, rate_slots, receipts
from publishing.engine.apply import apply
from publishing.engine.decide import decide
from publishing.engine.decide import outcomes as happened
from publishing.engine.decide.model import Rules, State
from publishing.models import Attempt, Grant, GrantState, OAuthState, PostTarget, QuotaWindow
from publishing.platforms.base import Effect
from publishing.platforms.errors import ErrorKind, NoAnswer, NotSent, PlatformError
from publishing.platforms.registry import adapter_for
from publishing.schedule import queueing, specs
from publishing.states import FINISHED, IN_FLIGHT, TargetState

logger = logging.getLogger(__name__)

RENEW = "publish.renew"
ADRIFT_AFTER = timedelta(minutes=2)
KEEP_ATTEMPTS = timedelta(days=365)
_RETRY_RENEWAL = timedelta(minutes=2)


def order_renewals() -> int:
    """One job for each grant whose access token ends soon."""
    due = grants.due_for_renewal()
    for grant in due:
        jobs.enqueue(
            kind=RENEW,
            actor=Actor.system(grant.workspace_id),
            subject=("grant", grant.pk),
            unique_key=f"renew:{grant.pk}",
        )
    return len(due)


def renew_ahead(grant_id: UUID) -> Done | Again:
    """Renew one grant; a dead one is told to the person by its own signal."""
    grant = Grant.objects.filter(pk=grant_id, state=GrantState.ACTIVE).first()
    if grant is None or not grants.renewal_due(grant):
        return Done()
    try:
        grants.renew(grant)
    except PlatformError as error:
        if error.kind is ErrorKind.AUTH_EXPIRED:
            return Done({"state": "dead"})
        logger.warning("A renewal was refused: %s", error.sentence)
        return Again(_RETRY_RENEWAL)
    except (NoAnswer, NotSent, grants.Busy):
        return Again(_RETRY_RENEWAL)
    return Done({"state": "renewed"})


def pick_up_adrift() -> int:
    """A target that is on its way must have a job; give one to those that lost theirs."""
    states = sorted(IN_FLIGHT - {TargetState.ACTION_REQUIRED})
    still = PostTarget.objects.filter(state__in=states, updated_at__lt=clock.now() - ADRIFT_AFTER, asked_at=None)
    count = 0
    for target in still.order_by("updated_at", "id")[:200]:
        live = Job.objects.filter(
            workspace_id=target.workspace_id, unique_key=queueing.job_key(target.pk), status__in=UNFINISHED
        )
        if not live.exists():
            queueing.order(target, Actor.system(target.workspace_id))
            logger.warning("A target was on its way without a job; it has one again (%s).", target.pk)
            count += 1
    return count


def clean_up() -> None:
    """Rows that nobody needs any more."""
    now = clock.now()
    OAuthState.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    OAuthState.objects.filter(choice_until__lte=now).update(choice_until=None, sealed="")
    IdempotencyKey.objects.filter(expires_at__lt=now).delete()
    rate_slots.clean_up(now - timedelta(days=1))
    QuotaWindow.objects.filter(resets_at__lt=now - timedelta(days=30)).delete()
    old = Attempt.objects.filter(started_at__lt=now - KEEP_ATTEMPTS).values_list("pk", flat=True)[:5000]
    Attempt.objects.filter(pk__in=list(old)).delete()


def job_ended(ended: Ended) -> None:
    """The job of a target failed or was cancelled: the target must not pretend to be on its way."""
    rows = PostTarget.objects.select_related("post")
    target = rows.filter(pk=ended.subject_id).first() if ended.subject_id else None
    if target is None or target.state in FINISHED or target.state == TargetState.ACTION_REQUIRED:
        return
    adapter = adapter_for(target.platform, target.account.via)
    left = receipts.close_interrupted(target)
    outcome = happened.JobEnded(
        ended.message,
        cancelled=ended.status == Status.CANCELLED,
        committing=any(attempt.effect == Effect.COMMIT for attempt in left),
    )
    state = State(TargetState(target.state), committed=target.committed, unconfirmed_at=target.unconfirmed_at)
    rules = Rules(adapter, specs.thaw(target.platform, target.spec), ())
    apply(target, decide(rules, state, outcome, clock.now()))
