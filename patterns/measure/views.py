"""Which pictures are worth reading for text: one of each shot and one for every text that comes later in it.

Text laid over a video stands still, if only for a moment, while it can be read. What is looked for is therefore a
region that stands still, has edges, and is not yet part of a picture that will be read. Nothing is sampled by a clock:
a still shot costs one picture however long it lasts, and a text that stays for half a second is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .film import Film
from .thumbs import U8

I16 = NDArray[np.int16]
Mask = NDArray[np.bool_]

STILL_MS = 160  # how long a region must have stood still
STEP_MS = 90
STILL = 10  # luma levels within which a point stands still
NEW = 14  # luma levels by which it differs from what will be read
EDGE = 10
BOX = (2, 5)  # rows and columns of half-thumb points: the least text has about this form
LEAST_IN_BOX = 5
LEAST_POINTS = 6
REMEMBERED = 8
COMING_MS = 350  # how long ago a text may have begun to come
STEP = 6  # luma levels of one picture to the next
AT_ONCE = 10  # points
SURE = 18  # points, about five letters
TOGETHER = 0.5  # of all new points
SOON_MS = 330  # a picture this much later in the same shot shows the same text, whole
ORDINARY_PER_MINUTE = 20
MOST_PER_MINUTE = 75  # of a video with that many shots
PER_SHOT = 1.6
LEAST_BUDGET = 10
BRIEF_S = 0.5  # shots shorter than this are read last


@dataclass(frozen=True)
class Stretch:
    """Frames `first` up to `last` (not included) without a cut or a transition.

    The shot itself is seen for `beside` frames more: half of the transitions before and after it.
    """

    first: int
    last: int
    beside: float = 0.0


@dataclass(frozen=True)
class View:
    frame: int
    later: bool  # the shot was to be read before, and this is new in it
    points: int  # how much of it is new, still and edged
    at_once: int  # how much of that came with one picture: a text comes at once, what moves comes bit by bit
    lasts_s: float  # of the shot


@dataclass(frozen=True)
class Chosen:
    """Both in order."""

    read: list[View]  # the pictures to read
    glanced: list[View]  # beyond the budget, where something came at once: a text read before may be known again


def stretches(frames: int, cuts: Sequence[int], transitions: Sequence[tuple[int, int]]) -> list[Stretch]:
    """Between two cuts or transitions (first and last frame) nothing but the picture's own motion happens."""
    edges = [(cut, cut) for cut in cuts] + [(first, last + 1) for first, last in transitions]
    out, at, before = [], 0, 0.0
    for first, last in [*sorted(edges), (frames, frames)]:
        half = (last - first) / 2
        if first > at:
            out.append(Stretch(at, first, before + half))
        at, before = max(at, last), half
    return out


def choose(film: Film, times_ms: NDArray[np.int64], parts: Sequence[Stretch]) -> Chosen:
    """The pictures to read, within the budget of a video of this length and this many shots, and as many at most to
    glance at."""
    if len(times_ms) < 2:
        return Chosen([], [])
    usual = max(1.0, float(np.median(np.diff(times_ms))))
    still = max(3, round(STILL_MS / usual))
    step = max(1, round(STEP_MS / usual))
    found = [view for part in parts for view in _of_stretch(film, part, still, step, usual)]
    minutes = float(times_ms[-1] - times_ms[0]) / 60_000
    budget = min(MOST_PER_MINUTE * minutes, max(ORDINARY_PER_MINUTE * minutes, PER_SHOT * len(parts)))
    return _within(found, max(LEAST_BUDGET, round(budget)))


def _within(found: list[View], budget: int) -> Chosen:
    """The most promising: what came at once within a shot, then shots that last, then all else."""

    def rank(view: View) -> tuple[int, float, int]:
        if view.later:
            together = view.at_once >= max(AT_ONCE, TOGETHER * view.points)
            kind = 0 if together and view.at_once >= SURE else 2 if together else 3
            return kind, -float(view.at_once), view.frame
        return (1 if view.lasts_s >= BRIEF_S else 4), -view.lasts_s, view.frame

    ranked = sorted(found, key=rank)
    came = [view for view in ranked[budget:] if view.at_once >= AT_ONCE]
    return Chosen(*(sorted(some, key=lambda view: view.frame) for some in (ranked[:budget], came[:budget])))


