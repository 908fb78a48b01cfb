"""The output timeline in whole frames.

Lengths in seconds are rounded where they end on the timeline, never one by one, so that many short segments do not
drift away from the sound. Picture and sound are both cut to these frames.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

from editing.plan import EditPlan, Output, Segment


@dataclass(frozen=True, slots=True)
class Clip:
    """One part of the plan on the timeline: `frames` long from frame `start`, overlapping the next by `overlap`."""

    part: Segment
    start: int
    frames: int
    overlap: int
    dip: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """All clips at one constant rate."""

    rate: Fraction
    clips: tuple[Clip, ...]

    @property
    def frames(self) -> int:
        """Frames of the whole timeline."""
        last = self.clips[-1]
        return last.start + last.frames

    @property
    def duration_s(self) -> float:
        """Seconds of the whole timeline."""
        return float(self.frames / self.rate)

    def frames_of(self, output: Output) -> int:
        """Frames of an output, at its own rate: the whole timeline, or less where the output is limited."""
        length = min(self.duration_s, output.max_duration_s or self.duration_s)
        return max(1, math.floor(length * float(output.rate) + 0.5 + 1e-9))

    def seconds_of(self, output: Output) -> float:
        """Seconds of an output."""
        return float(self.frames_of(output) / output.rate)

    def seconds(self, frames: int) -> float:
        """Seconds that a number of frames lasts."""
        return float(frames / self.rate)


def lay_out(plan: EditPlan) -> Timeline:
    """Put the plan's parts on a timeline at the highest rate that any output asks for."""
    rate = max(output.rate for output in plan.outputs)
    parts = plan.parts
    clips: list[Clip] = []
    begin = 0.0
    for place, part in enumerate(parts):
        is_last = place == len(parts) - 1
        end = begin + part.duration_s
        overlap_s = 0.0 if is_last else part.transition.overlap_s
        start = _frame(begin, rate)
        frames = max(1, _frame(end, rate) - start)
        overlap = start + frames - _frame(end - overlap_s, rate) if overlap_s else 0
        dips = part.transition.kind == "dip" and not is_last
        dip = _frame(part.transition.duration_s / 2, rate) if dips else 0
        clips.append(Clip(part, start, frames, overlap, dip))
        begin = end - overlap_s
    return Timeline(rate, tuple(clips))


def _frame(time_s: float, rate: Fraction) -> int:
    return round(time_s * float(rate))
