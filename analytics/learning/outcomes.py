"""What is learned from a post's numbers: outcomes on a log scale, comparable between posts of different age."""

import math
from dataclasses import dataclass

from analytics.learning.effects import Observation

DAY_S = 86_400.0
MIN_VIEWS_FOR_ENGAGEMENT = 100
YOUNG_S = DAY_S
YOUNG_WEIGHT = 0.3
REACH_SIGMA = 1.0
ENGAGEMENT_SIGMA = 0.45
RETENTION_SIGMA = 0.6
GOAL_WEIGHTS = {"reach": 0.4, "engagement": 0.4, "retention": 0.2}


@dataclass(frozen=True, slots=True)
class Post:
    """A live post with its newest numbers; None means that the platform does not give the number."""

    id: str
    age_s: float
    days_ago: float
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None
    average_view_s: float | None
    duration_s: float | None
    followers: int | None
    levels: dict[str, str]


def growth(age_s: float) -> float:
    """The share of its final views that a post has at an age: F(a) = 1 − exp(−(a / 1.5 d)^0.6)."""
    return 1.0 - math.exp(-((max(age_s, 60.0) / (1.5 * DAY_S)) ** 0.6))


def _weight(post: Post, sigma: float) -> float:
    missing = 1.0 - growth(post.age_s)
    weight = 1.0 / (1.0 + (0.35 * missing / sigma) ** 2)
    return weight * (YOUNG_WEIGHT if post.age_s < YOUNG_S else 1.0)


def _row(post: Post, outcome: float, sigma: float) -> Observation:
    return Observation(outcome, _weight(post, sigma), post.followers, post.days_ago, post.levels)


def final_reach(views: int, age_s: float) -> float:
    """ln(1 + views), as if a post of this age had reached its final one."""
    return math.log1p(views) - math.log(growth(age_s))


def reach(post: Post) -> Observation | None:
    """The final reach."""
    return None if post.views is None else _row(post, final_reach(post.views, post.age_s), REACH_SIGMA)


def engagement(post: Post) -> Observation | None:
    """ln of the engagement rate, smoothed; only with 100 views or more and with likes and comments known."""
    if post.views is None or post.views < MIN_VIEWS_FOR_ENGAGEMENT or post.likes is None or post.comments is None:
        return None
    acts = post.likes + post.comments + (post.shares or 0)
    return _row(post, math.log((acts + 0.5) / (post.views + 1)), ENGAGEMENT_SIGMA)


def retention(post: Post) -> Observation | None:
    """Logit of the watched share of the video."""
    if not post.average_view_s or not post.duration_s:
        return None
    share = min(max(post.average_view_s / post.duration_s, 0.01), 0.99)
    return _row(post, math.log(share / (1 - share)), RETENTION_SIGMA)


OUTCOMES = {
    "reach": (reach, REACH_SIGMA),
    "engagement": (engagement, ENGAGEMENT_SIGMA),
    "retention": (retention, RETENTION_SIGMA),
}
