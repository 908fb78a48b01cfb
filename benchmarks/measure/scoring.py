"""Compare found facts with the labels of a clip."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

TOLERANCE_FRAMES = 2
LEAST_OVERLAP = 0.3  # intersection over union from which a transition counts as found
STEP_S = 0.01
SAME_TEXT = 0.8


@dataclass
class Tally:
    hit: int = 0
    false: int = 0
    missed: int = 0

    def add(self, other: Tally) -> None:
        self.hit += other.hit
        self.false += other.false
        self.missed += other.missed

    @property
    def precision(self) -> float:
        return self.hit / (self.hit + self.false) if self.hit + self.false else 1.0

    @property
    def recall(self) -> float:
        return self.hit / (self.hit + self.missed) if self.hit + self.missed else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass
class CutScore:
    every: Tally = field(default_factory=Tally)
    by_kind: dict[str, list[int]] = field(default_factory=dict)  # kind: found, planned
    exact: int = 0
    in_transitions: int = 0
    false_at: list[int] = field(default_factory=list)


def score_cuts(
    found: Iterable[int], planned: Sequence[tuple[int, str]], transitions: Sequence[tuple[int, int, str]]
) -> CutScore:
    """One to one within two frames. A cut reported inside a planned transition counts as false too, and apart."""
    score = CutScore()
    left = dict(planned)
    for frame in found:
        near = [p for p in left if abs(p - frame) <= TOLERANCE_FRAMES]
        if near:
            best = min(near, key=lambda p: abs(p - frame))
            score.exact += best == frame
            score.every.hit += 1
            score.by_kind.setdefault(left.pop(best), [0, 0])[0] += 1
        else:
            score.every.false += 1
            score.false_at.append(frame)
            score.in_transitions += any(a <= frame <= b for a, b, _ in transitions)
    score.every.missed = len(left)
    for _, kind in planned:
        score.by_kind.setdefault(kind, [0, 0])[1] += 1
    return score


def score_spans(
    found: Sequence[tuple[float, float]], planned: Sequence[tuple[float, float, str]]
) -> tuple[Tally, dict[str, list[int]], float]:
    """Transitions by overlap: the tally, found and planned per kind, and the mean overlap of those found."""
    tally, kinds, used, overlaps = Tally(), {}, set(), []
    for start, end, kind in planned:
        entry = kinds.setdefault(kind, [0, 0])
        entry[1] += 1
        rated = [(_overlap(span, (start, end)), k) for k, span in enumerate(found) if k not in used]
        best = max(rated, default=(0.0, -1))
        if best[0] >= LEAST_OVERLAP:
            used.add(best[1])
            overlaps.append(best[0])
            entry[0] += 1
            tally.hit += 1
        else:
            tally.missed += 1
    tally.false = len(found) - len(used)
    return tally, kinds, sum(overlaps) / len(overlaps) if overlaps else 0.0


def _overlap(a: tuple[float, float], b: tuple[float, float]) -> float:
    union = max(a[1], b[1]) - min(a[0], b[0])
    return max(0.0, min(a[1], b[1]) - max(a[0], b[0])) / union if union > 0 else 0.0


@dataclass
class TextScore:
    every: Tally = field(default_factory=Tally)
    exact: int = 0  # edges on the very frame
    edges: int = 0

    def add(self, other: TextScore) -> None:
        self.every.add(other.every)
        self.exact += other.exact
        self.edges += other.edges


def score_texts(
    found: Sequence[tuple[float, float, str]],
    planned: Sequence[tuple[int, int, str]],
    lettered: Sequence[tuple[int, int]],
) -> TextScore:
    """Texts by their words (0.8 alike, letters and digits alone) and half of their time, in frames.

    What is found in a scene that holds text of its own is not counted as false.
    """
    score, left = TextScore(), list(found)
    for first, last, text in planned:
        near = [one for one in left if min(one[1], last) - max(one[0], first) >= 0.5 * (last - first)]
        best = max(near, key=lambda one: _alike(one[2], text), default=None)
        if best is None or _alike(best[2], text) < SAME_TEXT:
            score.every.missed += 1
            continue
        left.remove(best)
        score.every.hit += 1
        score.edges += 2
        score.exact += (abs(best[0] - first) < 0.6) + (abs(best[1] - last) < 0.6)
    score.every.false = sum(not any(one[0] < b and one[1] > a for a, b in lettered) for one in left)
    return score


def _alike(a: str, b: str) -> float:
    one, other = ("".join(sign for sign in text.casefold() if sign.isalnum()) for text in (a, b))
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def score_time(found: Sequence[tuple[float, float]], planned: Sequence[tuple[float, float]], seconds: float) -> Tally:
    """Hundredths of a second that both, only the finding, or only the plan call a silence (or speech)."""
    tally = Tally()
    for step in range(int(seconds / STEP_S)):
        at = (step + 0.5) * STEP_S
        is_found = any(a <= at < b for a, b in found)
        is_planned = any(a <= at < b for a, b in planned)
        tally.hit += is_found and is_planned
        tally.false += is_found and not is_planned
        tally.missed += is_planned and not is_found
    return tally
