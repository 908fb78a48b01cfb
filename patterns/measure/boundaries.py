"""How unlike every frame is to the one before it, and the few boundaries that could be a cut.

Streaming: pictures come in batches, a boundary is judged once its surroundings (a third of a second to each side, more
for the fading of a flash) are in memory, and only scalars, the coarse grid and the candidates are kept.

The leading idea is the *sudden area*: the share of the picture's cells that change far more at this boundary than at
any other within a tenth of a second. A cut changes the whole picture at once; a pan, a shake or a whip changes it at
many boundaries; an overlay changes one small box; a flash changes everything, but the picture returns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from . import shapes, thumbs
from .film import BATCH, Film
from .thumbs import F32, U8, Geometry

NEAR_MS = 105  # neighbours of a boundary
RETURN_MS = 260  # a picture that is back within this time was interrupted, not cut
FLASH_MS = 700  # the same behind a burst of light, which may fade away slowly
REACH = 64  # most frames to each side that are looked at
BLACK = 22.0  # luma of limited range below which a cell counts as black
MIN_SCORE = 2.0
USUAL_AREA, LEAST_AREA, CLEAR_RATIO = 0.08, 0.03, 4.0  # of the sudden cells; the least where the change stands out
MOVED_REACH, MOVED_LEAST = 8, 12.0  # points that something may have moved, and the least change of a block
MOVED_ALIKE = 0.5  # of the coarse pictures, from which it is asked what has moved
BLEND_RESIDUE, BLEND_SHARE = 0.05, (0.15, 0.85)  # of a picture that is a mix of the two beside it
HISTOGRAM_WEIGHT = 20.0
LIGHT_JUMP = 12.0
FLAT_SPREAD = 8.0  # of luma; a picture below it is one colour


@dataclass(frozen=True)
class Candidate:
    """What is known about one boundary (between `frame` - 1 and `frame`)."""

    frame: int
    score: float  # mean change of the cells plus 20 x histogram change
    histogram: float  # 0..3
    ratio: float  # score over the largest score nearby
    motion_ratio: float  # the same for the difference that motion does not explain
    area: float  # sudden cells / lit cells
    edge_area: float  # sudden cells / cells with structure, among those with structure
    spread: float  # bounding box of the sudden cells / lit part of the picture
    lit: float  # share of the picture that is not black
    fill: float  # sudden cells / bounding box
    solid: float  # sudden cells that lie in a block of 2x3 of them / all sudden cells
    returns: float  # unlikeness of the pictures around, once the interruption is over, over the change here
    returns_after: int  # frames until the picture is back, 0 when it never is
    onset: bool  # the interruption begins here (else it ends here)
    flat: bool  # the picture behind (or before) is nearly one colour
    strength: float = 255.0  # of the strongest change: its 98th percentile among the sudden cells, over Y, U, V
    moved: float = 0.0  # share of the change that is explained by what moved, 0 where it was not asked
    alike: float = 0.0  # correlation of the coarse pictures before and after


@dataclass
class Trace:
    """Per-frame facts of the whole video; index 0 of a per-boundary array is the first frame and holds 0."""

    geometry: Geometry
    times_ms: NDArray[np.int64]
    change: F32  # mean |difference| of lit cells over Y, U, V
    score: F32
    grid: U8  # (n, 3, h/8, w/8)
    film: Film
    candidates: list[Candidate] = field(default_factory=list)


@dataclass
class _Window:
    times: NDArray[np.int64]
    halves: U8
    cells: F32
    change: F32
    score: F32
    hist: F32

    @classmethod
    def joined(cls, a: _Window | None, b: _Window) -> _Window:
        if a is None:
            return b
        return cls(*(np.concatenate([getattr(a, name), getattr(b, name)]) for name in cls.__dataclass_fields__))

    def tail(self, start: int) -> _Window:
        return _Window(*(getattr(self, name)[start:] for name in self.__dataclass_fields__))

    def __len__(self) -> int:
        return len(self.times)


def _batches(pictures: Iterable[tuple[int, bytes]]) -> Iterator[tuple[list[int], bytes]]:
    times: list[int] = []
    parts: list[bytes] = []
    for ms, picture in pictures:
        times.append(ms)
        parts.append(picture)
        if len(times) == BATCH:
            yield times, b"".join(parts)
            times, parts = [], []
    if times:
        yield times, b"".join(parts)


class Scanner:
    """Feeds on batches of thumbs; `trace` after `end` holds the facts."""

    def __init__(self, geometry: Geometry) -> None:
        self._geometry = geometry
        self._window: _Window | None = None
        self._offset = 0  # frame number of the window's first picture
        self._judged = 1  # next boundary to judge
        self._last: tuple[F32, F32] | None = None
        self._times: list[NDArray[np.int64]] = []
        self._change: list[F32] = []
        self._score: list[F32] = []
        self._grid: list[U8] = []
        self._film = Film(geometry.height // 2, geometry.width // 2)
        self.candidates: list[Candidate] = []

    def feed(self, times: list[int], raw: bytes) -> None:
        pictures = np.frombuffer(raw, np.uint8).reshape(len(times), self._geometry.frame_bytes)
        halves = thumbs.half_planes(*self._geometry.planes(pictures))
        cells = thumbs.cell_means(halves)
        shares = thumbs.histograms(halves)
        change, hist = self._differences(cells, shares)
        score = change + np.float32(HISTOGRAM_WEIGHT) * hist
        stamps = np.asarray(times, dtype=np.int64)
        self._times.append(stamps)
        self._change.append(change)
        self._score.append(score)
        self._grid.append(thumbs.grid_means(cells))
        self._film.add(halves[:, 0])
        self._window = _Window.joined(self._window, _Window(stamps, halves, cells, change, score, hist))
        self._judge(self._offset + len(self._window) - REACH)
        self._forget()

    @property
    def reached_s(self) -> float:
        return float(self._times[-1][-1]) / 1000 if self._times else 0.0

    def end(self) -> Trace:
        if self._window is not None:
            self._judge(self._offset + len(self._window))
        height, width = self._geometry.height // 8, self._geometry.width // 8
        empty = np.empty(0, np.float32)
        return Trace(
            self._geometry,
            np.concatenate(self._times) if self._times else np.empty(0, np.int64),
            np.concatenate(self._change) if self._change else empty,
            np.concatenate(self._score) if self._score else empty,
            np.concatenate(self._grid) if self._grid else np.empty((0, 3, height, width), np.uint8),
            self._film,
            self.candidates,
        )

    def _differences(self, cells: F32, shares: F32) -> tuple[F32, F32]:
        first = (cells[:1], shares[:1]) if self._last is None else self._last
        self._last = (cells[-1:].copy(), shares[-1:].copy())
        before = np.concatenate([first[0], cells[:-1]])
        difference = np.abs(cells - before).sum(axis=1)
        lit = (np.maximum(cells[:, 0], before[:, 0]) >= BLACK).reshape(len(cells), -1)
        share = np.maximum(lit.sum(axis=1), 0.1 * lit.shape[1])
        change = ((difference.reshape(len(cells), -1) * lit).sum(axis=1) / share).astype(np.float32)
        earlier = np.concatenate([first[1], shares[:-1]])
        hist = (np.abs(shares - earlier).sum(axis=1) / 2).astype(np.float32)
        return change, hist

    def _forget(self) -> None:
        assert self._window is not None
        start = max(0, self._judged - self._offset - REACH - 1)
        if start:
            self._window = self._window.tail(start)
            self._offset += start

    def _judge(self, stop: int) -> None:
        assert self._window is not None
        window = self._window
        examiner = _Examiner(window)
        for frame in range(self._judged, stop):
            at = frame - self._offset
            value = window.score[at]
            if value < MIN_SCORE or value < window.score[max(0, at - 2) : at + 3].max():
                continue
            candidate = examiner.examine(at, frame)
            if candidate is not None:
                self.candidates.append(candidate)
        self._judged = max(self._judged, stop)


def _neighbours(window: _Window, at: int) -> NDArray[np.int64]:
    """Other boundaries within NEAR_MS, at least two to each side where there are any."""
    low, high = max(1, at - REACH), min(len(window), at + REACH + 1)
    span = np.arange(low, high)
    near = (np.abs(window.times[low:high] - window.times[at]) <= NEAR_MS) | (np.abs(span - at) <= 2)
    return span[near & (span != at)]


class _Examiner:
    """Judges boundaries of one window; what is found out about interruptions is kept for the boundaries beside them."""

    def __init__(self, window: _Window) -> None:
        self._window = window
        self._returns: dict[int, _Return] = {}

    def returns(self, at: int) -> _Return:
        if at not in self._returns:
            self._returns[at] = _Return.search(self._window, at)
        return self._returns[at]

    def examine(self, at: int, frame: int) -> Candidate | None:
        window = self._window
        near = self._steady_neighbours(at)
        first, last = self._around_blend(at)
        near = near[(near < first) | (near > last)]
        score = float(window.score[first : last + 1].sum())
        loudest = float(window.score[near].max()) if len(near) else 0.0
        if score < 1.3 * loudest:
            return None
        here, before = window.cells[last], window.cells[first - 1]
        # A jump of the exposure (or an encoder's) moves everything alike: that much is not counted.
        difference = here - before
        shift = np.median(difference, axis=(1, 2), keepdims=True).clip(-LIGHT_JUMP, LIGHT_JUMP)
        change = np.abs(difference - shift).sum(axis=0)
        base = np.zeros_like(change)
        for other in near:
            base = np.maximum(base, np.abs(window.cells[other] - window.cells[other - 1]).sum(axis=0))
        lit = np.maximum(here[0], before[0]) >= BLACK
        # An encoder that refreshes the whole picture (a key frame) moves every cell a little: a tenth of the strongest
        # change is the least that counts.
        least = max(7.0, 0.1 * float(np.percentile(change, 99)))
        sudden = (change > np.maximum(np.float32(least), np.float32(2.0) * base)) & lit
        lit_share = max(float(lit.mean()), 0.3)
        area = float(sudden.mean()) / lit_share
        ratio = score / max(loudest, 0.5)
        stands_out = ratio >= CLEAR_RATIO
        if area < (LEAST_AREA if stands_out else USUAL_AREA):
            return None
        structure = shapes.structure(here[0]) | shapes.structure(before[0])
        spread, fill = shapes.box(sudden)
        pairs = np.concatenate([[at], near]).astype(np.int64)
        starts, ends = pairs - 1, pairs.copy()
        starts[0], ends[0] = first - 1, last
        residue = thumbs.explained_difference(window.halves[starts], window.halves[ends])
        alike, moved = shapes.alike(before[0], here[0], lit), 0.0
        if stands_out or (ratio >= 1.5 and alike >= MOVED_ALIKE):
            moved = thumbs.moved_share(window.halves[first - 1], window.halves[last], MOVED_REACH, MOVED_LEAST)
        back = self.returns(at)
        return Candidate(
            frame=frame + last - at,
            score=score,
            histogram=float(window.hist[at]),
            ratio=ratio,
            motion_ratio=float(residue[0]) / max(float(residue[1:].max(initial=0.0)), 0.5),
            area=area,
            edge_area=float((sudden & structure).sum() / max(float(structure.sum()), 0.05 * structure.size)),
            spread=min(1.0, spread / lit_share),
            lit=lit_share,
            fill=fill,
            solid=shapes.solid(sudden),
            returns=back.unlikeness,
            returns_after=back.last - back.first if back.interrupted else 0,
            onset=back.onset,
            flat=back.flat,
            strength=float(np.percentile(change[sudden], 98)),
            moved=moved,
            alike=alike,
        )

    def _around_blend(self, at: int) -> tuple[int, int]:
        """The boundaries of one change: two where the picture between them is a mix of both, as a changed frame rate
        leaves it at a cut, else `at` alone."""
        window = self._window
        for first, last in ((at, at + 1), (at - 1, at)):
            if first < 1 or last >= len(window) or min(window.score[first], window.score[last]) < MIN_SCORE:
                continue
            before, mixed, after = (window.cells[k] for k in (first - 1, first, last))
            way, there = mixed - before, after - before
            size = float((there * there).sum()) + 1e-3
            share = float((way * there).sum()) / size
            left = float((way * way).sum()) / size - share * share
            if BLEND_SHARE[0] < share < BLEND_SHARE[1] and left < BLEND_RESIDUE:
                return first, last
        return at, at

    def _same_insert(self, a: int, b: int) -> bool:
        """Whether two boundaries are the edges of a still insert of one colour between two pictures."""
        first, last = min(a, b), max(a, b)
        window = self._window
        inside = window.cells[first:last, 0].std(axis=(1, 2)).max()
        outside = window.cells[[first - 1, last], 0].std(axis=(1, 2)).min()
        ramp = window.score[first + 1 : last].max(initial=0.0)
        return bool(inside < FLAT_SPREAD < outside and ramp < 0.2 * min(window.score[a], window.score[b]))

    def _steady_neighbours(self, at: int) -> NDArray[np.int64]:
        """The boundaries nearby, without those of a flash: they are abrupt and must not hide a cut beside them."""
        near = _neighbours(self._window, at)
        limit = max(25.0, 0.5 * float(self._window.score[at]))
        for other in near[self._window.score[near] >= limit]:
            if self._same_insert(at, int(other)):
                near = near[near != other]  # the two edges of one insert; neither makes the other less abrupt
                continue
            flash = self.returns(int(other))
            if flash.interrupted and flash.flat and not flash.first <= at <= flash.last:
                near = near[(near < flash.first) | (near > flash.last)]
        own = self.returns(at) if float(self._window.score[at]) >= 25.0 else None
        if own is not None and own.interrupted and own.flat:
            near = near[(near < own.first) | (near > own.last)]
        return near


@dataclass(frozen=True)
class _Return:
    """Whether the picture before this boundary is back soon after it, or the one behind it was there shortly before."""

    unlikeness: float
    first: int  # boundaries of the interruption, window indices
    last: int
    onset: bool
    flat: bool
    interrupted: bool

    @classmethod
    def search(cls, window: _Window, at: int) -> _Return:
        here = float(thumbs.explained_difference(window.cells[at - 1 : at], window.cells[at : at + 1])[0])
        here = max(here, 0.5)
        sides = [cls._nearest(window, at, forward=forward) for forward in (True, False)]
        onset = sides[0][0] <= sides[1][0]
        residue, other = sides[0 if onset else 1]
        first, last = (at, other) if onset else (other, at)
        # Where the other end is as abrupt as this one, it is that boundary.
        span = np.arange(at + 1, last + 1) if onset else np.arange(first, at)
        span = span[span < len(window)]
        if len(span):
            edge = int(span[window.score[span].argmax()])
            if window.score[edge] >= 0.5 * window.score[at]:
                first, last = (at, edge) if onset else (edge, at)
        inside, outside = (at, at - 1) if onset else (at - 1, at)
        flat = _bright(window.cells[inside], window.cells[outside]) or _flat(window.cells[inside])
        lasted = int(window.times[min(last, len(window) - 1)] - window.times[first])
        allowed = 0.5 if flat and lasted <= RETURN_MS else 0.35 if lasted <= RETURN_MS else 0.15
        return cls(residue / here, first, last, onset, flat, residue / here < allowed)

    @staticmethod
    def _nearest(window: _Window, at: int, *, forward: bool) -> tuple[float, int]:
        """Least unlikeness between the sides of an interruption that begins (or ends) at `at`, and its other end."""
        inside, outside = (at, at - 1) if forward else (at - 1, at)
        limit = FLASH_MS if _bright(window.cells[inside], window.cells[outside]) else RETURN_MS
        if forward:
            span = np.arange(at + 1, min(len(window), at + REACH))
        else:
            span = np.arange(max(0, at - REACH), at - 1)
        span = span[np.abs(window.times[span] - window.times[inside]) <= limit]
        if not len(span):
            return 999.0, at
        if len(span) > 10:
            span = span[np.unique(np.linspace(0, len(span) - 1, 10).astype(int))]
        still = np.broadcast_to(window.cells[outside], (len(span), *window.cells.shape[1:]))
        residue = thumbs.explained_difference(window.cells[span], still)
        least = float(residue.min())
        # The nearest of those that are as good: the interruption is over as soon as the picture is back.
        back = span[residue <= 1.5 * least + 1.0]
        return least, int(back[0]) if forward else int(back[-1]) + 1


def _flat(cells: F32) -> bool:
    return bool(cells[0].std() < FLAT_SPREAD)


def _bright(inside: F32, outside: F32) -> bool:
    """A burst of light: much brighter than the picture beside it, and washed out."""
    return bool(inside[0].mean() > outside[0].mean() + 25.0 and inside[0].std() < 0.7 * outside[0].std() + 4.0)


def scan(geometry: Geometry, pictures: Iterable[tuple[int, bytes]]) -> Iterator[Scanner]:
    """Feeds a scanner batch by batch and gives it back after each, so that the caller can report progress."""
    scanner = Scanner(geometry)
    for times, raw in _batches(pictures):
        scanner.feed(times, raw)
        yield scanner
