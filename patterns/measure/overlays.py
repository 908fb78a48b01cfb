"""From lines with their times to overlays: what was read twice is one text, and what comes and goes together too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .ocr import Box, TextLine
from .tracks import Track, same

JOIN_MS = 350
TOGETHER_MS = 100


@dataclass(frozen=True)
class Overlay:
    first: int
    last: int
    text: str
    box: Box
    confidence: float


def find(tracks: Sequence[Track], per_ms: float) -> list[Overlay]:
    """The texts in the order of their coming."""
    return _together(_joined(tracks, round(JOIN_MS * per_ms)), max(1, round(TOGETHER_MS * per_ms)))


def _joined(tracks: Sequence[Track], gap: int) -> list[Track]:
    """One track for each text, also when a picture between two readings of it was not read well."""
    out: list[Track] = []
    for track in sorted(tracks, key=lambda one: (one.first, one.last, one.line.box.top, one.line.text)):
        known = next((k for k in reversed(range(len(out))) if _continues(out[k], track, gap)), None)
        if known is None:
            out.append(track)
            continue
        former = out[known]
        best = max(former.line, track.line, key=lambda line: (round(line.score, 2), len(line.text)))
        confidence = max(former, track, key=lambda one: one.line is best).confidence
        out[known] = Track(min(former.first, track.first), max(former.last, track.last), best, confidence)
    return out


def _continues(a: Track, b: Track, gap: int) -> bool:
    return b.first - a.last <= gap and a.first - b.last <= gap and same(a.line, b.line)


def _together(tracks: Sequence[Track], frames: int) -> list[Overlay]:
    """Lines under and beside each other that come and go together are one overlay."""
    groups: list[list[Track]] = []
    for track in sorted(tracks, key=lambda one: (one.line.box.top, one.line.box.left, one.first)):
        group = next((g for g in groups if any(_belongs(one, track, frames) for one in g)), None)
        if group is None:
            groups.append([track])
        else:
            group.append(track)
    found = [_overlay(group) for group in groups]
    return sorted(found, key=lambda one: (one.first, one.box.top, one.box.left, one.last, one.text))


def _belongs(a: Track, b: Track, frames: int) -> bool:
    if max(abs(a.first - b.first), abs(a.last - b.last)) > frames:
        return False
    one, other = a.line.box, b.line.box
    line = min(one.height, other.height)
    gap_y = max(one.top, other.top) - min(one.bottom, other.bottom)
    gap_x = max(one.left, other.left) - min(one.right, other.right)
    return gap_y < 0.8 * line and gap_x < 1.5 * line


def _overlay(group: Sequence[Track]) -> Overlay:
    rows: list[list[TextLine]] = []
    for line in sorted((track.line for track in group), key=lambda one: (one.box.top + one.box.bottom, one.box.left)):
        middle = (line.box.top + line.box.bottom) / 2
        if rows and rows[-1][0].box.top < middle < rows[-1][0].box.bottom:
            rows[-1].append(line)
        else:
            rows.append([line])
    text = "\n".join(" ".join(one.text for one in sorted(row, key=lambda one: one.box.left)) for row in rows)
    box = group[0].line.box
    for track in group[1:]:
        box = box.joined(track.line.box)
    return Overlay(min(t.first for t in group), max(t.last for t in group), text, box, min(t.confidence for t in group))
