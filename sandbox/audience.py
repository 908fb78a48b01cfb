"""The audience: how many people watch, like and share a post, as a seeded function of what was received and of its age.

Everything here is invented. The planted effects are listed in `EFFECTS` and in `docs/sandbox.md`, so that whoever
learns from these numbers can be compared with the truth. Nothing is random at reading time: the same post has the same
numbers at the same age, and no number ever falls.
"""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from statistics import NormalDist
from typing import Final
from zoneinfo import ZoneInfo

from sandbox.platforms import PLATFORMS

DAY_S: Final = 86_400.0

EFFECTS: Final[dict[str, float]] = {
    "duration_under_7s": 0.8,
    "duration_7_15s": 1.15,
    "duration_15_30s": 1.5,
    "duration_over_60s": 0.8,
    "question_in_first_line": 1.3,
    "hashtags_3_5": 1.2,
    "hashtags_over_10": 0.85,
    "evening_18_22": 1.25,
    "night_1_6": 0.8,
    "vertical": 1.4,
    "square": 1.1,
    "caption_60_150": 1.1,
}
"""Factors on the number of views a post ends with. They multiply."""

QUESTION_COMMENTS: Final = 1.6
"""A question in the first line also multiplies the comment rate."""

REACH: Final = {name: each.reach for each in PLATFORMS.values() for name in (each.name, each.also) if name}
"""How far the posts of a platform reach, beside an average of 1."""
RATES: Final[dict[str, float]] = {"likes": 0.055, "comments": 0.005, "shares": 0.008, "saves": 0.009}
RATE_NOISE: Final = 0.3

HASHTAG = re.compile(r"(?<!\w)#\w+")


@dataclass(frozen=True)
class Received:
    """What the audience sees of a post."""

    platform: str
    seed: str
    caption: str
    duration: float
    width: int
    height: int
    live_at: float
    followers: int
    timezone: str


@dataclass(frozen=True)
class Numbers:
    """Counts at one moment. Watch times are seconds; `watched_ratio` is the mean share of the video watched."""

    views: int = 0
    reach: int = 0
    likes: int = 0
    comments: int = 0
    shares: int = 0
    saves: int = 0
    follows: int = 0
    watch_time_s: float = 0.0
    average_watch_s: float = 0.0
    watched_ratio: float = 0.0


def growth(age_s: float) -> float:
    """Share of the final views reached at an age: 1 − exp(−(a / 1.5 d)^0.6)."""
    if age_s <= 0:
        return 0.0
    return 1.0 - math.exp(-((age_s / (1.5 * DAY_S)) ** 0.6))


def effects(post: Received) -> list[str]:
    """Names of the planted effects that act on a post."""
    first_line = post.caption.strip().partition("\n")[0]
    hashtags = len([tag for tag in HASHTAG.findall(post.caption) if not tag.lower().startswith("#sandbox")])
    hour = datetime.fromtimestamp(post.live_at, ZoneInfo(post.timezone)).hour
    length = len(HASHTAG.sub("", post.caption).strip())
    ratio = post.height / post.width if post.width else 0.0
    tests = {
        "duration_under_7s": 0 < post.duration < 7,
        "duration_7_15s": 7 <= post.duration < 15,
        "duration_15_30s": 15 <= post.duration <= 30,
        "duration_over_60s": post.duration > 60,
        "question_in_first_line": "?" in first_line,
        "hashtags_3_5": 3 <= hashtags <= 5,
        "hashtags_over_10": hashtags > 10,
        "evening_18_22": 18 <= hour < 22,
        "night_1_6": 1 <= hour < 6,
        "vertical": ratio >= 1.5,
        "square": 0.9 <= ratio <= 1.1,
        "caption_60_150": 60 <= length <= 150,
    }
    return [name for name, holds in tests.items() if holds]


def _normal(seed: str, name: str) -> float:
    """A standard normal draw that depends on the seed and a name only."""
    value = int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:7], "big") / 2**56
    return NormalDist().inv_cdf(min(max(value, 1e-9), 1 - 1e-9))


def final_views(post: Received, noise: float) -> float:
    base = max(150.0, REACH.get(post.platform, 1.0) * math.pow(post.followers, 0.85))
    factor = math.prod(EFFECTS[name] for name in effects(post))
    return base * factor * math.exp(noise * _normal(post.seed, "views"))


def _rate(post: Received, name: str) -> float:
    rate = RATES[name] * math.exp(RATE_NOISE * _normal(post.seed, name))
    if name == "comments" and "question_in_first_line" in effects(post):
        rate *= QUESTION_COMMENTS
    return min(rate, 0.6)


def watched_ratio(post: Received) -> float:
    """Mean share of a video that is watched: falls with its duration."""
    if post.duration <= 0:
        return 0.0
    ratio = 0.92 * math.exp(-((post.duration / 75.0) ** 0.8))
    return min(0.97, max(0.04, ratio * math.exp(0.15 * _normal(post.seed, "watched"))))


@dataclass(frozen=True)
class _Fate:
    """What does not change over a post's life."""

    views: float
    rates: dict[str, float]
    ratio: float


@lru_cache(maxsize=20_000)
def _fate(post: Received, noise: float) -> _Fate:
    return _Fate(final_views(post, noise), {name: _rate(post, name) for name in RATES}, watched_ratio(post))


def numbers(post: Received, now: float, noise: float) -> Numbers:
    """What the platform would show at `now`."""
    fate = _fate(post, noise)
    views = math.floor(fate.views * growth(now - post.live_at))
    ratio = fate.ratio
    average = round(ratio * post.duration, 3)
    return Numbers(
        views=views,
        reach=math.floor(views * 0.87),
        likes=math.floor(views * fate.rates["likes"]),
        comments=math.floor(views * fate.rates["comments"]),
        shares=math.floor(views * fate.rates["shares"]),
        saves=math.floor(views * fate.rates["saves"]),
        follows=math.floor(views * 0.0015),
        watch_time_s=round(views * average, 3),
        average_watch_s=average,
        watched_ratio=ratio,
    )


def retention(post: Received, points: int) -> list[float]:
    """Share of viewers still there at evenly spaced moments from start to end; its mean is near the watched ratio."""
    ratio = watched_ratio(post)
    if ratio <= 0 or points < 1:
        return []
    power = max(0.05, (1.0 - ratio) / ratio)
    return [round((1.0 - index / points) ** power, 4) for index in range(points)]
