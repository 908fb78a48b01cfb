"""Transitions that take a while: dissolves, fades from and to black or white, wipes.

Model: during a dissolve every picture lies on the straight line between the picture before and the one after, and moves
along it from 0 to 1; during a wipe every cell shows one of the two. What remains outside the model, as a share of the
distance between the two pictures, is small for a transition and large for motion. Worked on the coarse grid (8x8 points
of the thumb), between cuts, for windows of several lengths; the ramp itself then gives start and end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .boundaries import Trace
from .model import MAX_RESIDUE, Fit, PictureRun, cut_explains, fit_quality, new_share, shifted_alike
from .thumbs import F32, U8

WINDOWS_S = (0.24, 0.36, 0.54, 0.8, 1.2, 1.7, 2.4, 3.4)
MAX_SHIFTED_MOVING = 0.6
MAX_SHIFTED = 0.9  # the same for one picture moved against the other: a pan
CLEAN = 0.02  # residue below which the straight line itself is proof enough
MAX_CONTRAST = 0.3  # of what a blend loses in contrast: what only moves or turns keeps more of it
MIN_LENGTH_S, LONGEST_S = 0.12, 4.0
MIN_WIPE_S, LONGEST_WIPE_S = 0.2, 2.0
LARGEST_SHARE = 0.85
FAINT_FADE = 20.0  # mean change of luma from end to end
LEAST_NEW = 0.1  # of the change between the two pictures that plain motion does not explain
MERGE_GAP_S = 0.7
BLACK, WHITE, PLAIN = 40.0, 200.0, 8.0  # luma means and the spread that make a picture plain black or white
PATH_RATE = 32  # pictures per second that the search looks at
PIECE = 2048  # pictures at a time


class TransitionKind(StrEnum):
    DISSOLVE = "dissolve"
    FADE_IN = "fade_in"
    FADE_OUT = "fade_out"
    FADE_THROUGH = "fade_through"  # out to one colour and in again
    WIPE = "wipe"


@dataclass(frozen=True)
class Transition:
    start_ms: int
    end_ms: int
    kind: TransitionKind
    confidence: float


def find(trace: Trace, cuts: Sequence[int], flashes: Sequence[tuple[int, int]]) -> list[Transition]:
    """Transitions between the frames `cuts`; a flash (first and last frame) is a barrier too, and never a fade."""
    count = len(trace.times_ms)
    if count < 6:
        return []
    grid = _lit(trace.grid)
    flat = grid.reshape(count, -1)
    step = max(1, round(_rate(trace) / PATH_RATE))
    barriers = {frame for frame in [*cuts, *(edge for flash in flashes for edge in flash)] if 0 < frame < count}
    edges = [0, *sorted(barriers), count]
    found: list[Transition] = []
    for first, last in pairwise(edges):
        for start, stop in _pieces(first, last, step):
            times = trace.times_ms[start:stop:step].astype(np.float64)
            pictures = flat[start:stop:step].astype(np.float32)
            film = trace.film.part(start, stop)[::step]
            found += _in_part(PictureRun(times, pictures, grid.shape[2], grid.shape[3], film))
    bursts = [(int(trace.times_ms[a]), int(trace.times_ms[min(b, count - 1)])) for a, b in flashes]
    return _merged([t for t in found if not any(_covers(burst, t) for burst in bursts)])


def _pieces(first: int, last: int, step: int) -> Iterator[tuple[int, int]]:
    """A long part in overlapping pieces, so that memory does not grow with the video."""
    overlap = int(LONGEST_S * PATH_RATE) * step
    while last - first >= 5 * step:
        stop = min(last, first + PIECE * step)
        yield first, stop
        if stop == last:
            return
        first = stop - overlap


def _lit(grid: U8) -> U8:
    """Without the rows and columns that are black all the time (letterbox, pillarbox)."""
    peak = grid[:, 0].max(axis=0)
    rows, columns = np.flatnonzero(peak.max(axis=1) > 24), np.flatnonzero(peak.max(axis=0) > 24)
    if len(rows) < 3 or len(columns) < 3:
        return grid
    (top, bottom), (left, right) = (
        _without_edge(axis, size) for axis, size in zip((rows, columns), peak.shape, strict=True)
    )
    return grid[:, :, top:bottom, left:right]


def _without_edge(lit: NDArray[np.int64], size: int) -> tuple[int, int]:
    """First and end of the lit rows or columns; beside a bar one more is left out, for it is half black."""
    first, end = int(lit[0]), int(lit[-1]) + 1
    if end - first < 6:
        return first, end
    return first + (first > 0), end - (end < size)


def _covers(burst: tuple[int, int], transition: Transition) -> bool:
    shared = min(burst[1] + 100, transition.end_ms) - max(burst[0] - 100, transition.start_ms)
    return shared > 0.4 * (transition.end_ms - transition.start_ms)


def _rate(trace: Trace) -> float:
    span = float(trace.times_ms[-1] - trace.times_ms[0])
    return 1000.0 * (len(trace.times_ms) - 1) / span if span > 0 else 30.0


def _in_part(part: PictureRun) -> list[Transition]:
    fades = [t for t in (_measured(part, fit) for fit in _fades(part)) if t is not None]
    others = [t for t in (_measured(part, fit) for fit in _dissolves(part)) if t is not None]
    return fades + [t for t in others if not any(_shared(t, fade) > 0.2 for fade in fades)]


def _shared(a: Transition, b: Transition) -> float:
    """Overlap as a share of the shorter one."""
    overlap = min(a.end_ms, b.end_ms) - max(a.start_ms, b.start_ms)
    return overlap / max(1, min(a.end_ms - a.start_ms, b.end_ms - b.start_ms))


def _plain(luma: F32) -> NDArray[np.bool_]:
    mean, spread = luma.mean(axis=1), luma.std(axis=1)
    return np.asarray(((mean < BLACK) | (mean > WHITE)) & (spread < PLAIN))


def _fades(part: PictureRun) -> list[Fit]:
    """For every run of plain pictures, the longest ramps that lead to it and away from it."""
    luma = part.luma
    plain = _plain(luma)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], plain, [False]]).astype(np.int8)))
    lengths = np.unique(np.maximum(3, np.round(np.array(WINDOWS_S) * part.rate))).astype(int)
    fits: list[Fit] = []
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        run = luma[start:stop]
        extreme = np.abs(run.mean(axis=1) - 128.0) - run.std(axis=1)
        hit = start + np.flatnonzero(extreme > extreme.max() - 1.0)
        into = [(int(hit[0]) - n, int(hit[0])) for n in lengths if hit[0] - n >= 0]
        away = [(int(hit[-1]), int(hit[-1]) + n) for n in lengths if hit[-1] + n < len(luma)]
        into = into or ([(0, int(hit[0]))] if hit[0] >= 3 else [])
        away = away or ([(int(hit[-1]), len(luma) - 1)] if len(luma) - 1 - hit[-1] >= 3 else [])
        for pairs in (into, away):
            fit = _longest(part, pairs)
            if fit is not None and not any(fit.overlaps(other) for other in fits):
                fits.append(fit)
    return fits


def _longest(part: PictureRun, pairs: list[tuple[int, int]]) -> Fit | None:
    if not pairs:
        return None
    first, last = np.array(pairs).T
    residue, wipe, good = fit_quality(part, first, last, scenes=False)
    for k in np.flatnonzero(good & ~wipe)[::-1]:
        ends = part.luma[[first[k], last[k]]].std(axis=1)
        if ends.min() < 0.5 * ends.max() or ends.max() < PLAIN:
            return Fit(int(first[k]), int(last[k]), float(residue[k]), False)
    return None


def _dissolves(part: PictureRun) -> list[Fit]:
    """Best windows that fit the model, none overlapping another."""
    count = len(part.pictures)
    rated: list[tuple[float, Fit]] = []
    for window_s in WINDOWS_S:
        length = max(4, round(window_s * part.rate))
        if length >= count:
            break
        first = np.arange(0, count - length, max(1, length // 8))
        residue, wipe, good = fit_quality(part, first, first + length, scenes=True)
        for k in np.flatnonzero(good):
            fit = Fit(int(first[k]), int(first[k]) + length, float(residue[k]), bool(wipe[k]))
            rated.append((float(residue[k]) - 0.02 * float(np.log(window_s)), fit))
    chosen: list[Fit] = []
    for _, fit in sorted(rated, key=lambda pair: pair[0]):
        if not any(fit.overlaps(other) for other in chosen):
            chosen.append(_widened(part, fit))
    return chosen


def _widened(part: PictureRun, fit: Fit) -> Fit:
    """A piece of a dissolve fits as well as the whole: the window is widened while its ends still grow apart."""
    length = fit.last - fit.first
    steps = sorted({round(share * length) for share in (0.0, 0.12, 0.25, 0.4, 0.6)})
    pairs = [(fit.first - a, fit.last + b) for a in steps for b in steps]
    first, last = np.array([(a, b) for a, b in pairs if a >= 0 and b < len(part.pictures)]).T
    residue, wipe, good = fit_quality(part, first, last, scenes=True)
    apart = np.abs(part.pictures[last] - part.pictures[first]).mean(axis=1) * (1.0 - 3.0 * residue)
    apart[~(good & (residue < MAX_RESIDUE) & (wipe == fit.wipe))] = 0.0
    best = int(apart.argmax())
    if apart[best] <= 1.03 * apart[0]:
        return fit
    return Fit(int(first[best]), int(last[best]), float(residue[best]), fit.wipe)


def _measured(part: PictureRun, fit: Fit) -> Transition | None:
    """Start and end from the ramp between the two pictures, or None when it is no ramp after all."""
    share = _ramp(part, fit)
    low, high = _crossing(share, 0.15), _crossing(share, 0.85)
    slope = (high - low) / 0.7
    first = max(0.0, fit.first + low - 0.15 * slope)
    last = min(len(part.times) - 1.0, fit.first + high + 0.15 * slope)
    start, end = np.interp([first, last], np.arange(len(part.times)), part.times)
    kind = _kind(part, fit)
    least = MIN_WIPE_S if kind is TransitionKind.WIPE else MIN_LENGTH_S
    if not 1000 * least <= end - start <= 1000 * LONGEST_S:
        return None
    begin, finish = low - 0.15 * slope, high + 0.15 * slope
    if cut_explains(share, begin, finish) or _only_moves(part, fit, kind, int(first), int(np.ceil(last))):
        return None
    if kind in (TransitionKind.WIPE, TransitionKind.DISSOLVE):
        # Two scenes are to be seen by themselves, too: what fills its part from end to end is a way of moving.
        if last - first > LARGEST_SHARE * (len(part.times) - 1):
            return None
        if not _stands_out(part, first, last) or (fit.wipe and not _steady(part, fit, low, high)):
            return None
        if not fit.wipe and fit.residue > CLEAN and _kept_contrast(part, fit) > MAX_CONTRAST:
            return None
        limit = MAX_SHIFTED if fit.residue < MAX_RESIDUE else MAX_SHIFTED_MOVING
        if shifted_alike(part, fit.first, fit.last) > limit:
            return None
    return Transition(round(float(start)), round(float(end)), kind, round(max(0.5, 0.99 - 6 * fit.residue), 3))


def _only_moves(part: PictureRun, fit: Fit, kind: TransitionKind, first: int, last: int) -> bool:
    """Whether plain motion explains the pictures. The light of a smooth picture seems to move when it fades, so of a
    fade it is asked only where hardly any light goes: a dark place that somebody leaves."""
    if kind not in (TransitionKind.WIPE, TransitionKind.DISSOLVE):
        light = np.abs(part.luma[fit.last] - part.luma[fit.first]).mean()
        if light >= FAINT_FADE:
            return False
    return new_share(part, first, last) < LEAST_NEW


def _steady(part: PictureRun, fit: Fit, low: float, high: float) -> bool:
    """A wipe runs at an even pace (a growing circle nearly so) and not for long; what crosses the picture does not."""
    ramp = _ramp(part, fit)
    places = np.arange(int(np.ceil(low)), int(np.floor(high)) + 1)
    if len(places) < 3 or (high - low) / part.rate > 0.7 * LONGEST_WIPE_S:
        return len(places) < 3
    even = 0.15 + 0.7 * (places - low) / max(high - low, 1e-3)
    return bool(np.abs(ramp[places] - even).max() < 0.18)


def _kept_contrast(part: PictureRun, fit: Fit) -> float:
    """How much of the contrast that a blend of the two pictures must lose on its way is there all the same.

    Half of one picture and half of another are flatter than either: about 0 for a dissolve. A picture that turns or
    slides passes nearly the same straight line, but keeps its contrast: up to 1.
    """
    share = _ramp(part, fit)
    middle = np.flatnonzero((share > 0.3) & (share < 0.7))
    if not len(middle):
        return 0.0
    before, after, on_way = (
        _levelled(pictures)
        for pictures in (part.pictures[[fit.first]], part.pictures[[fit.last]], part.pictures[fit.first + middle])
    )
    at = share[middle, None]
    blends = (1 - at) * before + at * after
    lost = (at * (1 - at))[:, 0] * ((after - before) ** 2).sum()
    kept = (on_way**2).sum(axis=1) - (blends**2).sum(axis=1)
    return float(np.median(kept / np.maximum(lost, 1e-3)))


def _levelled(pictures: F32) -> F32:
    """Pictures without the mean of each of their three planes."""
    planes = pictures.reshape(len(pictures), 3, -1)
    return np.asarray((planes - planes.mean(axis=2, keepdims=True)).reshape(len(pictures), -1))


def _ramp(part: PictureRun, fit: Fit) -> F32:
    """How far each picture is on the way, 0..1: along the line, or for a wipe the share of the area that is done."""
    before, after = part.pictures[fit.first], part.pictures[fit.last]
    direction, way = after - before, part.pictures[fit.first : fit.last + 1] - before
    if not fit.wipe:
        return np.asarray(way @ direction / (float(direction @ direction) + 1e-3))
    moved = np.abs(direction) > 12.0
    if not moved.any():
        return np.linspace(0, 1, len(way), dtype=np.float32)
    return np.asarray(np.clip(way[:, moved] / direction[moved], 0.0, 1.0).mean(axis=1))


def _crossing(share: F32, level: float) -> float:
    """Where the ramp passes `level`, in pictures with a fraction."""
    above = np.flatnonzero(share >= level)
    at = int(above[0]) if len(above) else len(share) - 1
    if at == 0:
        return 0.0
    a, b = float(share[at - 1]), float(share[at])
    return at - 1 + (level - a) / (b - a) if b > a else float(at)


def _stands_out(part: PictureRun, first: float, last: float) -> bool:
    """The picture moves faster inside than in the calm beside it: slow drifts without edges are no transitions."""
    pictures = part.pictures
    a, b = int(np.floor(first)), int(np.ceil(last))
    span = max(3, (b - a) // 2)
    inside = float(np.abs(pictures[b] - pictures[a]).mean()) / max(1, b - a)
    outside = []
    for x, y in ((max(0, a - span), a), (b, min(len(pictures) - 1, b + span))):
        if y - x >= 2:
            outside.append(float(np.abs(pictures[y] - pictures[x]).mean()) / (y - x))
    return not outside or inside > 1.6 * min(outside)


def _kind(part: PictureRun, fit: Fit) -> TransitionKind:
    before_plain, after_plain = _plain(part.luma[[fit.first, fit.last]])
    spreads = part.luma[[fit.first, fit.last]].std(axis=1)
    if after_plain and not (before_plain and spreads[0] < spreads[1]):
        return TransitionKind.FADE_OUT
    if before_plain:
        return TransitionKind.FADE_IN
    return TransitionKind.WIPE if fit.wipe else TransitionKind.DISSOLVE


def _merged(found: list[Transition]) -> list[Transition]:
    """A fade out followed at once by a fade in is one transition through a colour."""
    out: list[Transition] = []
    for transition in sorted(found, key=lambda t: t.start_ms):
        last = out[-1] if out else None
        if last is not None and _shared(last, transition) > 0.5:
            out[-1] = max(last, transition, key=lambda t: t.confidence)  # seen in two pieces
        elif (
            last is not None
            and last.kind is TransitionKind.FADE_OUT
            and transition.kind is TransitionKind.FADE_IN
            and transition.start_ms - last.end_ms <= 1000 * MERGE_GAP_S
        ):
            confidence = min(last.confidence, transition.confidence)
            out[-1] = replace(last, end_ms=transition.end_ms, kind=TransitionKind.FADE_THROUGH, confidence=confidence)
        else:
            out.append(transition)
    return out
