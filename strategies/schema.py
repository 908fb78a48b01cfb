"""What a strategy is asked with, and what it consists of.

Everything a strategy says carries evidence: a measured fact of a chosen video, a learned score, or a benchmark with
its source. Answers hold lists of objects, never open dictionaries (structured outputs allow none).
"""

import re
import zoneinfo
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from core import dates
from platforms import PLATFORMS, canonical
from platforms.schema import PlatformKey

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Basis = Literal["measured", "learned", "benchmark", "template", "written"]
_CLOCK = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")


class Fact(BaseModel):
    """One measured value of a video. `time_s` is where it can be seen, `times_s` further places."""

    type: str
    label: str
    value: float
    unit: str
    bucket: str = ""
    time_s: float | None = None
    end_s: float | None = None
    times_s: list[float] = []
    note: str = ""
    source: str = "measured"
    confidence: float = 1.0


class VideoFacts(BaseModel):
    """What is known of a chosen video."""

    video_id: str
    title: str
    facts: list[Fact] = []

    def fact(self, type_: str) -> Fact | None:
        """The measured value of a type; a model's value only where nothing was measured."""
        found = [fact for fact in self.facts if fact.type == type_]
        return next((fact for fact in found if fact.source == "measured"), found[0] if found else None)


class ScoreFact(BaseModel):
    """What a level of a pattern was worth, as the newest learning run saw it."""

    platform: str
    type: str
    label: str
    level: str
    score: float
    interval_low: float | None = None
    interval_high: float | None = None
    sample_size: int
    meaning: str = ""


