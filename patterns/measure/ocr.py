"""Reads the text in single pictures: RapidOCR with the models that come inside its package, offline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .thumbs import U8

LONG_SIDE = 736  # of the pictures that are read; more costs memory and time and reads nothing more
FINDING_SIDE = 512  # of those in which lines are looked for: large enough to find what can be read at LONG_SIDE
THREADS = 1  # a second one of the same picture mostly waits, and burns a core while it does
LEAST_SCORE = 0.8  # below it is mostly texture that looks like a letter
LEAST_LETTERS = 2
SAME_PLACE = 0.8  # shared by two boxes, of each
SAME_POINTS = 16  # mean difference of colour levels in the most different part of a line
PACKAGES = ("rapidocr", "onnxruntime", "opencv-python-headless")


class OcrMissing(Exception):
    """The packages that read text are not installed, or do not run on this machine."""


class OcrFailed(Exception):
    """The reader broke down on a picture."""


@dataclass(frozen=True)
class Box:
    """Left, top, right and bottom as shares of the picture's width and height, as shown."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def joined(self, other: Box) -> Box:
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def within(self, other: Box) -> float:
        """How much of this one lies in the other, 0..1."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, width) * max(0.0, height) / max(1e-9, self.width * self.height)

    def shared(self, other: Box) -> float:
        """Intersection over the smaller of the two."""
        return max(self.within(other), other.within(self))


@dataclass(frozen=True)
class TextLine:
    """One line of text in one picture."""

    text: str
    box: Box
    score: float


def version() -> str | None:
    """What reads the text, with versions; facts of different readers are not compared. None when it is missing."""
    try:
        return ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    except metadata.PackageNotFoundError:
        return None


@dataclass(frozen=True)
class Page:
    """A picture that was read. `found` are all lines that were looked at, `lines` those that are text."""

    picture: U8
    found: tuple[TextLine, ...]

    @property
    def lines(self) -> list[TextLine]:
        """From top to bottom."""
        kept = [line for line in self.found if line.score >= LEAST_SCORE and is_text(line.text)]
        return sorted(kept, key=lambda line: (line.box.top, line.box.left, line.text))


class Reader:
    """Holds the two models (about 150 MB while it reads)."""

    def __init__(self) -> None:
        try:
            import cv2
            import rapidocr
        except (ImportError, OSError) as error:
            raise OcrMissing(str(error)) from error
        cv2.setNumThreads(1)
        models = Path(rapidocr.__file__).parent / "models"
        try:
            found = {part: str(min(models.glob(f"*_{part}_*.onnx"))) for part in ("det", "rec")}
            self._engine: Any = rapidocr.RapidOCR(
                params={
                    "Global.log_level": "critical",
                    "Global.use_cls": False,  # text that stands on its head is no overlay
                    "Global.max_side_len": LONG_SIDE,
                    "Det.limit_type": "max",
                    "Det.limit_side_len": FINDING_SIDE,
                    # A named file is never looked for on the net.
                    "Det.model_path": found["det"],
                    "Rec.model_path": found["rec"],
                    "Rec.rec_batch_num": 1,
                    "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
                    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                }
            )
        except Exception as error:  # the package raises whatever its parts raise
            raise OcrMissing(f"{type(error).__name__}: {error}") from error

    def read(self, picture: U8, before: Page | None = None) -> Page:
        """The lines of a picture (h, w, 3: blue, green, red). What looks as it did in the same place of the picture
        read `before` is not read again. Raises OcrFailed."""
        try:
            corners = self._engine(picture, use_cls=False, use_rec=False).boxes
            if corners is None or not len(corners):
                return Page(picture, ())
            boxes = [_box(points, *picture.shape[:2]) for points in corners]
            found = [None if before is None else _known(box, picture, before) for box in boxes]
            unknown = [number for number, line in enumerate(found) if line is None]
            if unknown:
                read = self._engine.recognize_txt(
                    self._engine.crop_text_regions(picture, [corners[number] for number in unknown])
                )
                for number, text, score in zip(unknown, read.txts, read.scores, strict=True):
                    found[number] = TextLine(" ".join(str(text).split()), boxes[number], float(score))
        except Exception as error:  # the package raises whatever its parts raise
            raise OcrFailed(f"{type(error).__name__}: {error}") from error
        return Page(picture, tuple(line for line in found if line is not None))


def _box(points: NDArray[np.float32], height: int, width: int) -> Box:
    xs, ys = np.clip(points[:, 0] / width, 0.0, 1.0), np.clip(points[:, 1] / height, 0.0, 1.0)
    return Box(float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))


def _known(box: Box, picture: U8, before: Page) -> TextLine | None:
    """The line that was read in this place, if every part of it looks as before."""
    for line in before.found:
        if min(box.within(line.box), line.box.within(box)) >= SAME_PLACE:
            height, width = picture.shape[:2]
            rows = slice(int(box.top * height), int(box.bottom * height) + 1)
            columns = slice(int(box.left * width), int(box.right * width) + 1)
            here, there = (one[rows, columns].astype(np.int16) for one in (picture, before.picture))
            return replace(line, box=box) if _most_changed(np.abs(here - there).mean(axis=2)) <= SAME_POINTS else None
    return None


def _most_changed(difference: NDArray[np.float64]) -> float:
    """The greatest mean of the parts of a line, each about half as wide as it is high: one other letter tells."""
    parts = max(1, round(2 * difference.shape[1] / difference.shape[0]))
    return max(float(part.mean()) for part in np.array_split(difference, min(parts, difference.shape[1]), axis=1))


@cache
def reader() -> Reader:
    """The one of this process. Raises OcrMissing when it cannot be made."""
    return Reader()


def is_text(text: str) -> bool:
    """Two letters or digits of one script family; texture is read as single odd signs."""
    letters = [sign for sign in text if sign.isalnum()]
    return len(letters) >= LEAST_LETTERS and len(set(letters)) > (1 if len(letters) > 2 else 0)
