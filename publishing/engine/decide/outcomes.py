"""What may happen to a target: everything that the engine decides on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from publishing.platforms.base import Finding, Live, Outcome, PublishStep
from publishing.platforms.errors import PlatformError

# A call of a step ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answered:
    """The platform did the step, or says that it needs more time."""

    step: PublishStep
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No connection: the platform never saw the call."""

    step: PublishStep
    words: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The call may have arrived, but its answer did not."""

    step: PublishStep
    words: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The platform said no; not `called` when the tokens could not even be renewed for the call."""

    step: PublishStep
    error: PlatformError
    called: bool = True


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A former run ended in the middle of the call of `step`; `committing` when that may have made the post public."""

    step: str
    committing: bool


# Tokens -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NotRenewed:
    """The platform could not be reached for a renewal, or did not answer."""

    words: str


@dataclass(frozen=True, slots=True)
class RenewalRefused:
    """The platform refused the renewal."""

    error: PlatformError


@dataclass(frozen=True, slots=True)
class TokenJudged:
    """A token was refused although it had just been renewed; `replaced` when a newer one is there by now."""

    error: PlatformError
    replaced: bool


# What must be true before a call ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Overdue:
    """The platform has had the post for so long that waiting on in silence would be a lie."""


@dataclass(frozen=True, slots=True)
class NotApproved:
    """The workspace sends nothing without approval, and nobody approved this content."""


@dataclass(frozen=True, slots=True)
class Expired:
    """What was prepared at the platform has ended by its own date."""


@dataclass(frozen=True, slots=True)
class Converting:
    """A file is being converted."""


@dataclass(frozen=True, slots=True)
class NotConverted:
    """A file could not be converted."""

    sentence: str


@dataclass(frozen=True, slots=True)
class AccountRests:
    """The platform asked the account for a pause."""

    until: datetime
    problem: str


@dataclass(frozen=True, slots=True)
class QuotaExhausted:
    """A long quota has nothing left."""

    until: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class QuotaReserved:
    """One unit of every long quota is taken for the work that begins with `step`; the first of them ends at `until`."""

    step: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class AllowanceLow:
    """The platform said that the connection's allowance is nearly used up."""

    until: datetime


@dataclass(frozen=True, slots=True)
class LockTaken:
    """Another post of the account is at its commit step."""


@dataclass(frozen=True, slots=True)
class SlotBooked:
    """The rate window is full: the target's slot in it is free `at` then."""

    at: datetime
    booking: Mapping[str, Any]
    committing: bool = False


# A look whether an unconfirmed post is live -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """What the look has found. `answered`: the commit in question was refused, by something that knows its end."""

    finding: Finding
    answered: bool = False


@dataclass(frozen=True, slots=True)
class LookRefused:
    """The platform refuses to tell; not `called` when the tokens could not even be renewed."""

    error: PlatformError
    called: bool = True


@dataclass(frozen=True, slots=True)
class LookUnanswered:
    """The platform does not answer; not `called` when it did not even answer a renewal of the tokens."""

    words: str
    called: bool = True


@dataclass(frozen=True, slots=True)
class LookPostponed:
    """The rate window is full."""

    at: datetime
    booking: Mapping[str, Any]


# After the work -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JobEnded:
    """The job of an unfinished target failed, or was cancelled. `committing`: in the middle of a commit step."""

    message: str
    cancelled: bool = False
    committing: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """What the platform says of a live post without a link, or of a draft in an inbox."""

    live: Live
    external_id: str
    permalink: str


@dataclass(frozen=True, slots=True)
class SettlingRefused:
    """The platform refuses to say; ask again after `later`."""

    error: PlatformError
    later: timedelta
