"""Chooses which stretch of the material each beat of a script is shown with.

A beat wants a duration. Its stretch starts at a place where an editor would cut: a measured cut, the start of speech,
or the joint of a dropped pause. Among all ways to put the beats on such places in order, without overlap, the one with
the best sum of scores is taken (dynamic programming; ties go to the earliest place, so the result is reproducible).
Then each end is moved to a cut or the end of a word group close by, and the next beat gives or takes the difference.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from editing.planners.measurements import Material, Span
from editing.planners.pauses import Condensed

SHORTEST_BEAT_S: Final = 0.6
_SNAP_RATIO: Final = 0.2  # of a beat's duration that its end may move
_SNAP_LIMIT_S: Final = 1.2
_GRID_S: Final = 0.5  # where nothing was measured a beat may start at any half second

_SPEECH_WEIGHT: Final = 1.0
_MOTION_WEIGHT: Final = 1.0
_HOOK_MOTION_WEIGHT: Final = 1.0  # added for the first beat: it decides whether people stay
_CUT_WEIGHT: Final = 0.6
_SPREAD_WEIGHT: Final = 0.8  # keeps the beats over the whole video, in the order it was told
_INTERRUPTED_PENALTY: Final = 0.7


@dataclass(frozen=True, slots=True)
class Beat:
    """A stretch of condensed time for one beat of the script."""

    span: Span
    starts_on: str
    ends_on: str


class Fitter:
    """Holds the places of one material on condensed time."""

    def __init__(self, material: Material, condensed: Condensed) -> None:
        self._material = material
        self._condensed = condensed
        to = condensed.to_condensed
        self._cuts = sorted({round(to(cut), 3) for cut in material.cuts if 0 < cut < material.duration_s})
        self._speech = [Span(to(span.start_s), to(span.end_s)) for span in material.speech]
        self._joints = sorted(round(joint, 3) for joint in condensed.joints)
        self._starts = self._start_places()
        self._ends = sorted({*self._cuts, *self._joints, *(round(span.end_s, 3) for span in self._speech)})

    def fit(self, durations: Sequence[float]) -> list[Beat]:
        """One beat for each duration (each at least `SHORTEST_BEAT_S`); together they last as long as the durations."""
        total = sum(durations)
        if total >= self._condensed.duration_s - 0.05:
            return self._divide(durations)
        starts = self._choose_starts(durations)
        return self._snap(starts, durations)

    def _start_places(self) -> list[float]:
        places = {0.0, *self._cuts, *self._joints, *(round(span.start_s, 3) for span in self._speech)}
        if len(places) < self._condensed.duration_s / 4:
            places |= {round(number * _GRID_S, 3) for number in range(int(self._condensed.duration_s / _GRID_S))}
        return sorted(place for place in places if place < self._condensed.duration_s - SHORTEST_BEAT_S)

    def _divide(self, durations: Sequence[float]) -> list[Beat]:
        """Everything there is, divided in the script's proportions at good places."""
        factor = self._condensed.duration_s / sum(durations)
        wanted = [duration * factor for duration in durations]
        starts = [sum(wanted[:number]) for number in range(len(wanted))]
        return self._snap(starts, wanted, is_seamless=True)

    def _choose_starts(self, durations: Sequence[float]) -> list[float]:
        """The start of each beat by dynamic programming over the start places."""
        places = self._starts
        tail = [sum(durations[number:]) for number in range(len(durations) + 1)]
        end = self._condensed.duration_s
        best: list[float] = []
        back: list[list[int]] = []
        for number, duration in enumerate(durations):
            row, origin = [], []
            leader = -1
            reached = 0
            for place in places:
                if number:
                    # All places whose beat is over when this one starts.
                    while reached < len(places) and places[reached] + durations[number - 1] <= place + 1e-6:
                        if best[reached] > (best[leader] if leader >= 0 else float("-inf")):
                            leader = reached
                        reached += 1
                is_possible = place + tail[number] <= end + 1e-6 and (not number or leader >= 0)
                before = best[leader] if number and leader >= 0 else 0.0
                score = self._score(place, duration, number, len(durations))
                row.append(before + score if is_possible else float("-inf"))
                origin.append(leader)
            best = row
            back.append(origin)
        return self._trace(best, back, durations)

    def _trace(self, best: list[float], back: list[list[int]], durations: Sequence[float]) -> list[float]:
        last = max(range(len(best)), key=lambda index: (best[index], -index)) if best else -1
        if last < 0 or best[last] == float("-inf"):
            # No row of good places leaves room for all: the beats follow each other from the best start.
            return [sum(durations[:number]) for number in range(len(durations))]
        chosen = [last]
        for number in range(len(durations) - 1, 0, -1):
            chosen.append(back[number][chosen[-1]])
        return [self._starts[index] for index in reversed(chosen)]

    def _score(self, start: float, duration: float, number: int, count: int) -> float:
        span = Span(start, start + duration)
        source = self._condensed.to_source(span)
        length = max(duration, 1e-6)
        motion = sum(self._material.motion(piece) * piece.duration_s for piece in source) / length
        spoken = sum(speech.shared(span) for speech in self._speech) / length
        score = _SPEECH_WEIGHT * spoken + _MOTION_WEIGHT * motion
        if number == 0:
            score += _HOOK_MOTION_WEIGHT * motion
        if self._is_at(self._cuts, start) or start == 0.0:
            score += _CUT_WEIGHT
        if self._interrupts(start):
            score -= _INTERRUPTED_PENALTY
        even = number / count * self._condensed.duration_s
        return score - _SPREAD_WEIGHT * abs(start - even) / self._condensed.duration_s

    def _snap(self, starts: list[float], durations: Sequence[float], *, is_seamless: bool = False) -> list[Beat]:
        beats: list[Beat] = []
        owed = 0.0  # what earlier beats took too little (positive) or too much
        position = 0.0
        for number, (start, duration) in enumerate(zip(starts, durations, strict=True)):
            is_last = number == len(starts) - 1
            begin = position if is_seamless else max(start, position)
            wanted = max(SHORTEST_BEAT_S, duration + owed)
            limit = self._condensed.duration_s - (0.0 if is_last else SHORTEST_BEAT_S * (len(starts) - 1 - number))
            # Every later beat keeps its shortest length, so that the sum comes out right.
            left = sum(durations[number:]) + owed
            limit = min(limit, begin + left - SHORTEST_BEAT_S * (len(starts) - 1 - number))
            if not is_last and not is_seamless:
                limit = min(limit, max(starts[number + 1], begin + SHORTEST_BEAT_S))
            if is_last:
                # The last beat makes the sum right; where the material ends too early it begins sooner.
                begin = max(position, min(begin, self._condensed.duration_s - wanted))
                end = min(self._condensed.duration_s, begin + wanted)
            else:
                end = self._good_end(begin, wanted, limit)
            beats.append(Beat(Span(begin, end), self._kind_of_start(begin), self._kind_of_end(end)))
            owed += duration - (end - begin)
            position = end
        return self._filled(beats, owed)

    def _filled(self, beats: list[Beat], missing: float) -> list[Beat]:
        """Lengthen beats into the free time around them until nothing is missing, the last ones first."""
        for index in reversed(range(len(beats))):
            if missing <= 0.001:
                break
            beat = beats[index]
            after = beats[index + 1].span.start_s if index + 1 < len(beats) else self._condensed.duration_s
            before = beats[index - 1].span.end_s if index else 0.0
            later = min(missing, after - beat.span.end_s)
            earlier = min(missing - later, beat.span.start_s - before)
            missing -= later + earlier
            span = Span(beat.span.start_s - earlier, beat.span.end_s + later)
            beats[index] = Beat(span, self._kind_of_start(span.start_s), self._kind_of_end(span.end_s))
        return beats

    def _good_end(self, begin: float, wanted: float, limit: float) -> float:
        plain = min(begin + wanted, limit)
        reach = min(_SNAP_LIMIT_S, _SNAP_RATIO * wanted)
        low = max(begin + SHORTEST_BEAT_S, plain - reach)
        high = min(limit, plain + reach)
        near = self._ends[bisect_left(self._ends, low) : bisect_right(self._ends, high)]
        quiet = [place for place in near if not self._interrupts(place)]
        return min(quiet or near, key=lambda place: (abs(place - plain), place), default=plain)

    def _interrupts(self, place: float) -> bool:
        """Whether a cut at this place would fall into the middle of speech."""
        return any(span.start_s + 0.1 < place < span.end_s - 0.1 for span in self._speech)

    def _kind_of_start(self, place: float) -> str:
        if place <= 0.001:
            return "start"
        if self._is_at(self._cuts, place):
            return "cut"
        if any(abs(span.start_s - place) < 0.02 for span in self._speech):
            return "speech"
        return "pause" if self._is_at(self._joints, place) else "time"

    def _kind_of_end(self, place: float) -> str:
        if place >= self._condensed.duration_s - 0.001:
            return "end"
        if self._is_at(self._cuts, place):
            return "cut"
        if any(abs(span.end_s - place) < 0.02 for span in self._speech):
            return "speech"
        return "pause" if self._is_at(self._joints, place) else "time"

    @staticmethod
    def _is_at(places: list[float], place: float) -> bool:
        index = bisect_left(places, place - 0.02)
        return index < len(places) and places[index] <= place + 0.02
