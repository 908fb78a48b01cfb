"""The chosen videos beside each other: per pattern type the values, their median and their extremes."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from patterns.levels import SCALES
from patterns.models import PatternType
from strategies.schema import Evidence, Fact, VideoFacts


@dataclass(frozen=True, slots=True)
class VideoValue:
    """One video's value."""

    video: VideoFacts
    fact: Fact

    @property
    def value(self) -> float:
        return self.fact.value


@dataclass(frozen=True, slots=True)
class Compared:
    """One pattern type over the videos that have it, rows from lowest to highest value."""

    type: str
    rows: tuple[VideoValue, ...]

    @property
    def label(self) -> str:
        return self.rows[0].fact.label

    @property
    def unit(self) -> str:
        return self.rows[0].fact.unit

    @property
    def low(self) -> VideoValue:
        return self.rows[0]

    @property
    def high(self) -> VideoValue:
        return self.rows[-1]

    @property
    def median(self) -> float:
        return median(row.value for row in self.rows)

    @property
    def several(self) -> bool:
        return len(self.rows) > 1

    @property
    def factor(self) -> float | None:
        """How many times the highest is the lowest; None where that means nothing."""
        return self.high.value / self.low.value if self.low.value > 0 else None


def compare(videos: Iterable[VideoFacts]) -> dict[str, Compared]:
    """All types that at least one video has. Ties keep the order of the videos, so the result is reproducible."""
    rows: dict[str, list[VideoValue]] = {}
    for video in videos:
        for type_ in dict.fromkeys(fact.type for fact in video.facts):
            fact = video.fact(type_)
            if fact is not None:
                rows.setdefault(type_, []).append(VideoValue(video, fact))
    return {type_: Compared(type_, _sorted(found)) for type_, found in rows.items()}


def _sorted(rows: list[VideoValue]) -> tuple[VideoValue, ...]:
    """By value. A video without a cut or a text has its length as value, which is no time to compare with others'."""
    timed = [row for row in rows if not row.fact.note]
    return tuple(sorted(timed or rows, key=lambda row: row.value))


def number(value: float) -> str:
    """At most two decimals, none where they are zero."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 100 else f"{value:.0f}"


def quantity(type_: str, value: float) -> str:
    """A value in the words of its pattern type; the bare number for a type that is not known any more."""
    return SCALES[PatternType(type_)].show(value) if type_ in PatternType.values else number(value)


def clock(time_s: float) -> str:
    """A place in a video: 0:03.2."""
    minutes, seconds = divmod(round(time_s, 1), 60)
    return f"{int(minutes)}:{seconds:04.1f}"


def evidence(row: VideoValue) -> Evidence:
    """A measured value as evidence; `time_s` is the place where it can be seen."""
    fact = row.fact
    label = "" if fact.unit == "per_min" else f"{fact.label.lower()} "
    said = fact.note.rstrip(".").lower() if fact.note else f"{label}{quantity(fact.type, fact.value)}"
    return Evidence(
        basis="measured",
        sentence=f"“{row.video.title}”: {said}",
        video_id=row.video.video_id,
        fact=fact.type,
        value=fact.value,
        unit=fact.unit,
        time_s=fact.time_s,
    )


def extremes(compared: Compared) -> list[Evidence]:
    """Evidence of the lowest and the highest value, or of the only one."""
    return [evidence(compared.low), evidence(compared.high)] if compared.several else [evidence(compared.low)]


def every(compared: Compared, most: int = 6) -> list[Evidence]:
    """Evidence of all videos, capped."""
    return [evidence(row) for row in compared.rows[:most]]


def title(row: VideoValue) -> str:
    """A video's title in quotation marks."""
    return f"“{row.video.title}”"