class StrategyInputs(BaseModel):
    """What a person asks for. `start_on` is the first day of the calendar, in `timezone`."""

    model_config = ConfigDict(str_strip_whitespace=True)

    platforms: list[PlatformKey] = Field(min_length=1, max_length=len(PLATFORMS))
    goals: list[Short] = Field(min_length=1, max_length=6)
    niche: str = Field(default="", max_length=120)
    audience: str = Field(default="", max_length=300)
    notes: str = Field(default="", max_length=2_000)
    tone: str = Field(default="casual", max_length=40)
    weeks: int = Field(default=4, ge=1, le=12)
    posts_per_week: int | None = Field(default=None, ge=1, le=21)
    start_on: date
    timezone: str = "UTC"
    language: str = Field(default="en", max_length=12)

    @field_validator("platforms", mode="before")
    @classmethod
    def _platforms(cls, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return list(dict.fromkeys(canonical(item) if isinstance(item, str) else item for item in value))

    @field_validator("goals")
    @classmethod
    def _goals(cls, value: list[str]) -> list[str]:
        return list(dict.fromkeys(goal.lower() for goal in value))

    @field_validator("start_on")
    @classmethod
    def _start_on(cls, value: date) -> date:
        return dates.check(value)

    @field_validator("timezone")
    @classmethod
    def _timezone(cls, value: str) -> str:
        try:
            zoneinfo.ZoneInfo(value)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            raise ValueError("must be an IANA time zone such as Europe/Paris") from None
        return value


class StrategyRequest(StrategyInputs):
    """The inputs with all facts. `variation` counts regenerations, so that another answer may come."""

    videos: list[VideoFacts] = Field(default=[], max_length=20)
    scores: list[ScoreFact] = []
    variation: int = Field(default=0, ge=0)


class Evidence(BaseModel):
    """Why something is said: which value of which video, where in it, or which source outside."""

    basis: Basis
    sentence: Text
    video_id: str = ""
    fact: str = ""
    value: float | None = None
    unit: str = ""
    time_s: float | None = None
    source: str = ""


class Recommendation(BaseModel):
    """One piece of advice. `basis` is the strongest kind of its evidence."""

    key: Short
    title: Short
    text: Text
    basis: Basis
    platforms: list[PlatformKey]
    evidence: list[Evidence]


class Slot(BaseModel):
    """A weekly time of day, in the schedule's time zone."""

    weekday: Weekday
    time: str
    basis: Basis

    @field_validator("time")
    @classmethod
    def _time(cls, value: str) -> str:
        if not _CLOCK.match(value):
            raise ValueError("must be a time like 18:00")
        return value


class PlatformSchedule(BaseModel):
    """How often and when on one platform."""

    platform: PlatformKey
    posts_per_week: int = Field(ge=1, le=21)
    slots: list[Slot] = Field(min_length=1, max_length=21)
    evidence: list[Evidence]


class PostingSchedule(BaseModel):
    """Times per platform. `note` says how far they can be trusted."""

    timezone: str
    platforms: list[PlatformSchedule]
    note: str


class HashtagSet(BaseModel):
    """Hashtags for one platform."""

    platform: PlatformKey
    hashtags: list[Short]


class HashtagStrategy(BaseModel):
    """What stays on every post, what varies per platform, and why."""

    core: list[Short]
    sets: list[HashtagSet]
    note: str


class Pillar(BaseModel):
    """A subject that returns."""

    name: Short
    share_pct: int = Field(ge=0, le=100)
    description: Text


class Theme(BaseModel):
    """A week's angle within a pillar."""

    name: Short
    pillar: Short
    description: Text


class Hook(BaseModel):
    """An opening line, with the length of opening that the measurements suggest."""

    text: Short
    kind: Short
    seconds: float = Field(gt=0, le=15)
    evidence: list[Evidence]


class CalendarItem(BaseModel):
    """One planned post: local date and time in the schedule's time zone."""

    on: date
    time: str
    platform: PlatformKey
    title: Short
    theme: Short
    hook: str
    based_on_video_id: str = ""

    @field_validator("time")
    @classmethod
    def _time(cls, value: str) -> str:
        if not _CLOCK.match(value):
            raise ValueError("must be a time like 18:00")
        return value


class Measure(BaseModel):
    """How to see whether a goal is reached."""

    goal: Short
    metric: Short
    text: Text


class StrategyContent(BaseModel):
    """The whole strategy; its fields are the sections that can be edited and regenerated."""

    title: Short
    summary: Text
    recommendations: list[Recommendation] = Field(min_length=1)
    posting_schedule: PostingSchedule
    hashtag_strategy: HashtagStrategy
    pillars: list[Pillar]
    themes: list[Theme]
    hooks: list[Hook]
    calendar: list[CalendarItem] = Field(max_length=400)
    measures: list[Measure]
    limitations: list[Text]


SECTIONS: dict[str, str] = {
    "summary": "Summary",
    "recommendations": "Recommendations",
    "posting_schedule": "Posting schedule",
    "hashtag_strategy": "Hashtags",
    "pillars": "Pillars",
    "themes": "Themes",
    "hooks": "Hooks",
    "calendar": "Content calendar",
    "measures": "How to measure",
    "limitations": "What this is based on",
}


def false_evidence(request: StrategyRequest, content: StrategyContent) -> list[str]:
    """Evidence that calls itself measured without being what was measured."""
    found: list[str] = []
    known = {(video.video_id, fact.type): fact.value for video in request.videos for fact in video.facts}
    for evidence in _evidence_of(content):
        if evidence.basis != "measured":
            continue
        value = known.get((evidence.video_id, evidence.fact))
        if value is None:
            found.append(f"evidence: {evidence.fact!r} of video {evidence.video_id!r} was not measured")
        elif evidence.value is None or abs(evidence.value - value) > max(0.01, abs(value) * 0.01):
            found.append(f"evidence: {evidence.fact!r} of video {evidence.video_id!r} is {value:g}")
    return found[:10]


def objections(request: StrategyRequest, content: StrategyContent) -> list[str]:
    """Refuse evidence that the request does not hold, platforms that were not asked for, and days before the start."""
    found = false_evidence(request, content)
    planned = {item.platform for item in content.calendar}
    planned |= {row.platform for row in content.posting_schedule.platforms}
    found += [f"platform {platform} was not asked for" for platform in sorted(planned - set(request.platforms))]
    if any(item.on < request.start_on for item in content.calendar):
        found.append(f"calendar: nothing may come before {request.start_on.isoformat()}")
    return found[:10]


def _evidence_of(content: StrategyContent) -> list[Evidence]:
    rows = [evidence for item in content.recommendations for evidence in item.evidence]
    rows += [evidence for hook in content.hooks for evidence in hook.evidence]
    return rows + [evidence for row in content.posting_schedule.platforms for evidence in row.evidence]
