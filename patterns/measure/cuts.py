"""Which candidate boundaries are cuts.

Several ways in, from plain to subtle; every threshold is about the picture itself (shares of its lit area, ratios to
the change nearby), so that it holds for any size, frame rate and brightness. docs/measure.md tells how they were found.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .boundaries import CLEAR_RATIO, FLAT_SPREAD, HISTOGRAM_WEIGHT, LEAST_AREA, MOVED_ALIKE, Candidate, Trace

MOVED = 0.5  # share of the change that is what moved, from which it is
SAME_PICTURE, SAME_SCENE = 0.95, MOVED_ALIKE  # correlation of the coarse pictures
FAINT, MOST_AREA, MOST_RATIO = 60.0, 0.85, 12.0  # strength, sudden area, ratio: a redrawn picture stays below
INSERT_MS = 200  # two cuts this close around one flat colour are one cut with a flash on it


class CutKind(StrEnum):
    HARD = "hard"
    JUMP = "jump"  # inside one scene: time is skipped, or the camera punches in


@dataclass(frozen=True)
class Cut:
    frame: int  # first frame of the new shot
    time_ms: int
    kind: CutKind
    confidence: float


def find(trace: Trace) -> list[Cut]:
    chosen = [(candidate, _confidence(candidate)) for candidate in trace.candidates if is_cut(candidate)]
    merged = _without_flash_edges(trace, chosen)
    return [
        Cut(candidate.frame, int(trace.times_ms[candidate.frame]), _kind(candidate), round(confidence, 3))
        for candidate, confidence in merged
    ]


def is_cut(c: Candidate) -> bool:
    if c.returns_after or c.frame < 2:
        return False
    if _is_refresh(c):
        return False
    change = c.score - HISTOGRAM_WEIGHT * c.histogram  # of the cells alone; a key frame also stirs the histogram
    stands_out = c.ratio >= 2.1 and c.motion_ratio >= 1.3
    clearly_out = c.ratio >= 2.8 and c.motion_ratio >= 2.5
    return (
        # The whole picture at once.
        (c.area >= 0.5 and c.score >= 12 and c.ratio >= 1.5)
        # A large part, all over the picture.
        or (c.area >= 0.2 and c.spread >= 0.5 and change >= 9 and stands_out)
        # Edges all over the picture, too thin to be boxes: the camera stands elsewhere, or nearer.
        or (c.area >= 0.14 and c.spread >= 0.7 and c.solid < 0.8 and change >= 14 and stands_out)
        # Most of what can be seen to move, in a plain scene.
        or (c.area >= 0.15 and c.edge_area >= 0.4 and c.spread >= 0.5 and clearly_out)
        # A person before a still background, who is elsewhere at once.
        or (c.area >= 0.2 and c.spread >= 0.4 and c.fill < 0.7 and change >= 9 and c.ratio >= 5 and c.motion_ratio >= 3)
        # The same, however small: what is elsewhere now was there before, while what an overlay shows was not.
        or (
            c.moved >= MOVED
            and c.area >= LEAST_AREA
            and c.strength >= 45
            and c.ratio >= CLEAR_RATIO
            and c.motion_ratio >= 2
        )
    )


def _is_refresh(c: Candidate) -> bool:
    """The same picture drawn again: a key frame, a step of the bitrate or of the exposure. Nothing has moved in it."""
    if c.moved >= MOVED:
        return False
    faint = c.strength < FAINT and c.area < MOST_AREA and c.ratio < MOST_RATIO
    return c.alike >= SAME_PICTURE or (c.alike >= SAME_SCENE and faint)


def _confidence(c: Candidate) -> float:
    """0.5 at the edge of being one, towards 1 with the area that changed and how far it stands out."""
    stands_out = 1.0 - 1.5 / max(c.ratio, 1.5)
    return min(0.999, 0.5 + 0.25 * min(1.0, c.area / 0.8) + 0.25 * stands_out * min(1.0, c.score / 60))


def _kind(c: Candidate) -> CutKind:
    """The palette stays when only the time or the camera's distance jumps."""
    return CutKind.JUMP if c.histogram / c.lit < 0.65 and c.score < 90 else CutKind.HARD


def _without_flash_edges(trace: Trace, found: list[tuple[Candidate, float]]) -> list[tuple[Candidate, float]]:
    """A burst of one colour between two shots has two abrupt edges: the new shot's beginning is the cut."""
    out: list[tuple[Candidate, float]] = []
    for item in found:
        if out:
            gap = int(trace.times_ms[item[0].frame] - trace.times_ms[out[-1][0].frame])
            if item[0].frame - out[-1][0].frame <= 1:
                out[-1] = max(out[-1], item, key=lambda pair: pair[0].score)
                continue
            if gap <= INSERT_MS and _flat_between(trace, out[-1][0].frame, item[0].frame):
                out[-1] = item
                continue
        out.append(item)
    return out


def _flat_between(trace: Trace, first: int, last: int) -> bool:
    return bool(trace.grid[first:last, 0].std(axis=(1, 2)).max() < FLAT_SPREAD)


def flashes(trace: Trace) -> list[tuple[int, int]]:
    """First frame of every interruption that is no cut, and the frame at which the picture is back."""
    spans = [
        (c.frame, c.frame + c.returns_after) if c.onset else (c.frame - c.returns_after, c.frame)
        for c in trace.candidates
        if c.returns_after and c.score >= 25
    ]
    out: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], last))
        else:
            out.append((first, last))
    return out
