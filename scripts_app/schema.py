"""What a script is asked with, and its segments: timed without gaps or overlaps, exactly as long as asked.

`start_time`, `end_time`, `visual`, `audio` and `text_overlay` are the documented names. `audio` is what is said;
directions stand in square brackets and are not counted as words.
"""

import re
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from platforms.schema import PlatformKey
from strategies.schema import Fact, Short, Text

LEAST_SEGMENT_S = 0.5
_STEP = 3  # decimals of a time in seconds
_DIRECTION = re.compile(r"\[[^\]]*\]")
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)]


class Role(StrEnum):
    """What a segment is for."""

    HOOK = "hook"
    SETUP = "setup"
    POINT = "point"
    PROOF = "proof"
    CTA = "cta"


class ScriptInputs(BaseModel):
    """What a person asks for. `points` are what the clip should say, in order; `duration` in seconds."""

    model_config = ConfigDict(str_strip_whitespace=True)

    concept: Text = Field(max_length=500)
    platform: PlatformKey
    duration: float = Field(default=30.0, ge=5, le=600)
    points: list[Short] = Field(default=[], max_length=12)
    audience: str = Field(default="", max_length=300)
    tone: str = Field(default="casual", max_length=40)
    language: str = Field(default="en", max_length=12)

    @field_validator("duration")
    @classmethod
    def _duration(cls, value: float) -> float:
        return round(value, 1)


class ScriptRequest(ScriptInputs):
    """The inputs with the patterns to follow. `variation` counts the variations of one concept from 0."""

    patterns: list[Fact] = Field(default=[], max_length=60)
    hooks: list[Short] = Field(default=[], max_length=12)
    variation: int = Field(default=0, ge=0)


def spoken_words(audio: str) -> int:
    """Words that are said; directions in brackets and bare signs do not count."""
    return sum(1 for word in _DIRECTION.sub(" ", audio).split() if any(char.isalnum() for char in word))


class Segment(BaseModel):
    """One stretch of the clip, in seconds from its start."""

    start_time: float = Field(ge=0)
    end_time: float = Field(gt=0)
    role: Role
    visual: Line
    audio: Line
    text_overlay: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""

    @field_validator("start_time", "end_time")
    @classmethod
    def _rounded(cls, value: float) -> float:
        return round(value, _STEP)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return round(self.end_time - self.start_time, _STEP)

    @property
    def words(self) -> int:
        """Spoken words; directions in brackets do not count."""
        return spoken_words(self.audio)


class Reason(BaseModel):
    """Which measured or conventional value shaped the script, and how."""

    basis: str
    sentence: Text
    fact: str = ""
    value: float | None = None
    unit: str = ""


class ScriptContent(BaseModel):
    """The whole script."""

    title: Short
    segments: list[Segment] = Field(min_length=1, max_length=120)
    music: Line = ""
    notes: list[Text] = []
    reasons: list[Reason] = []

    @property
    def duration(self) -> float:
        """Its length in seconds."""
        return self.segments[-1].end_time

    @property
    def words(self) -> int:
        """All spoken words."""
        return sum(segment.words for segment in self.segments)


def timing_problems(segments: list[Segment], *, duration: float | None = None) -> list[tuple[int, str]]:
    """What is wrong with the times, as (segment number from 0, sentence)."""
    found: list[tuple[int, str]] = []
    before = 0.0
    for index, segment in enumerate(segments):
        place = f"Segment {index + 1}"
        if segment.seconds < LEAST_SEGMENT_S:
            found.append((index, f"{place} must last at least {LEAST_SEGMENT_S:g} s."))
        if segment.start_time > before:
            found.append((index, f"{place} leaves a gap: it starts at {segment.start_time:g} s, not at {before:g} s."))
        elif segment.start_time < before:
            found.append((index, f"{place} overlaps: it starts at {segment.start_time:g} s, not at {before:g} s."))
        before = segment.end_time
    if duration is not None and segments and before != round(duration, _STEP):
        found.append((len(segments) - 1, f"The script ends at {before:g} s; it should end at {duration:g} s."))
    return found


def objections(request: ScriptRequest, content: ScriptContent) -> list[str]:
    """Times that do not fit, a hook that is not first, a call to action that is not last, invented measurements."""
    found = [sentence for _, sentence in timing_problems(content.segments, duration=request.duration)]
    if content.segments[0].role is not Role.HOOK:
        found.append("The first segment must have the role hook.")
    if len(content.segments) > 1 and content.segments[-1].role is not Role.CTA:
        found.append("The last segment must have the role cta.")
    known = {fact.type: [f.value for f in request.patterns if f.type == fact.type] for fact in request.patterns}
    for reason in content.reasons:
        if reason.basis != "measured":
            continue
        values = known.get(reason.fact, [])
        if reason.value is None or not any(
            abs(reason.value - value) <= max(0.01, abs(value) * 0.01) for value in values
        ):
            found.append(f"reasons: {reason.fact!r} was not measured as {reason.value}")
    return found[:10]
