"""Units and levels of pattern types: how a number becomes something that can be compared and said in words.

Thresholds are the product's own conventions, chosen so that ordinary short-form videos spread over the levels. Learning
compares levels, never raw numbers, so a change here starts new levels and must come with a new engine version.
"""

from collections.abc import Callable
from dataclasses import dataclass

from patterns.categories import CATEGORIES, Words
from patterns.models import PatternType


@dataclass(frozen=True, slots=True)
class Level:
    """Values below `below` (and not below the level before) have this name. `words` completes "The video …"."""

    name: str
    below: float
    words: str


@dataclass(frozen=True, slots=True)
class Scale:
    """One type of pattern. `spread` is a difference that people notice; similarity measures in it. The levels of an
    ordered scale are neighbours of each other; those of a vocabulary (unit `category`) are only the same or not."""

    unit: str
    levels: tuple[Level, ...]
    spread: float
    show: Callable[[float], str]
    ordered: bool = True

    def level(self, value: float) -> Level:
        """The level a value lies in."""
        return next((level for level in self.levels if value < level.below), self.levels[-1])


_END = float("inf")
_SHAPES = ((9, 16), (2, 3), (3, 4), (4, 5), (1, 1), (5, 4), (4, 3), (3, 2), (16, 9), (2, 1), (21, 9))


def _seconds(value: float) -> str:
    return f"{value:.1f} s"


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"


def _change(value: float) -> str:
    return f"{100 * value:.0f} % change/s"


def _shape(value: float) -> str:
    """`9:16`, or `0.62:1` for a shape without a name."""
    near = next(((wide, high) for wide, high in _SHAPES if abs(value * high / wide - 1) <= 0.02), None)
    return f"{near[0]}:{near[1]}" if near else f"{value:.2f}:1"


