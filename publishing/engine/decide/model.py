"""What the engine knows of a target (`State`, `Rules`) and what follows from an outcome (`Transition`): values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from publishing.platforms.base import Adapter, Checkpoint, Spec
from publishing.platforms.errors import PlatformError
from publishing.states import AttemptOutcome, TargetState


@dataclass(frozen=True, slots=True)
class Rules:
    """What stays the same during a run: the platform, what is sent to it, and the waits between retries."""

    adapter: Adapter
    spec: Spec
    retry_delays: tuple[timedelta, ...]


@dataclass(frozen=True, slots=True)
class State:
    """Where a target stands. `renewed`: its tokens were renewed since a call last went well."""

    state: TargetState
    committed: bool = False
    checkpoint: Checkpoint = field(default_factory=Checkpoint)
    transient_count: int = 0
    negatives: int = 0
    negative_since: datetime | None = None
    unconfirmed_at: datetime | None = None
    asked_at: datetime | None = None
    committed_at: datetime | None = None
    renewed: bool = False


@dataclass(frozen=True, slots=True)
class GoOn:
    """The next step follows at once."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is to be done for so long; no worker is held."""

    after: timedelta


@dataclass(frozen=True, slots=True)
class Stop:
    """Nothing is to be done until a person acts, or ever."""


@dataclass(frozen=True, slots=True)
class RenewTokens:
    """Renew the tokens under their lease; its outcome is decided on in turn."""


@dataclass(frozen=True, slots=True)
class JudgeToken:
    """Find out whether the refused token was replaced meanwhile, and mark the consent as dead if not."""

    error: PlatformError


Then = GoOn | Pause | Stop | RenewTokens | JudgeToken


@dataclass(frozen=True, slots=True)
class Receipt:
    """How the receipt of the call is completed.

    `with_state`: in one transaction with the change of state, and not at all when another run owns the target by now
    (that one must find it open). Any other answer stands by itself, whoever owns the target.
    """

    outcome: AttemptOutcome
    sentence: str = ""
    words: str = ""
    code: str = ""
    status: int | None = None
    next_at: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    with_state: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """What follows from an outcome. Without `to` nothing is written: the checkpoint goes on in the run's memory.

    `fields` are further columns of the target; `checkpoint` None leaves the stored one alone. `release_lock` gives the
    account's commit lock back. `asks` lets the person be asked whether it is live. `hold_account` (until, why) lets the
    whole account rest, `account_problem` says that it cannot be posted to; `settle_after` asks for another look at a
    live post. `if_reconnected` applies instead when the account was connected again since the run has read it.
    """

    checkpoint: Checkpoint | None = None
    to: TargetState | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    then: Then = field(default_factory=GoOn)
    receipt: Receipt | None = None
    release_lock: bool = False
    renewed: bool | None = None
    asks: bool = False
    publishes_progress: bool = False
    hold_account: tuple[datetime, str] | None = None
    account_problem: str = ""
    settle_after: timedelta | None = None
    if_reconnected: "Transition | None" = None


def stay(state: State, then: Then, **fields: Any) -> Transition:
    """Write without changing the state."""
    return Transition(state.checkpoint, state.state, fields, then)


def with_checkpoint(state: State, checkpoint: Checkpoint) -> State:
    return replace(state, checkpoint=checkpoint)
