"""What goes into a fit and what comes out of it: a post's row, and the effect of a level."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

# Of the model that makes effects out of rows (`analytics.learning.model`).
MODEL_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Observation:
    """One post: outcome on a log scale, weight 0–1 (young posts less), followers, age in days, its levels by group."""

    outcome: float
    weight: float
    followers: float | None
    age_days: float
    levels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Effect:
    """A level against the mean of its group, in log units: posterior mean, sd; posts that have and lack the level."""

    group: str
    level: str
    mean: float
    sd: float
    seen: int
    unseen: int

    @property
    def p_better(self) -> float:
        """Posterior probability that the level is better than its group's mean."""
        return normal_cdf(self.mean / self.sd) if self.sd > 0 else 0.5


def normal_cdf(x: float) -> float:
    """Φ(x)."""
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))