def _of_stretch(film: Film, part: Stretch, still: int, step: int, usual_ms: float) -> list[View]:
    length = part.last - part.first
    if length < still + 1:
        return []
    lasts_s = (length + part.beside) * usual_ms / 1000
    out: list[View] = []
    seen: list[tuple[I16, Mask]] = []
    coming = max(2, round(COMING_MS / usual_ms))
    start = min(part.first + max(still, round(0.35 * 1000 / usual_ms)), part.first + (length + still) // 2)
    for frame in [*range(start, part.last, step), part.last - 1]:
        pictures = film.part(frame - still + 1, frame + 1)
        rests = (pictures.max(axis=0) - pictures.min(axis=0)) <= STILL
        mask = _text_like(pictures, rests, seen)
        if mask is not None:
            before = film.part(max(part.first, frame - still - coming), frame + 1).astype(np.int16)
            at_once = _at_once(before[:, mask])
            out.append(View(frame, bool(seen), int(mask.sum()), at_once, lasts_s))
            # What may not be read in the end covers no more than what it was chosen for.
            covers = np.ones_like(mask) if at_once >= AT_ONCE or not seen else mask
            seen = [*seen[-REMEMBERED + 1 :], (pictures[-1].astype(np.int16), covers)]
    return _once_each(out, SOON_MS / usual_ms)


def _once_each(found: Sequence[View], soon: float) -> list[View]:
    """A picture shortly behind another shows the same text, and the rest of it: it stands for both."""
    out: list[View] = []
    for view in found:
        last = out[-1] if out else None
        if last and min(last.at_once, view.at_once) >= AT_ONCE and view.frame - last.frame <= soon and view.later:
            merged = replace(view, at_once=max(last.at_once, view.at_once), later=last.later)
            out[-1] = merged
        else:
            out.append(view)
    return out


def _text_like(pictures: U8, rests: Mask, seen: Sequence[tuple[I16, Mask]]) -> Mask | None:
    """The points of the last picture that stand still, have edges and are in none of `seen`; None when too few."""
    mask = rests.copy()
    here = pictures[-1].astype(np.int16)
    for other, covered in seen:
        mask &= ~covered | (np.abs(here - other) > NEW)
    if int(mask.sum()) < LEAST_POINTS:
        return None
    mask &= edged(here)
    return None if int(mask.sum()) < LEAST_POINTS or _fullest_box(mask) < LEAST_IN_BOX else mask


def _at_once(points: I16) -> int:
    """Most points (pictures, points) that took a good part of their whole change with one picture."""
    if len(points) < 2:
        return 0
    steps = np.abs(np.diff(points, axis=0))
    whole = np.abs(points[-1] - points).max(axis=0)
    return int((steps >= np.maximum(STEP, whole // 4)).sum(axis=1).max())


def edged(picture: I16) -> Mask:
    """Points that differ from a neighbour."""
    out = np.zeros(picture.shape, dtype=bool)
    rows, columns = np.abs(np.diff(picture, axis=0)) >= EDGE, np.abs(np.diff(picture, axis=1)) >= EDGE
    out[:-1] |= rows
    out[1:] |= rows
    out[:, :-1] |= columns
    out[:, 1:] |= columns
    return out


def _fullest_box(mask: Mask) -> int:
    sums = np.pad(mask.astype(np.int32).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    rows, columns = (min(BOX[k], mask.shape[k]) for k in (0, 1))
    boxes = sums[rows:, columns:] - sums[:-rows, columns:] - sums[rows:, :-columns] + sums[:-rows, :-columns]
    return int(boxes.max())
