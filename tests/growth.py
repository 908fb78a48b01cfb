"""How the cost of something grows with its input, whatever the machine's speed, its load or a running tracer."""

import time
from collections.abc import Callable

TIMES = 4  # how much longer the second text is: 4 when the cost is linear, 16 when it is quadratic
LINEAR = 9.0


def growth(work: Callable[[str], object], text: Callable[[int], str], size: int) -> float:
    """CPU time for `text(TIMES * size)` ÷ that for `text(size)`, each the best of three."""
    small, large = (min(_cost(work, text(each)) for _ in range(3)) for each in (size, TIMES * size))
    return large / small


def _cost(work: Callable[[str], object], text: str) -> float:
    started = time.process_time()
    work(text)
    return time.process_time() - started
