"""Where a line of text that was read in a picture is to be seen before and after it, to the frame.

The strokes of a text are the same in every picture that shows it, whatever moves behind them. So every picture's luma
in the line's place, without its slow changes, is compared with that of the picture it was read in.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .ocr import Box, TextLine
from .thumbs import F32, U8

STROKES = 0.3  # correlation with the strokes that were read; without them it is next to 0 before any other picture
UNREAD = 0.75  # the same where no picture was read
STEP, FLAT, SIDE = 0.15, 0.06, 3  # of the correlation between the frames beside a moment; before a still background
FADE_MS = 170
FAINTEST = 0.2  # of their contrast
MARGIN = 0.25  # of the line's height, around it
HIDDEN_MS = 500  # what is back sooner was only hidden, by a flash for example
LEAST_MS = 200  # of a stretch in which nothing was read
MISSES = 2  # pictures read without a line before it is over: one may have been misread
SAME_TEXT = 0.75
SAME_PLACE = 0.5
MOST_HELD = 32 << 20  # bytes
KNOWN = 0.9  # correlation from which a text is taken for one that was read before, without reading it
REMEMBERED = 40  # texts


@dataclass(frozen=True)
class Packed:
    """A picture's luma, packed without loss to about a half."""

    data: bytes
    shape: tuple[int, int]

    @classmethod
    def of(cls, luma: U8) -> Packed:
        height, width = luma.shape
        return cls(zlib.compress(luma.tobytes(), 1), (height, width))

    def luma(self) -> U8:
        return np.frombuffer(zlib.decompress(self.data), np.uint8).reshape(self.shape)


@dataclass(frozen=True)
class Reading:
    """The lines of one picture, each with the luma of its place at half the size it was read in, and the luma of the
    whole, in which the lines of other pictures are looked for."""

    frame: int
    lines: tuple[TextLine, ...]
    luma: tuple[U8, ...]
    whole: Packed | None = None


@dataclass
class Thread:
    """One text that was read in one picture or in several after each other."""

    lines: list[TextLine]
    frames: list[int]
    strokes: list[F32]
    low: int  # first frame in which it may be seen
    high: int  # frame before which it has to end
    missed: int = 0  # pictures read without it since it was read last
    likeness: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Track:
    """A line from its first frame up to the first one without it."""

    first: int
    last: int
    line: TextLine
    confidence: float = 1.0  # 0..1 that it reads so


def place(box: Box, height: int, width: int) -> tuple[slice, slice]:
    """The rows and columns of a line, with a margin, in pictures of this size."""
    margin = MARGIN * box.height
    side = margin * height / width
    rows = slice(max(0, int((box.top - margin) * height)), min(height, int((box.bottom + margin) * height) + 1))
    columns = slice(max(0, int((box.left - side) * width)), min(width, int((box.right + side) * width) + 1))
    return rows, columns


