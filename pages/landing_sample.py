"""The sample clip of the landing page: one drawn video of 22 seconds with its measured layers.

Everything is plain geometry in SVG units, because the page's policy allows no inline style.
"""

import itertools
from dataclasses import dataclass
from typing import Final

DURATION_S: Final = 22.0
WIDTH: Final = 1120
LABELS: Final = 104
PX_PER_S: Final = (WIDTH - LABELS - 8) / DURATION_S

CUTS_S: Final = (0.8, 1.9, 3.0, 4.2, 5.1, 6.9, 8.0, 9.8, 11.6, 13.9, 16.4, 19.2)
HOOK_END_S: Final = 3.0
SILENCE_S: Final = ((10.6, 11.5),)
# Share of the picture that moves, every half second, 0 to 1.
MOTION: Final = (
    0.7, 0.9, 0.6, 0.8, 0.7, 0.5, 0.6, 0.4, 0.7, 0.5, 0.6, 0.4, 0.5, 0.6, 0.5, 0.7, 0.4, 0.5, 0.3, 0.4, 0.3, 0.1,
    0.1, 0.9, 1.0, 0.8, 0.5, 0.4, 0.4, 0.3, 0.4, 0.3, 0.5, 0.4, 0.3, 0.3, 0.4, 0.3, 0.2, 0.3, 0.2, 0.2, 0.1, 0.1,
)  # fmt: skip
# Loudness every half second, in LUFS.
LOUDNESS: Final = (
    -15, -13, -14, -13, -14, -15, -16, -15, -16, -15, -14, -15, -16, -17, -16, -15, -16, -17, -16, -18, -20, -24, -29,
    -16, -12, -12, -13, -14, -15, -15, -16, -15, -16, -15, -14, -15, -16, -15, -14, -13, -14, -15, -17, -20, -26,
)  # fmt: skip
LOUDEST, QUIETEST = -10, -32
SCENES: Final = ("face", "box", "hand", "text")


def x(seconds: float) -> float:
    """Where a moment stands on the axis."""
    return round(LABELS + seconds * PX_PER_S, 1)


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time: where it starts, how wide it is, where its middle is."""

    x: float
    width: float
    middle: float
    text: str = ""
    scene: str = ""


def bar(start: float, end: float, text: str = "", scene: str = "") -> Bar:
    width = round(x(end) - x(start), 1)
    return Bar(x(start), width, round(x(start) + width / 2, 1), text, scene)


@dataclass(frozen=True, slots=True)
class SampleNote:
    """A numbered remark that points at a moment; its line reaches down to the layer it speaks of."""

    number: int
    at: float
    reach: int
    time_s: float
    title: str
    text: str


NOTES: Final = (
    SampleNote(1, x(0.8), 88, 0.8, "The first cut comes early", "It falls at 0.8 s, the next one at 1.9 s."),
    SampleNote(
        2, x(5.1), 88, 5.1, "Fast, then calm", "Seven cuts in the first eight seconds, five in the other fourteen."
    ),
    SampleNote(
        3, x(11.2), 246, 11.2, "Silence before the reveal", "Sound and motion stop for a second; then both peak."
    ),
    SampleNote(
        4, x(19.2), 88, 19.2, "The last shot holds", "Nothing moves much for 2.8 seconds: room to read and to act."
    ),
)


def loudness_points(top: float, height: float) -> str:
    """The loudness curve as points of a polyline between `top` and `top + height`."""
    scale = height / (LOUDEST - QUIETEST)
    return " ".join(
        f"{x(index / 2)},{round(top + (LOUDEST - value) * scale, 1)}" for index, value in enumerate(LOUDNESS)
    )


def motion_bars(bottom: float, height: float) -> list[dict[str, float]]:
    """One bar per half second, standing on `bottom`."""
    width = round(PX_PER_S / 2 - 3, 1)
    return [
        {"x": x(index / 2), "y": round(bottom - value * height, 1), "width": width, "height": round(value * height, 1)}
        for index, value in enumerate(MOTION)
    ]


def timeline() -> dict[str, object]:
    """All layers, ready to be drawn."""
    edges = (0.0, *CUTS_S, DURATION_S)
    return {
        "width": WIDTH,
        "labels": LABELS,
        "duration_s": DURATION_S,
        "shots": [bar(a, b, scene=SCENES[i % len(SCENES)]) for i, (a, b) in enumerate(itertools.pairwise(edges))],
        "cuts": [x(cut) for cut in CUTS_S],
        "hook": bar(0, HOOK_END_S, "Hook, first 3 s"),
        "motion": motion_bars(184, 36),
        "silence": [bar(*stretch) for stretch in SILENCE_S],
        "ticks": [(x(second), f"0:{second:02d}") for second in range(0, 23, 2)],
        "loudness": loudness_points(196, 44),
        "notes": NOTES,
    }
