"""The sandbox's clock: real, injected or frozen time, plus an offset that the control API moves forward."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], float]

FROZEN_START = 1_790_000_000.0
"""Where time stands when neither real time nor an injected clock is asked for."""


def base_clock(clock: Clock | None, *, realtime: bool) -> Clock:
    """The source of time before the stored offset is added."""
    if clock is not None:
        return clock
    if realtime:
        return time.time
    return lambda: FROZEN_START
