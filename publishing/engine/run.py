"""One run of one target: step after step until it must wait, is done, or has had its minute."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from uuid import UUID

from core import clock
from core import logging as log
from core.outages import Away
from jobs import Again, Done
from media.storage import store
from publishing import specs
from publishing.engine import (
    clocks,
    converting,
    grants,
    lanes,
    quotas,
    receipts,
    reconciling,
    results,
    secrets,
    sentences,
    sessions,
    waits,
    windows,
)
from publishing.engine.receipts import Superseded
from publishing.models import Grant, PostTarget
from publishing.platforms.base import Checkpoint, Effect, MediaSpec, Session, Step
from publishing.platforms.errors import NoAnswer, NotSent, PlatformError
from publishing.platforms.registry import adapter_for
from publishing.states import MOVING, TargetState, WaitReason
from publishing.transitions import move

BUDGET_S = 60.0
LANE_POLL = timedelta(seconds=2)
BUSY_POLL = timedelta(seconds=3)
PROCESSING_DEADLINE = timedelta(hours=24)
_MOVABLE = frozenset({TargetState.QUEUED, *MOVING, TargetState.WAITING, TargetState.UNCONFIRMED})

Pause = Done | Again


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
        self.turn: windows.Turn | None = None
        grant = target.account.grant
        self.http = sessions.caller(target.account.via or target.platform, grant.login if grant else "")

    # The loop ---------------------------------------------------------------------------------------------------

    def go(self) -> Pause:
        """Move the target as far as it goes."""
        started = time.monotonic()
        try:
            results.recover_interrupted(self)
            while True:
                self.check()
                try:
                    pause = self._turn()
                except grants.Busy:
                    pause = Again(BUSY_POLL)
                if pause is not None:
                    return pause
                if time.monotonic() - started >= BUDGET_S:
                    return Again(timedelta())
        except Superseded:
            return Done()
        finally:
            self.http.close()

    def _turn(self) -> Pause | None:
        if self.target.state == TargetState.UNCONFIRMED:
            return reconciling.look(self)
        if self.target.committed and self.overdue():
            return waits.unconfirmed(self, sentences.STUCK, ask=True)
        pause = self._files()
        if pause is not None:
            return pause
        expires = self.checkpoint.expires_at
        if expires is not None and not self.target.committed and expires <= clock.now():
            pause = waits.expired(self)
            if pause is not None:
                return pause
        step = self.adapter.step(self.spec, self.checkpoint)
        return self._gates(step) or self._make(step)

    def _files(self) -> Pause | None:
        """The files as they will be sent, converted where the platform takes another format."""
        if not self.prepared:
            pause = converting.prepare(self)
            if pause is not None:
                return pause
            self.prepared = True
        return None

    def overdue(self) -> bool:
        """Whether the platform has had the post for so long that waiting on in silence would be a lie."""
        since = self.target.committed_at
        return since is not None and clock.now() - since > PROCESSING_DEADLINE

    # What must be true before a call ----------------------------------------------------------------------------

    def _gates(self, step: Step) -> Pause | None:
        """What may make it wait for hours. Asked before the tokens are looked at."""
        account = self.target.account
        if account.hold_until is not None and account.hold_until > clock.now() and not self.target.committed:
            waits.reask(self)
            return waits.wait(self, WaitReason.HOLD, account.hold_until, account.problem or "This account rests.")
        pause = self._quota(step)
        if pause is not None:
            return pause
        until = windows.resting(self.target.platform, str(account.grant_id))
        if until is not None:
            sentence = f"{self.adapter.label}'s allowance is nearly used up, so this waits a little."
            return waits.wait(self, WaitReason.RATE, until, sentence)
        return None

    def _quota(self, step: Step) -> Pause | None:
        """Long quotas are asked for once, before the first step; again when their period ended before that step."""
        until = self.checkpoint.get("reserved_until")
        ended = bool(until) and datetime.fromisoformat(str(until)) <= clock.now()
        if self.checkpoint.get("reserved") and not (ended and self.checkpoint.get("reserved") == step.name):
            return None
        needs = self.adapter.quotas(self.spec, specs.account_ref(self.target.account), clock.now())
        try:
            quotas.reserve(needs)
        except quotas.Exhausted as error:
            until = error.need.resets_at
            return waits.wait(self, WaitReason.QUOTA, until, error.need.sentence, code="quota")
        ends = min((need.resets_at for need in needs), default=None)
        self.checkpoint = self.checkpoint.with_data(
            reserved=step.name, reserved_until=ends.isoformat() if ends else None
        )
        return None

    def _admit(self, step: Step) -> Pause | None:
        """The last gates: nothing slow may come between them and the call."""
        if step.effect is Effect.COMMIT and not lanes.enter(self.target):
            return waits.pause(self, LANE_POLL)
        owner = str(self.target.account.grant_id)
        self.turn = windows.book(self.adapter, step.rate, owner, self.target.booking) if step.rate else None
        if self.turn is not None and self.turn.at > clock.now():
            self._leave_lane(step)
            return waits.take_turn(self, self.turn)
        return None

    def _leave_lane(self, step: Step) -> None:
        if step.effect is Effect.COMMIT:
            lanes.leave(self.target.pk, self.target.account_id)

    # The call ---------------------------------------------------------------------------------------------------

    def grant(self) -> Grant:
        """The account's grant with a token that works a while. Raises `PlatformError` or `Busy`."""
        account = self.target.account
        if account.grant_id is None:
            raise waits.disconnected(self)
        return grants.usable(grants.read(account.grant_id))

    def session(self, grant: Grant) -> Session:
        """What the adapter works with. One connection serves the whole run."""
        return sessions.of(self.target.account, grant, self.http, self._read, self.target.committed_at)

    def _read(self, media: MediaSpec, offset: int, length: int) -> Iterator[bytes]:
        """Bytes of a file; stops as soon as this run has lost its lease."""
        for piece in store().read(media.storage_key, offset, length):
            self.check()
            yield piece

    def _make(self, step: Step) -> Pause | None:
        try:
            grant = self.grant()
        except PlatformError as error:
            return results.refused(self, step, None, error)
        except (NotSent, NoAnswer) as error:
            return results.not_renewed(self, str(error))
        pause = self._admit(step)
        if pause is not None:
            return pause
        attempt = receipts.begin(self.target, self.token, step)
        began = clock.now()
        with log.context(platform=self.target.platform, step=step.name):
            try:
                with self.idle():
                    outcome = self.adapter.advance(self.session(grant), self.spec, self.checkpoint)
            except PlatformError as error:
                return results.refused(self, step, attempt, error, grant)
            except NotSent as error:
                return results.not_sent(self, step, attempt, str(error))
            except (NoAnswer, OSError, Away) as error:
                return results.no_answer(self, step, attempt, str(error) or type(error).__name__)
            finally:
                self._keep_notes(grant)
                if self.turn is not None and clock.now() - began > windows.MARGIN:
                    windows.stamp(self.adapter, step.rate, self.turn)
        return results.succeeded(self, step, attempt, outcome)

    def _keep_notes(self, grant: Grant) -> None:
        """What an answer said beside the matter: that an allowance is nearly used up, and what time it is."""
        clocks.note(self.http)
        if self.http.rest_until is not None:
            windows.rest(self.target.platform, str(grant.pk), self.http.rest_until)
            self.http.rest_until = None


def claim(target_id: UUID, token: UUID) -> PostTarget | None:
    """Take a target for a run; None when there is nothing to move."""
    rows = PostTarget.objects.select_related("account", "post")
    target = rows.filter(pk=target_id, state__in=sorted(_MOVABLE)).first()
    if target is None:
        return None
    return target if move(target, TargetState(target.state), run_token=token) else None
