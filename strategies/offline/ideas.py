"""Pillars, themes, hooks and hashtags: a niche's template, filled with the words and measurements at hand."""

from collections import Counter
from itertools import chain
from typing import TypeVar

from ai.captions import cutting
from ai.captions.offline import keywords
from platforms import PLATFORMS
from strategies import knowledge
from strategies.offline.compare import Compared, every
from strategies.schema import HashtagSet, HashtagStrategy, Hook, Pillar, StrategyRequest, Theme

T = TypeVar("T")
_GOAL_TAGS = {"followers": "community", "sales": "smallbusiness", "clicks": "linkinbio", "awareness": "discover"}


def subject(request: StrategyRequest) -> str:
    """What the strategy is about, for use inside a sentence."""
    if request.niche:
        return request.niche[:80]
    return " ".join(recurring(request)[:3]) or "this"


def recurring(request: StrategyRequest) -> list[str]:
    """Words that several of the videos' titles share. One title alone may be a file's name or a line of speech."""
    titles = {video.title for video in request.videos}
    heard = Counter(chain.from_iterable({word.lower() for word in keywords(title)} for title in titles))
    order = dict.fromkeys(word.lower() for video in request.videos for word in keywords(video.title))
    return [word for word in order if heard[word] > 1]


def rotated(items: list[T], by: int) -> list[T]:
    """The same items from another start: what a regenerated section shows."""
    return items[by % len(items) :] + items[: by % len(items)] if items else []


def pillars(request: StrategyRequest) -> list[Pillar]:
    """Subjects that return, with their share of posts."""
    return [Pillar.model_validate(row) for row in knowledge.niche(request.niche)["pillars"]]


def themes(request: StrategyRequest) -> list[Theme]:
    """One theme per week, in the template's order; later weeks start over."""
    rows = rotated([Theme.model_validate(row) for row in knowledge.niche(request.niche)["themes"]], request.variation)
    return rows[: max(1, min(len(rows), request.weeks))]


def hook_seconds(found: dict[str, Compared]) -> float:
    """How long an opening may take: the measured first cut, between 1 and 5 s; the benchmark without one."""
    compared = found.get("hook_timing")
    value = compared.median if compared else float(knowledge.benchmarks()["hook_window_s"]["value"])
    return round(min(5.0, max(1.0, value)), 1)


def hooks(request: StrategyRequest, found: dict[str, Compared]) -> list[Hook]:
    """Opening lines about the subject, as long as the measured openings."""
    compared = found.get("hook_timing")
    seconds = hook_seconds(found)
    rows = rotated(knowledge.niche(request.niche)["hooks"], request.variation)
    return [
        Hook(
            text=_sentence(row["text"].format(subject=subject(request))),
            kind=row["kind"],
            seconds=seconds,
            evidence=every(compared, most=2) if compared else [],
        )
        for row in rows
    ]


def _sentence(line: str) -> str:
    return line[:1].upper() + line[1:200]


def hashtags(request: StrategyRequest) -> HashtagStrategy:
    """A core of the niche's own words, filled per platform from titles, goals and the niche's template."""
    own = keywords(request.niche)
    joined = "".join(word[:1].upper() + word[1:] for word in own[:3]) if len(own) > 1 else ""
    first = request.platforms[0]
    template: list[str] = knowledge.niche(request.niche)["hashtags"]
    core = cutting.hashtags([*([joined] if joined else []), *(word.lower() for word in own), *template], first, 3)
    titles = recurring(request)
    goals = [_GOAL_TAGS[goal] for goal in request.goals if goal in _GOAL_TAGS]
    sets = []
    for platform in request.platforms:
        count = PLATFORMS[platform].text.advised_hashtags
        extra = rotated([*titles, *goals, *template], request.variation)
        sets.append(HashtagSet(platform=platform, hashtags=cutting.hashtags([*core, *extra], platform, count)))
    origin = "the niche and from what the titles of the chosen videos share" if titles else "the niche"
    return HashtagStrategy(
        core=core,
        sets=sets,
        note=f"Words come from {origin}. What a hashtag reaches is not measured; change one at a time to learn.",
    )
