"""The text in the picture: which pictures to read, the reading, and the texts with their times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from . import ocr, overlays, pictures, tracks, views
from .ocr import Line, OcrFailed, OcrMissing
from .probe import Probe
from .thumbs import U8
from .video_pass import Footage

MISSING = (
    "Text in the picture was not read: the packages rapidocr, onnxruntime and opencv-python-headless do not run here."
)
BROKEN = "Text in the picture could not be read: the text reader broke down."
UNREADABLE = "Text in the picture could not be read: the pictures could not be decoded a second time."
TALLEST = 0.5  # of the picture's height; what fills more is texture that looks like a letter
LUMA = (0.114, 0.587, 0.299)  # of blue, green and red


class TextMissing(Exception):
    """Nothing here can read text."""


class TextFailed(Exception):
    """The reading broke down; the message is a sentence."""


@dataclass(frozen=True)
class Texts:
    overlays: list[overlays.Overlay]
    read: int  # pictures that were read


def run(
    exe: str,
    probe: Probe,
    footage: Footage,
    cuts: Sequence[int],
    transitions: Sequence[tuple[int, int]],
    progress: Callable[[float], None],
) -> Texts:
    """Reads the texts of a video. `cuts` and `transitions` are frames; `progress` hears a share, 0 to 1.

    Raises TextMissing where no reader is installed and TextFailed where it breaks down.
    """
    trace = footage.trace
    frames = len(trace.times_ms)
    parts = views.stretches(frames, cuts, transitions)
    wanted = {int(trace.times_ms[view.frame]): view.frame for view in views.choose(trace.film, trace.times_ms, parts)}
    if not wanted:
        return Texts([], 0)
    try:
        reader = ocr.reader()
    except OcrMissing as error:
        raise TextMissing(MISSING) from error
    readings: list[tracks.Reading] = []
    for ms, picture in pictures.fetch(exe, probe, list(wanted)):
        try:
            readings.append(_reading(wanted[ms], picture, reader.read(picture)))
        except (OcrFailed, MemoryError) as error:
            raise TextFailed(BROKEN) from error
        progress(0.6 * len(readings) / len(wanted))
    if not readings:
        raise TextFailed(UNREADABLE)
    usual = float(np.median(np.diff(trace.times_ms))) if frames > 1 else 40.0
    found = tracks.threads(sorted(readings, key=lambda one: one.frame), frames)
    _follow(exe, probe, trace.times_ms, found, lambda share: progress(0.6 + 0.4 * share))
    per_ms = 1 / max(1.0, usual)
    breaks = {part.first for part in parts} | {part.last for part in parts}
    return Texts(overlays.find(tracks.tracks(found, breaks, per_ms), per_ms), len(readings))


def _reading(frame: int, picture: U8, lines: Sequence[Line]) -> tracks.Reading:
    """The lines with the luma of their places, halved as the pictures are in which they are looked for."""
    kept = [line for line in lines if line.box.height <= TALLEST]
    if not kept:
        return tracks.Reading(frame, (), ())
    luma = picture.astype(np.float32) @ np.array(LUMA, np.float32) * np.float32(219 / 255) + np.float32(16)
    half = (luma[0::2, 0::2] + luma[1::2, 0::2] + luma[0::2, 1::2] + luma[1::2, 1::2]) / 4
    small = half.astype(np.uint8)
    return tracks.Reading(
        frame, tuple(kept), tuple(small[tracks.place(line.box, *small.shape)].copy() for line in kept)
    )


def _follow(
    exe: str,
    probe: Probe,
    times_ms: NDArray[np.int64],
    found: Sequence[tracks.Thread],
    progress: Callable[[float], None],
) -> None:
    ranges = tracks.ranges(found)
    spans = [(int(times_ms[low]), int(times_ms[high - 1])) for low, high in ranges]
    whole = max(1, sum(high - low for low, high in ranges))

    def numbered() -> Iterator[tuple[int, U8]]:
        for ms, luma in pictures.follow(exe, probe, spans):
            at = int(np.searchsorted(times_ms, ms))
            frame = min((k for k in (at - 1, at) if 0 <= k < len(times_ms)), key=lambda k: abs(int(times_ms[k]) - ms))
            if abs(int(times_ms[frame]) - ms) <= pictures.NEAR_MS:
                yield frame, luma

    for count, _ in enumerate(tracks.follow(found, numbered()), 1):
        progress(min(1.0, count / whole))
