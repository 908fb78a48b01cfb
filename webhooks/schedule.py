"""When a delivery that did not work is tried again, and when an endpoint is given up."""

import random
from datetime import datetime, timedelta

# After the first, second, … try; the schedule that Standard Webhooks recommends, about three days in all.
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
# Up to this part of a wait is added by chance, so that what failed together does not come again together.
JITTER = 0.1
# An endpoint that has taken nothing for so long is switched off.
GIVE_UP = timedelta(days=5)
# Failures further apart than this are no row: longer than the longest wait, so that only silence breaks it.
QUIET = timedelta(days=2)
# An endpoint that does not answer at all rests between two tries, the longer the longer it is silent.
_REST = (timedelta(seconds=5), timedelta(minutes=5))


def wait_after(tries: int) -> timedelta | None:
    """How long to wait after so many failed tries (1 for the first); None when there is no other."""
    if tries > len(WAITS):
        return None
    return WAITS[tries - 1] * (1 + random.uniform(0, JITTER))  # noqa: S311 # spreads load, keeps no secret


def failing_since(before: datetime | None, last: datetime | None, now: datetime) -> datetime:
    """When the row of failures began to which one at `now` belongs."""
    return before if before is not None and last is not None and now - last <= QUIET else now


def rest(silent_since: datetime | None, now: datetime) -> timedelta:
    """How long an endpoint that did not answer is left alone."""
    shortest, longest = _REST
    silent = now - silent_since if silent_since else timedelta(0)
    return min(longest, max(shortest, silent / 4))
