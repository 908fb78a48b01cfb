"""What the best posts share and the others lack, without saying more than the numbers carry. Pure.

The best quarter stands against the rest; each level is a 2×2 table, judged by Fisher's exact test (one-sided, in both
directions), and the false discovery rate over all tables is held at 5 % (Benjamini & Hochberg, JRSS B 57, 1995). Where
nothing sets the best apart, at most about one workspace in twenty is told something. Below the minimum nothing is said.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics.learning.scores import MIN_PER_LEVEL, MIN_POSTS

BEST_SHARE = 0.25
FALSE_DISCOVERY = 0.05


@dataclass(frozen=True, slots=True)
class Ranked:
    """A post's result, comparable with the others' (higher is better), and its levels by pattern type."""

    result: float
    levels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shared:
    """A level that sets the best apart: how many of each side have it, among those where its type is known."""

    type: str
    level: str
    best_with: int
    best_known: int
    rest_with: int
    rest_known: int
    p_value: float

    @property
    def is_lacking(self) -> bool:
        """Whether it is the others that have it."""
        return self.best_with * self.rest_known < self.rest_with * self.best_known


@dataclass(frozen=True, slots=True)
class BestAndRest:
    """`found` is empty without a reason when nothing sets the best apart; `missing` says why nothing may be said."""

    posts: int
    best: int
    found: list[Shared]
    missing: str = ""

    @property
    def rest(self) -> int:
        """How many posts the best stand against."""
        return self.posts - self.best


def compare(posts: Sequence[Ranked]) -> BestAndRest:
    """The best quarter against the rest."""
    count = len(posts)
    if count < MIN_POSTS:
        missing = f"{count} of {MIN_POSTS} posts with numbers that are at least a day old."
        return BestAndRest(count, 0, [], missing)
    ordered = sorted(posts, key=lambda post: -post.result)
    cut = math.ceil(BEST_SHARE * count)
    best, rest = ordered[:cut], ordered[cut:]
    best_levels, rest_levels = _counts(best), _counts(rest)
    pairs = sorted({*best_levels, *rest_levels})
    tables = [table for pair in pairs if (table := _table(best_levels, rest_levels, *pair)) is not None]
    return BestAndRest(count, cut, _discoveries(tables))


def _counts(posts: Sequence[Ranked]) -> Counter[tuple[str, str]]:
    """How many posts have each (type, level)."""
    return Counter(pair for post in posts for pair in post.levels.items())


def _known(counts: Counter[tuple[str, str]], type: str) -> int:
    return sum(count for (of, _), count in counts.items() if of == type)


def _table(best: Counter[tuple[str, str]], rest: Counter[tuple[str, str]], type: str, level: str) -> Shared | None:
    """The counts of one level with its p-value; None where too few posts have it or lack it."""
    best_known, rest_known = _known(best, type), _known(rest, type)
    best_with, rest_with = best[type, level], rest[type, level]
    with_it, known = best_with + rest_with, best_known + rest_known
    if with_it < MIN_PER_LEVEL or known - with_it < MIN_PER_LEVEL or not best_known or not rest_known:
        return None
    p_value = fisher(best_with, best_known, with_it, known)
    return Shared(type, level, best_with, best_known, rest_with, rest_known, p_value)


def fisher(hits: int, drawn: int, marked: int, total: int) -> float:
    """Probability of a share at least as uneven, in the direction it is uneven, doubled for the two directions."""

    low, high = max(0, drawn - (total - marked)), min(drawn, marked)
    at_hits = math.exp(
        _log_choose(marked, hits) + _log_choose(total - marked, drawn - hits) - _log_choose(total, drawn)
    )
    # Each further mass is the one before it times a ratio of small whole numbers.
    above = mass = at_hits
    for k in range(hits, high):
        mass *= (marked - k) * (drawn - k) / ((k + 1) * (total - marked - drawn + k + 1))
        above += mass
    below = mass = at_hits
    for k in range(hits, low, -1):
        mass *= k * (total - marked - drawn + k) / ((marked - k + 1) * (drawn - k + 1))
        below += mass
    return min(1.0, 2 * min(above, below))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _discoveries(tables: Sequence[Shared]) -> list[Shared]:
    ordered = sorted(tables, key=lambda table: (table.p_value, table.type, table.level))
    kept = 0
    for rank, table in enumerate(ordered, start=1):
        if table.p_value <= FALSE_DISCOVERY * rank / len(ordered):
            kept = rank
    return ordered[:kept]
