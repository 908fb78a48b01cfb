"""One run of one target: step after step until it must wait, is done, or has had its minute.

The run finds out what happens; `decide` says what follows, and `apply` does it.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from core import clock
from core import logging as log
from core.outages import Away
from jobs import Again, Done, conf
from media.storage import store
from publishing.engine import (
    commit_lock,
    conversions,
    grants,
    platform_clocks,
    quotas,
    rate_slots,
    receipts,
    secrets,
    sessions,
)
from publishing.engine.apply import apply
from publishing.engine.decide import decide
from publishing.engine.decide import outcomes as happened
from publishing.engine.decide.model import GoOn, JudgeToken, Pause, RenewTokens, Rules, State, Stop, Then
from publishing.engine.decide.reconciliation import is_overdue
from publishing.engine.receipts import Superseded
from publishing.models import Attempt, Grant, PostTarget
from publishing.platforms.base import Checkpoint, Effect, MediaSpec, NotThere, PublishStep, Session
from publishing.platforms.errors import ErrorKind, NoAnswer, NotSent, PlatformError
from publishing.platforms.registry import adapter_for
from publishing.schedule import approval, specs
from publishing.states import MOVING, TargetState
from publishing.transitions import move

BUDGET_S = 60.0
BUSY_POLL = timedelta(seconds=3)
LOOK = PublishStep("reconcile", Effect.SAFE, TargetState.UNCONFIRMED)
_MOVABLE = frozenset({TargetState.QUEUED, *MOVING, TargetState.WAITING, TargetState.UNCONFIRMED})

End = Done | Again


class Run:
    """Holds one target for one run. Everything it writes is fenced by its token."""

    def __init__(
        self,
        target: PostTarget,
        token: UUID,
        check: Callable[[], None],
        idle: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self.target = target
        self.token = token
        self.check = check
        self.idle = idle
        self.adapter = adapter_for(target.platform, target.account.via)
        self.spec = specs.thaw(target.platform, target.spec)
        self.checkpoint: Checkpoint = secrets.checkpoint_of(target)
        self.renewed = False
        self.prepared = False
        self.approved = False
        grant = target.account.grant
        self.http = sessions.caller(target.account.via or target.platform, grant.login if grant else "")

    # The loop ---------------------------------------------------------------------------------------------------

    def go(self) -> End:
        """Move the target as far as it goes."""
        started = time.monotonic()
        try:
            self._take_over()
            while True:
                self.check()
                try:
                    end = self._next()
                except grants.Busy:
                    end = Again(BUSY_POLL)
                if end is not None:
                    return end
                if time.monotonic() - started >= BUDGET_S:
                    return Again(timedelta())
        except Superseded:
            return Done()
        finally:
            self.http.close()

    def _take_over(self) -> None:
        """What a former run left in the middle of a call."""
        with transaction.atomic():
            left = receipts.close_interrupted(self.target)
            if left:
                committing = any(attempt.effect == Effect.COMMIT for attempt in left)
                self._decide(happened.Interrupted(left[-1].step, committing))

    def _next(self) -> End | None:
        if self.target.state == TargetState.UNCONFIRMED:
            return self._look()
        if self.target.committed and is_overdue(self.state(), clock.now()):
            return self._decide(happened.Overdue())
        end = self._approval() or self._files()
        if end is not None:
            return end
        expires = self.checkpoint.expires_at
        if expires is not None and not self.target.committed and expires <= clock.now():
            end = self._decide(happened.Expired())
            if end is not None:
                return end
        step = self.adapter.step(self.spec, self.checkpoint)
        return self._gates(step) or self._make(step)

    # Deciding ---------------------------------------------------------------------------------------------------

    def state(self) -> State:
        """Where the target stands now."""
        row = self.target
        return State(
            state=TargetState(row.state),
            committed=row.committed,
            checkpoint=self.checkpoint,
            transient_count=row.transient_count,
            negatives=row.negatives,
            negative_since=row.negative_since,
            unconfirmed_at=row.unconfirmed_at,
            asked_at=row.asked_at,
            committed_at=row.committed_at,
            renewed=self.renewed,
        )

    def _decide(self, outcome: object, attempt: Attempt | None = None, grant: Grant | None = None) -> End | None:
        """Decide on an outcome and do what follows; how the run ends, or None when it goes on."""
        rules = Rules(self.adapter, self.spec, tuple(timedelta(seconds=delay) for delay in conf.retry_delays_s()))
        decided = decide(rules, self.state(), outcome, clock.now())
        applied = apply(self.target, decided, fence=self.token, attempt=attempt)
        if applied.checkpoint is not None:
            self.checkpoint = applied.checkpoint
        if applied.renewed is not None:
            self.renewed = applied.renewed
        return self._follow(applied.then, grant)

    def _follow(self, then: Then, grant: Grant | None) -> End | None:
        match then:
            case GoOn():
                return None
            case Pause():
                return Again(then.after)
            case Stop():
                return Done()
            case RenewTokens():
                assert grant is not None
                return self._renew(grant)
            case JudgeToken():
                assert grant is not None
                replaced = grants.replaced(grant, then.error.sentence)
                return self._decide(happened.TokenJudged(then.error, replaced))

    def _renew(self, grant: Grant) -> End | None:
        """401: read the grant again and renew it under its lease; the step is made once more."""
        try:
            grants.renew(grant)
        except PlatformError as error:
            return self._decide(happened.RenewalRefused(error))
        except (NotSent, NoAnswer) as error:
            return self._decide(happened.NotRenewed(str(error)))
        self.target.account.refresh_from_db(fields=["token_sealed"])
        return None

    # What must be true before a call ----------------------------------------------------------------------------

    def _approval(self) -> End | None:
        """Where approval is required, nothing unapproved is sent, whatever door it came through. Once per run; before
        what makes it public once more, see `_admit`."""
        if self.approved or self.target.committed:
            return None
        if approval.holds(self.target):
            return self._decide(happened.NotApproved())
        self.approved = True
        return None

    def _files(self) -> End | None:
        """The files as they will be sent, converted where the platform takes another format. Once per run."""
        if self.prepared:
            return None
        found = conversions.prepare(self.target, self.token, self.spec, self.adapter)
        if isinstance(found, happened.Converting | happened.NotConverted):
            return self._decide(found)
        self.spec, self.prepared = found, True
        return None

    def _gates(self, step: PublishStep) -> End | None:
        """What may make it wait for hours. Asked before the tokens are looked at."""
        account = self.target.account
        if account.hold_until is not None and account.hold_until > clock.now() and not self.target.committed:
            return self._decide(happened.AccountRests(account.hold_until, account.problem))
        end = self._quota(step)
        if end is not None:
            return end
        until = rate_slots.resting(self.target.platform, str(account.grant_id))
        return self._decide(happened.AllowanceLow(until)) if until is not None else None

    def _quota(self, step: PublishStep) -> End | None:
        """Long quotas are asked for once, before the first step; again when their period ended before that step."""
        until = self.checkpoint.get("reserved_until")
        ended = bool(until) and datetime.fromisoformat(str(until)) <= clock.now()
        if self.checkpoint.get("reserved") and not (ended and self.checkpoint.get("reserved") == step.name):
            return None
        needs = self.adapter.quotas(self.spec, specs.account_ref(self.target.account), clock.now())
        try:
            quotas.reserve(needs)
        except quotas.Exhausted as error:
            return self._decide(happened.QuotaExhausted(error.need.resets_at, error.need.sentence))
        return self._decide(happened.QuotaReserved(step.name, min((need.resets_at for need in needs), default=None)))

    def _admit(self, step: PublishStep) -> tuple[End | None, rate_slots.Booking | None]:
        """The last gates: nothing slow may come between them and the call. The booking is the slot that is used."""
        commit = step.effect is Effect.COMMIT
        # An approval may have been taken back while the file went over.
        if commit and not self.target.committed and approval.holds(self.target):
            return self._decide(happened.NotApproved()), None
        if commit and not commit_lock.acquire(self.target):
            return self._decide(happened.LockTaken()), None
        owner = str(self.target.account.grant_id)
        booking = rate_slots.book(self.adapter, step.rate, owner, self.target.booking) if step.rate else None
        if booking is not None and booking.at > clock.now():
            return self._decide(happened.SlotBooked(booking.at, booking.as_json(), commit)), None
        return None, booking

    # The calls --------------------------------------------------------------------------------------------------

    def grant(self) -> Grant:
        """The account's grant with a token that works a while. Raises `PlatformError` or `Busy`."""
        account = self.target.account
        if account.grant_id is None:
            sentence = f"This {self.adapter.label} account is disconnected. Connect it again."
            raise PlatformError(ErrorKind.AUTH_EXPIRED, sentence, code="grant_dead")
        return grants.usable(grants.read(account.grant_id))

    def session(self, grant: Grant) -> Session:
        """What the adapter works with. One connection serves the whole run."""
        return sessions.of(self.target.account, grant, self.http, self._read, self.target.committed_at)

    def _read(self, media: MediaSpec, offset: int, length: int) -> Iterator[bytes]:
        """Bytes of a file; stops as soon as this run has lost its lease."""
        for piece in store().read(media.storage_key, offset, length):
            self.check()
            yield piece

    def _make(self, step: PublishStep) -> End | None:
        try:
            grant = self.grant()
        except PlatformError as error:
            return self._decide(happened.Refused(step, error, called=False))
        except (NotSent, NoAnswer) as error:
            return self._decide(happened.NotRenewed(str(error)))
        end, booking = self._admit(step)
        if end is not None:
            return end
        attempt = receipts.begin(self.target, self.token, step)
        began = clock.now()
        with log.context(platform=self.target.platform, step=step.name):
            try:
                with self.idle():
                    answer = self.adapter.advance(self.session(grant), self.spec, self.checkpoint)
            except PlatformError as error:
                outcome: object = happened.Refused(step, error)
            except NotSent as error:
                outcome = happened.Unreachable(step, str(error))
            except (NoAnswer, OSError, Away) as error:
                outcome = happened.Unanswered(step, str(error) or type(error).__name__)
            else:
                outcome = happened.Answered(step, answer)
            finally:
                self._keep_notes(grant)
                if booking is not None and clock.now() - began > rate_slots.MARGIN:
                    rate_slots.stamp(self.adapter, step.rate, booking)
            return self._decide(outcome, attempt, grant)

    def _keep_notes(self, grant: Grant) -> None:
        """What an answer said beside the matter: that an allowance is nearly used up, and what time it is."""
        platform_clocks.note(self.http)
        if self.http.rest_until is not None:
            rate_slots.rest(self.target.platform, str(grant.pk), self.http.rest_until)
            self.http.rest_until = None

    def _look(self) -> End | None:
        """After a commit without an answer: is the post there?"""
        try:
            grant = self.grant()
        except PlatformError as error:
            return self._decide(happened.LookRefused(error, called=False))
        except (NotSent, NoAnswer) as error:
            return self._decide(happened.LookUnanswered(str(error), called=False))
        booking = rate_slots.book(self.adapter, "status", str(grant.pk), self.target.booking)
        if booking is not None and booking.at > clock.now():
            return self._decide(happened.LookPostponed(booking.at, booking.as_json()))
        attempt = receipts.begin(self.target, self.token, LOOK, stay=True)
        try:
            with self.idle():
                finding = self.adapter.reconcile(self.session(grant), self.spec, self.checkpoint)
        except PlatformError as error:
            return self._decide(happened.LookRefused(error), attempt, grant)
        except (NotSent, NoAnswer) as error:
            return self._decide(happened.LookUnanswered(str(error)), attempt)
        answered = isinstance(finding, NotThere) and receipts.commit_was_answered(self.target)
        return self._decide(happened.Found(finding, answered), attempt)


def claim(target_id: UUID, token: UUID) -> PostTarget | None:
    """Take a target for a run; None when there is nothing to move."""
    rows = PostTarget.objects.select_related("account", "post")
    target = rows.filter(pk=target_id, state__in=sorted(_MOVABLE)).first()
    if target is None:
        return None
    return target if move(target, TargetState(target.state), run_token=token) else None
