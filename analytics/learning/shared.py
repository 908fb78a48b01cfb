"""What the best posts share and the others lack, without saying more than the numbers carry. Pure.

The best quarter stands against the rest; each level is a 2×2 table, judged by Fisher's exact test (one-sided, in both
directions), and the false discovery rate over all tables is held at 5 % (Benjamini & Hochberg, JRSS B 57, 1995). Where
nothing sets the best apart, at most about one workspace in twenty is told something. Below the minimum nothing is said.
"""

import math
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
    tables = [table for pair in _levels(posts) if (table := _table(best, rest, *pair)) is not None]
    return BestAndRest(count, cut, _discoveries(tables))


def _levels(posts: Sequence[Ranked]) -> list[tuple[str, str]]:
    return sorted({(type, level) for post in posts for type, level in post.levels.items()})


def _table(best: Sequence[Ranked], rest: Sequence[Ranked], type: str, level: str) -> Shared | None:
    """The counts of one level with its p-value; None where too few posts have it or lack it."""
    known_best = [post.levels[type] for post in best if type in post.levels]
    known_rest = [post.levels[type] for post in rest if type in post.levels]
    best_with, rest_with = known_best.count(level), known_rest.count(level)
    with_it, known = best_with + rest_with, len(known_best) + len(known_rest)
    if with_it < MIN_PER_LEVEL or known - with_it < MIN_PER_LEVEL or not known_best or not known_rest:
        return None
    p_value = fisher(best_with, len(known_best), with_it, known)
    return Shared(type, level, best_with, len(known_best), rest_with, len(known_rest), p_value)


def fisher(hits: int, drawn: int, marked: int, total: int) -> float:
    """Probability of a share at least as uneven, in the direction it is uneven, doubled for the two directions."""

    def mass(k: int) -> float:
        return math.comb(marked, k) * math.comb(total - marked, drawn - k) / math.comb(total, drawn)

    low, high = max(0, drawn - (total - marked)), min(drawn, marked)
    above = sum(mass(k) for k in range(hits, high + 1))
    below = sum(mass(k) for k in range(low, hits + 1))
    return min(1.0, 2 * min(above, below))


def _discoveries(tables: Sequence[Shared]) -> list[Shared]:
    ordered = sorted(tables, key=lambda table: (table.p_value, table.type, table.level))
    kept = 0
    for rank, table in enumerate(ordered, start=1):
        if table.p_value <= FALSE_DISCOVERY * rank / len(ordered):
            kept = rank
    return ordered[:kept]
