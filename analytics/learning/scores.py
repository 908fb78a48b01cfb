"""From effects to scores and honest words.

Score = 100·Φ(m / √(s² + 0.15²)): 50 is no information or no effect; 0.15 log units is about the smallest effect worth
acting on. Below 30 posts, or with fewer than 5 posts with or without the level, there is no score and no claim.
A claim wants P ≥ 0.95 and a mean false-claim probability of at most 0.10 over all claims (Bayesian FDR).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from analytics.learning.effects import Effect, normal_cdf
from core.formatting import counted

MIN_POSTS = 30
MIN_PER_LEVEL = 5
SMALLEST_EFFECT = 0.15
CLAIM_P = 0.95
EARLY_P = 0.80
MAX_FALSE_CLAIMS = 0.10
_Z80 = 1.2815515655446004


class Standing(StrEnum):
    """How much may be said."""

    NOT_ENOUGH = "not_enough_data"
    NO_EFFECT = "no_clear_effect"
    EARLY = "early_sign"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class Score:
    """A level's score 0–100 with its 80 % interval, or none; `change` and its interval are ratios − 1."""

    group: str
    level: str
    value: float | None
    low: float | None
    high: float | None
    sample_size: int
    posts: int
    p_better: float
    change: float
    change_low: float
    change_high: float
    standing: Standing

    @property
    def label(self) -> str:
        """What may be said, in words."""
        if self.standing is Standing.NOT_ENOUGH:
            if self.posts < MIN_POSTS:
                return f"Not enough data: {self.posts} of {MIN_POSTS} posts"
            with_it = counted(self.sample_size, "post")
            return f"Not enough data: {with_it} with it, {MIN_PER_LEVEL} with and without are needed"
        between = f"{self.change_low:+.0%} to {self.change_high:+.0%}"
        band = f"80 % interval of the difference {between}, {counted(self.sample_size, 'post')}"
        if self.standing is Standing.CLAIM:
            return f"{abs(self.change):.0%} {'better' if self.change > 0 else 'worse'} in your posts ({band})"
        if self.standing is Standing.EARLY:
            return f"Early sign: {'better' if self.change > 0 else 'worse'} ({band})"
        return f"No clear effect yet ({band})"


def combine(outcomes: Sequence[tuple[float, Sequence[Effect]]]) -> list[Effect]:
    """One effect per level from several outcomes' effects, weighted by the goal (weights are renormalised)."""
    total = sum(weight for weight, _ in outcomes)
    merged: list[Effect] = []
    for parallel in zip(*(effects for _, effects in outcomes), strict=True):
        shares = [weight / total for weight, _ in outcomes]
        merged.append(
            replace(
                parallel[0],
                mean=sum(share * effect.mean for share, effect in zip(shares, parallel, strict=True)),
                sd=math.sqrt(sum((share * effect.sd) ** 2 for share, effect in zip(shares, parallel, strict=True))),
                seen=min(effect.seen for effect in parallel),
                unseen=min(effect.unseen for effect in parallel),
            )
        )
    return merged


def scores(effects: Sequence[Effect], *, posts: int) -> list[Score]:
    """A score, or the reason for none, for every level."""
    claimed = _claims(effects, posts)
    return [_score(effect, posts, claimed) for effect in effects]


def _enough(effect: Effect, posts: int) -> bool:
    return posts >= MIN_POSTS and effect.seen >= MIN_PER_LEVEL and effect.unseen >= MIN_PER_LEVEL


def _certainty(effect: Effect) -> float:
    return max(effect.p_better, 1.0 - effect.p_better)


def _claims(effects: Sequence[Effect], posts: int) -> Mapping[tuple[str, str], bool]:
    candidates = sorted(
        (effect for effect in effects if _enough(effect, posts) and _certainty(effect) >= CLAIM_P),
        key=_certainty,
        reverse=True,
    )
    claimed: dict[tuple[str, str], bool] = {}
    risk = 0.0
    for effect in candidates:
        risk += 1.0 - _certainty(effect)
        if risk / (len(claimed) + 1) > MAX_FALSE_CLAIMS:
            break
        claimed[effect.group, effect.level] = True
    return claimed


def _score(effect: Effect, posts: int, claimed: Mapping[tuple[str, str], bool]) -> Score:
    spread = math.sqrt(effect.sd**2 + SMALLEST_EFFECT**2)
    low, high = effect.mean - _Z80 * effect.sd, effect.mean + _Z80 * effect.sd
    enough = _enough(effect, posts)
    if not enough:
        standing = Standing.NOT_ENOUGH
    elif (effect.group, effect.level) in claimed:
        standing = Standing.CLAIM
    elif _certainty(effect) >= EARLY_P:
        standing = Standing.EARLY
    else:
        standing = Standing.NO_EFFECT
    return Score(
        group=effect.group,
        level=effect.level,
        value=round(100 * normal_cdf(effect.mean / spread), 1) if enough else None,
        low=round(100 * normal_cdf(low / spread), 1) if enough else None,
        high=round(100 * normal_cdf(high / spread), 1) if enough else None,
        sample_size=effect.seen,
        posts=posts,
        p_better=round(effect.p_better, 4),
        change=math.expm1(effect.mean),
        change_low=math.expm1(low),
        change_high=math.expm1(high),
        standing=standing,
    )
