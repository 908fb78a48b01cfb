"""Long pauses, and a source without them.

Planning happens on the *condensed* time of a source: its time without the long pauses that will be dropped. A stretch
of condensed time is one or more stretches of the source, joined where a pause was.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from editing.planners.measurements import Material, Span

LONG_PAUSE_S: Final = 0.7
_KEEP_S: Final = 0.15  # of a pause, on each side of speech, so that words do not run into each other
_EPSILON: Final = 1e-6


class Condensed:
    """The material without its dropped pauses, with conversions in both directions."""

    def __init__(self, material: Material, dropped: Sequence[Span]) -> None:
        self.dropped = tuple(sorted(dropped))
        kept: list[Span] = []
        position = 0.0
        for gap in self.dropped:
            if gap.start_s - position > _EPSILON:
                kept.append(Span(position, gap.start_s))
            position = gap.end_s
        if material.duration_s - position > _EPSILON:
            kept.append(Span(position, material.duration_s))
        self._kept = tuple(kept)
        self._starts: list[float] = []
        total = 0.0
        for span in self._kept:
            self._starts.append(total)
            total += span.duration_s
        self.duration_s = total

    @property
    def joints(self) -> tuple[float, ...]:
        """Condensed times at which a pause was taken out."""
        return tuple(self._starts[1:])

    def to_condensed(self, time_s: float) -> float:
        """Where a moment of the source lies; a moment inside a dropped pause lies at its joint."""
        for start, span in zip(self._starts, self._kept, strict=True):
            if time_s < span.start_s:
                return start
            if time_s <= span.end_s:
                return start + time_s - span.start_s
        return self.duration_s

    def to_source(self, span: Span) -> tuple[Span, ...]:
        """The stretches of the source that a condensed stretch is made of."""
        found = []
        first = max(0, bisect_right(self._starts, span.start_s + _EPSILON) - 1)
        for start, kept in list(zip(self._starts, self._kept, strict=True))[first:]:
            begin = max(span.start_s, start)
            end = min(span.end_s, start + kept.duration_s)
            if end - begin > _EPSILON:
                found.append(Span(kept.start_s + begin - start, kept.start_s + end - start))
        return tuple(found)


def condense(material: Material, needed_s: float) -> Condensed:
    """Drop long pauses, the longest first, while enough is left for `needed_s`.

    Without speech there are no pauses, only quiet pictures, and nothing is dropped.
    """
    pauses = [_shrunk(silence, material) for silence in material.silences if silence.duration_s >= LONG_PAUSE_S]
    spare = material.duration_s - needed_s
    dropped = []
    if material.speech:
        for pause in sorted(pauses, key=lambda item: (-item.duration_s, item.start_s)):
            if pause.duration_s <= spare:
                dropped.append(pause)
                spare -= pause.duration_s
    return Condensed(material, dropped)


def _shrunk(silence: Span, material: Material) -> Span:
    start = silence.start_s + (_KEEP_S if silence.start_s > 0.05 else 0.0)
    end = silence.end_s - (_KEEP_S if silence.end_s < material.duration_s - 0.05 else 0.0)
    return Span(start, end)
