"""The text in the picture: which pictures to read, the reading, and the texts with their times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from videofile.ffmpeg import Stalled

from . import ocr, overlays, pictures, tracks, views
from .matroska import BrokenStream
from .ocr import OcrFailed, OcrMissing, TextLine
from .probe import Probe
from .thumbs import U8
from .video_pass import Footage

MISSING = (
    "Text in the picture was not read: the packages rapidocr, onnxruntime and opencv-python-headless do not run here."
)
BROKEN = "Text in the picture could not be read: the text reader broke down."
UNREADABLE = "Text in the picture could not be read: the pictures could not be decoded a second time."
NOT_READ = (
    "Text was read in {read} of the {chosen} pictures chosen for it; the others could not be decoded a second time. "
    "Texts may be missing."
)
NOT_SEEN = (
    "When texts come and go was not seen in {seconds:.1f} seconds of the video, which could not be decoded a second "
    "time. Their times may be wrong there."
)
TALLEST = 0.5  # of the picture's height; what fills more is texture that looks like a letter
LUMA = (0.114, 0.587, 0.299)  # of blue, green and red


class TextMissing(Exception):
    """Nothing here can read text."""


class TextFailed(Exception):
    """The reading broke down; the message is a sentence."""


@dataclass(frozen=True)
class Texts:
    overlays: list[overlays.Overlay]
    chosen: int  # pictures that were to be read
    read: int  # pictures that were read
    unseen_s: float = 0.0  # where texts may come and go, but nothing could be decoded again

    @property
    def missing(self) -> str:
        """What is missing, as a sentence; empty when nothing is."""
        sentences = []
        if self.read < self.chosen:
            sentences.append(NOT_READ.format(read=self.read, chosen=self.chosen))
        if self.unseen_s > 0:
            sentences.append(NOT_SEEN.format(seconds=max(0.1, self.unseen_s)))
        return " ".join(sentences)


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
    wanted = {int(footage.stamps[view.frame]): view.frame for view in views.choose(trace.film, trace.times_ms, parts)}
    if not wanted:
        return Texts([], 0, 0)
    try:
        reader = ocr.reader()
    except OcrMissing as error:
        raise TextMissing(MISSING) from error
    readings: list[tracks.Reading] = []
    page: ocr.Page | None = None
    with suppress(Stalled, BrokenStream):  # what is missing then is counted
        for stamp, picture in pictures.fetch(exe, probe, list(wanted)):
            try:
                page = reader.read(picture, page)
                readings.append(_reading(wanted[stamp], picture, page.lines))
            except (OcrFailed, MemoryError) as error:
                raise TextFailed(BROKEN) from error
            progress(0.6 * len(readings) / len(wanted))
    if not readings:
        raise TextFailed(UNREADABLE)
    usual = float(np.median(np.diff(trace.times_ms))) if frames > 1 else 40.0
    found = tracks.threads(sorted(readings, key=lambda one: one.frame), frames)
    unseen = _follow(exe, probe, footage.stamps, found, lambda share: progress(0.6 + 0.4 * share))
    per_ms = 1 / max(1.0, usual)
    breaks = {part.first for part in parts} | {part.last for part in parts}
    texts = overlays.find(tracks.tracks(found, breaks, per_ms), per_ms)
    return Texts(texts, len(wanted), len(readings), unseen * usual / 1000)


def _reading(frame: int, picture: U8, lines: Sequence[TextLine]) -> tracks.Reading:
    """The lines with the luma of their places, halved as the pictures are in which they are looked for."""
    kept = [line for line in lines if line.box.height <= TALLEST]
    luma = picture.astype(np.float32) @ np.array(LUMA, np.float32) * np.float32(219 / 255) + np.float32(16)
    half = (luma[0::2, 0::2] + luma[1::2, 0::2] + luma[0::2, 1::2] + luma[1::2, 1::2]) / 4
    small = half.astype(np.uint8)
    return tracks.Reading(
        frame,
        tuple(kept),
        tuple(small[tracks.place(line.box, *small.shape)].copy() for line in kept),
        tracks.Packed.of(small),
    )


def _follow(
    exe: str,
    probe: Probe,
    stamps: NDArray[np.int64],
    found: Sequence[tracks.Thread],
    progress: Callable[[float], None],
) -> int:
    """Looks for the texts in every picture that may show them. Returns how many of these could not be seen again."""
    ranges = tracks.ranges(found)
    spans = [stamps[low:high].tolist() for low, high in ranges]
    frames = {stamp: frame for low, high in ranges for frame, stamp in enumerate(stamps[low:high].tolist(), low)}
    seen = 0

    def numbered() -> Iterator[tuple[int, U8]]:
        for stamp, luma in pictures.follow(exe, probe, spans):
            if stamp in frames:
                yield frames[stamp], luma

    with suppress(Stalled, BrokenStream):  # what is missing then is counted
        for _ in tracks.follow(found, numbered()):
            seen += 1
            progress(min(1.0, seen / len(frames)))
    return len(frames) - seen
