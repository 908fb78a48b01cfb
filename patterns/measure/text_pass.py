"""The text in the picture: which pictures to read, the reading, and the texts with their times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from . import ocr, overlays, pictures, tracks, views
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
    chosen = views.choose(trace.film, trace.times_ms, parts)
    if not chosen.read:
        return Texts([], 0, 0)
    threads = tracks.Threads(frames)
    read = _read(probe, footage, chosen, threads, lambda share: progress(0.8 * share))
    if not read:
        raise TextFailed(UNREADABLE)
    found = threads.found
    _look_again(probe, footage, found, lambda share: progress(0.8 + 0.2 * share))
    usual = float(np.median(np.diff(trace.times_ms))) if frames > 1 else 40.0
    per_ms = 1 / max(1.0, usual)
    breaks = {part.first for part in parts} | {part.last for part in parts}
    texts = overlays.find(tracks.tracks(found, breaks, per_ms), per_ms)
    unseen = sum(high - low for low, high in tracks.unseen(found))
    return Texts(texts, len(chosen.read), read, unseen * usual / 1000)


def _read(
    probe: Probe, footage: Footage, chosen: views.Chosen, threads: tracks.Threads, progress: Callable[[float], None]
) -> int:
    """Reads the chosen pictures, and looks for their texts in those that are decoded on the way. Returns how many could
    be read."""
    try:
        reader = ocr.reader()
    except OcrMissing as error:
        raise TextMissing(MISSING) from error
    page: ocr.Page | None = None
    read = 0
    wanted, glanced = ({view.frame for view in some} for some in (chosen.read, chosen.glanced))
    for picture in pictures.again(probe, footage.stamps, sorted(wanted | glanced)):
        luma = picture.luma()
        if picture.frame in wanted:
            try:
                colours = picture.colours()
                page = reader.read(colours, page)
                threads.add(_reading(picture.frame, colours, page.lines))
            except (OcrFailed, MemoryError) as error:
                raise TextFailed(BROKEN) from error
            read += 1
            progress(read / len(wanted))
        elif picture.frame in glanced:
            threads.glance(picture.frame, luma)
        threads.hold(picture.frame, luma)
    threads.compare(len(footage.stamps))
    return read


def _look_again(
    probe: Probe, footage: Footage, found: Sequence[tracks.Thread], progress: Callable[[float], None]
) -> None:
    """Looks for the texts in the pictures that may show them and were not decoded on the way, or not held."""
    left = {frame for low, high in tracks.unseen(found) for frame in range(low, high)}
    for number, picture in enumerate(pictures.again(probe, footage.stamps, sorted(left)), 1):
        if picture.frame in left:
            tracks.look(found, picture.frame, picture.luma())
            progress(min(1.0, number / len(left)))


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