SCALES: dict[PatternType, Scale] = {
    PatternType.HOOK_TIMING: Scale(
        "s",
        (
            Level("early", 1.0, "cuts within the first second"),
            Level("middle", 3.0, "cuts within the first three seconds"),
            Level("late", _END, "holds its first shot for three seconds or longer"),
            # Never found by a value: there is no first cut to time.
            Level("no_cut", _END, "is a single shot"),
        ),
        1.5,
        _seconds,
    ),
    PatternType.HOOK_MOTION: Scale(
        "per_s",
        (
            Level("calm", 0.1, "opens calmly"),
            Level("moving", 0.5, "opens with motion"),
            Level("lively", _END, "opens with a lot of motion"),
        ),
        0.2,
        _change,
    ),
    PatternType.CUT_FREQUENCY: Scale(
        "per_min",
        (
            Level("slow", 10, "cuts rarely"),
            Level("medium", 25, "cuts at a moderate pace"),
            Level("fast", 50, "cuts fast"),
            Level("very_fast", _END, "cuts very fast"),
        ),
        15,
        lambda value: f"{value:.0f} cuts/min" if value >= 10 else f"{value:.1f}".removesuffix(".0") + " cuts/min",
    ),
    PatternType.SHOT_LENGTH: Scale(
        "s",
        (
            Level("short", 1.5, "has short shots"),
            Level("medium", 4.0, "has shots of medium length"),
            Level("long", _END, "has long shots"),
        ),
        1.5,
        _seconds,
    ),
    PatternType.MOTION: Scale(
        "per_s",
        (
            Level("calm", 0.1, "moves little"),
            Level("moving", 0.5, "moves steadily"),
            Level("lively", _END, "moves a lot"),
        ),
        0.2,
        _change,
    ),
    PatternType.FIRST_TEXT: Scale(
        "s",
        (
            Level("at_once", 0.5, "shows text from the beginning"),
            Level("early", 3.0, "shows its first text within three seconds"),
            Level("late", _END, "shows its first text after three seconds"),
            # Never found by a value: there is no first text to time.
            Level("no_text", _END, "shows no text"),
        ),
        1.5,
        _seconds,
    ),
    PatternType.OVERLAY_DENSITY: Scale(
        "ratio",
        (
            Level("none", 0.02, "shows hardly any text"),
            Level("some", 0.5, "shows text part of the time"),
            Level("mostly", _END, "shows text most of the time"),
        ),
        0.25,
        _share,
    ),
    PatternType.LOUDNESS: Scale(
        "lufs",
        (
            Level("quiet", -20, "is quieter than the platforms play it"),
            Level("usual", -11, "is about as loud as the platforms play it"),
            Level("loud", _END, "is louder than the platforms play it"),
        ),
        4,
        lambda value: f"{value:.1f} LUFS",
    ),
    PatternType.SILENCE: Scale(
        "ratio",
        (
            Level("none", 0.02, "is never silent"),
            Level("some", 0.15, "has short silences"),
            Level("much", _END, "is silent for long"),
        ),
        0.1,
        _share,
    ),
    PatternType.SPEECH: Scale(
        "ratio",
        (
            Level("none", 0.05, "has hardly any speech"),
            Level("some", 0.5, "speaks part of the time"),
            Level("mostly", _END, "speaks most of the time"),
        ),
        0.3,
        _share,
    ),
    PatternType.SPEECH_RATE: Scale(
        "syllables_per_s",
        (
            Level("slow", 3.5, "speaks slowly"),
            Level("medium", 5.0, "speaks at an ordinary pace"),
            Level("fast", _END, "speaks fast"),
        ),
        1.0,
        lambda value: f"{value:.1f} syllables/s",
    ),
    PatternType.MUSIC: Scale(
        "ratio",
        (
            Level("none", 0.1, "has no music to speak of"),
            Level("some", 0.6, "has music in part of it"),
            Level("throughout", _END, "has music throughout"),
        ),
        0.4,
        _share,
    ),
    PatternType.DURATION: Scale(
        "s",
        (
            Level("up_to_15_s", 15.0005, "lasts at most 15 seconds"),
            Level("up_to_30_s", 30.0005, "lasts 15 to 30 seconds"),
            Level("up_to_60_s", 60.0005, "lasts 30 to 60 seconds"),
            Level("over_60_s", _END, "lasts longer than a minute"),
        ),
        15,
        _seconds,
    ),
    PatternType.ASPECT: Scale(
        "ratio",
        (
            Level("portrait", 0.9, "is upright"),
            Level("square", 1.1, "is square"),
            Level("landscape", _END, "is wide"),
        ),
        0.6,
        _shape,
    ),
}


def _vocabulary(words: Words) -> Scale:
    labels = [label for label, _ in words.values()]
    last = len(words) - 1
    levels = tuple(
        Level(str(name), _END if index == last else index + 0.5, said)
        for index, (name, (_, said)) in enumerate(words.items())
    )
    return Scale("category", levels, 1.0, lambda value: labels[min(len(labels) - 1, round(value))], ordered=False)


SCALES |= {type_: _vocabulary(words) for type_, words in CATEGORIES.items()}


# Levels of a video that lacks what the type would time.
ABSENT = {"no_cut": "No cut", "no_text": "No text"}


def scale(type: str) -> Scale:
    """The scale of a pattern type."""
    return SCALES[PatternType(type)]


def shown(type: str, value: float, bucket: str) -> str:
    """A pattern's value for people."""
    return ABSENT.get(bucket) or scale(type).show(value)


def level_words(type: str, name: str) -> str:
    """A level in words; the bare name for one of an older engine."""
    return next((level.words for level in scale(type).levels if level.name == name), name)


def apart(type: str, a: tuple[float, str], b: tuple[float, str]) -> float:
    """How far two (value, level) pairs of one type lie apart, in spreads; one spread between different names."""
    if not scale(type).ordered:
        return float(a[1] != b[1])
    return abs(a[0] - b[0]) / scale(type).spread