def strokes(luma: U8) -> F32:
    """What is left of a place without its slow changes: its mean over about a line's height around each point."""
    picture = luma.astype(np.float32)
    reach = max(2, luma.shape[0] // 3)
    out: F32 = picture - _blurred(_blurred(picture, reach, 0), reach, 1)
    return out


def _blurred(picture: F32, reach: int, axis: int) -> F32:
    length = picture.shape[axis]
    zero = [(0, 0), (0, 0)]
    zero[axis] = (1, 0)
    sums = np.pad(picture.cumsum(axis=axis, dtype=np.float64), zero)
    at = np.arange(length)
    low, high = np.maximum(0, at - reach), np.minimum(length, at + reach + 1)
    counts = (high - low).astype(np.float64)
    means = np.take(sums, high, axis=axis) - np.take(sums, low, axis=axis)
    return (means / (counts[:, None] if axis == 0 else counts[None, :])).astype(np.float32)


def alike(a: str, b: str) -> float:
    """0..1, of letters and digits alone."""
    one, other = ("".join(sign for sign in text.casefold() if sign.isalnum()) for text in (a, b))
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def same(a: TextLine, b: TextLine) -> bool:
    return a.box.shared(b.box) >= SAME_PLACE and alike(a.text, b.text) >= SAME_TEXT


class Threads:
    """The threads of a video, told reading by reading, and compared with the pictures between the readings."""

    def __init__(self, frames: int) -> None:
        self.found: list[Thread] = []
        self._frames = frames
        self._active: list[Thread] = []
        self._open: list[Thread] = []  # may be seen in what is held
        self._before: deque[Reading] = deque(maxlen=MISSES)
        self._held: deque[tuple[int, U8]] = deque()

    def add(self, reading: Reading) -> None:
        """The next reading. Lines that were read again are one thread; it has ended where two pictures were read
        without it."""
        going: list[Thread] = []
        for line, luma in zip(reading.lines, reading.luma, strict=True):
            thread = next((one for one in self._active if one not in going and same(one.lines[-1], line)), None)
            if thread is None:
                thread = Thread([line], [reading.frame], [strokes(luma)], 0, self._frames)
                thread.low = _first_possible(thread, self._before)
                self.found.append(thread)
                self._open.append(thread)
            else:
                thread.lines.append(line)
                thread.frames.append(reading.frame)
                thread.strokes.append(strokes(luma))
            thread.missed = 0
            going.append(thread)
        for thread in self._active:
            if thread not in going:
                thread.missed += 1
                if thread.missed < MISSES and not _is_absent(thread, reading):
                    going.append(thread)
                else:
                    thread.high = reading.frame
        self._active = going
        if self._before:  # what is read from here on tells nothing about the pictures before the former reading
            self.compare(self._before[-1].frame)
        self._before.append(reading)

    def glance(self, frame: int, luma: U8) -> None:
        """A picture that is not read. A text that was read before and was gone is known again by its strokes, and has
        the same words."""
        for known in reversed(self.found[-REMEMBERED:]):
            line = known.lines[-1]
            if any(same(one.lines[-1], line) for one in self._active):
                continue  # it is looked for here anyway
            here = strokes(luma[place(line.box, *luma.shape)])
            if _correlation(known.strokes[-1], here) < KNOWN:
                continue
            thread = Thread([line], [frame], [here], 0, self._frames)
            thread.low = _first_possible(thread, self._before)
            self.found.append(thread)
            self._open.append(thread)
            self._active.append(thread)

    def hold(self, frame: int, luma: U8) -> None:
        """A picture between the readings. Which texts it may show is told by the next two: until then it is held, but
        only so many are."""
        self._held.append((frame, luma))
        if len(self._held) * luma.nbytes > MOST_HELD:
            self._held.popleft()

    def compare(self, end: int) -> None:
        """Compares the pictures before `end` that are held, and lets go of them."""
        while self._held and self._held[0][0] < end:
            frame, luma = self._held.popleft()
            self._open = [one for one in self._open if frame < one.high]
            look(self._open, frame, luma)


def threads(readings: Sequence[Reading], frames: int) -> list[Thread]:
    """The threads of readings alone."""
    every = Threads(frames)
    for reading in readings:
        every.add(reading)
    return every.found


def _first_possible(thread: Thread, before: Sequence[Reading]) -> int:
    """The first frame in which a text may be seen that was read now, and in none of the pictures read before."""
    for missed, reading in enumerate(reversed(before), 1):
        if missed == MISSES or _is_absent(thread, reading):
            return reading.frame + 1
    return 0


def _is_absent(thread: Thread, reading: Reading) -> bool:
    """Whether a line that was not read in a picture is not in it: its strokes are not there. Else it was misread."""
    return reading.whole is not None and _likeness(thread, reading.frame, reading.whole.luma()) < STROKES


def unseen(found: Sequence[Thread]) -> list[tuple[int, int]]:
    """The stretches, first up to last (not included), of which no picture was compared with a thread that may be seen
    there."""
    return _runs(sorted({at for one in found for at in range(one.low, one.high) if at not in one.likeness}), 0)


def look(found: Sequence[Thread], frame: int, luma: U8) -> None:
    """Compares a picture with the threads that may be seen in it."""
    for thread in found:
        if thread.low <= frame < thread.high:
            thread.likeness[frame] = _likeness(thread, frame, luma)


def _likeness(thread: Thread, frame: int, luma: U8) -> float:
    """With the strokes that were read last before the frame, or first after it, whichever is more."""
    at = int(np.searchsorted(thread.frames, frame, side="right"))
    best = 0.0
    for number in {max(0, at - 1), min(at, len(thread.frames) - 1)}:
        own = thread.strokes[number]
        here = strokes(luma[place(thread.lines[number].box, *luma.shape)])
        best = max(best, _correlation(own, here))
    return best


def _correlation(own: F32, here: F32) -> float:
    """Of the strokes of a text and those in its place in another picture; 0 where these are too faint."""
    power = float((own * own).sum())
    product = float((own * here).sum())
    return product / max(1e-3, (power * float((here * here).sum())) ** 0.5) if product >= FAINTEST * power else 0.0


def tracks(found: Sequence[Thread], breaks: Collection[int], per_ms: float) -> list[Track]:
    """The stretches in which each thread is seen. `breaks` are the first frames of shots."""
    hidden, least = round(HIDDEN_MS * per_ms), round(LEAST_MS * per_ms)
    out = []
    for thread in found:
        rivals = [one for one in found if one is not thread and _replaces(one, thread)]
        seen = set(thread.frames)
        for frame, likeness in thread.likeness.items():
            # Of two texts in one place that have much in common, the one is there that is more alike.
            rival = max((one.likeness.get(frame, 0.0) for one in rivals), default=0.0)
            if likeness >= STROKES and likeness >= rival:
                seen.add(frame)
        for run in _runs(sorted(seen), hidden):
            for first, last in _pieces(thread, run, breaks, max(1, round(FADE_MS * per_ms))):
                was_read = any(first <= frame < last for frame in thread.frames)
                clear = max(thread.likeness.get(frame, 0.0) for frame in range(first, last)) >= UNREAD
                if was_read or (clear and last - first >= least):
                    out.append(Track(first, last, _clearest(thread), _confidence(thread)))
    return out


def _pieces(thread: Thread, run: tuple[int, int], breaks: Collection[int], fade: int) -> list[tuple[int, int]]:
    """A background that stands still is part of what was kept: there the text's coming is a step in the likeness."""
    first, last = run
    values = np.array([thread.likeness.get(frame, 0.0) for frame in range(first, last)])
    cuts = []
    at = SIDE
    while at + SIDE <= len(values):
        step = _step(values, at, fade)
        if step and not any(first + at - SIDE < one < first + at + step + SIDE for one in breaks):
            inner = np.abs(np.diff(values[at - 1 : at + step]))
            cuts.append(first + at + int(inner.argmax()))
            at += step + SIDE
        else:
            at += 1
    edges = [first, *cuts, last]
    return [(a, b) for a, b in pairwise(edges) if b > a]


def _step(values: NDArray[np.float64], at: int, fade: int) -> int:
    """How many frames it takes from one steady likeness to another, 0 when there is no such step at `at`."""
    before = values[at - SIDE : at]
    if np.ptp(before) > FLAT:
        return 0
    for length in range(1, fade + 1):
        after = values[at + length - 1 : at + length - 1 + SIDE]
        if len(after) == SIDE and np.ptp(after) <= FLAT and abs(float(after.mean() - before.mean())) >= STEP:
            return length
    return 0


def _replaces(one: Thread, other: Thread) -> bool:
    if one.high <= other.low or other.high <= one.low:
        return False
    return any(a.box.shared(b.box) >= SAME_PLACE for a in one.lines for b in other.lines)


def _runs(frames: Sequence[int], hidden: int) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for frame in frames:
        if out and frame - out[-1][1] <= hidden:
            out[-1] = (out[-1][0], frame + 1)
        else:
            out.append((frame, frame + 1))
    return out


def _clearest(thread: Thread) -> TextLine:
    return max(thread.lines, key=lambda line: (round(line.score, 2), len(line.text)))


def _confidence(thread: Thread) -> float:
    """The reader's own score, less where its readings of the same text disagree."""
    best = _clearest(thread)
    agreement = sum(alike(line.text, best.text) for line in thread.lines) / len(thread.lines)
    return round(best.score * agreement, 3)
