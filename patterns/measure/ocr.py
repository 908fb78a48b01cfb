"""Reads the text in single pictures: RapidOCR with the models that come inside its package, offline."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from .thumbs import U8

LONG_SIDE = 736  # of the pictures that are read; more costs memory and time and reads nothing more
THREADS = 2
LEAST_SCORE = 0.8  # below it is mostly texture that looks like a letter
LEAST_LETTERS = 2
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

    def shared(self, other: Box) -> float:
        """Intersection over the smaller of the two."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        if width <= 0 or height <= 0:
            return 0.0
        return width * height / max(1e-9, min(self.width * self.height, other.width * other.height))


@dataclass(frozen=True)
class Line:
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
                    "Det.limit_side_len": LONG_SIDE,
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

    def read(self, picture: U8) -> list[Line]:
        """The lines of a picture (h, w, 3: blue, green, red), from top to bottom. Raises OcrFailed."""
        height, width = picture.shape[:2]
        try:
            found = self._engine(picture, use_cls=False)
        except Exception as error:  # the package raises whatever its parts raise
            raise OcrFailed(f"{type(error).__name__}: {error}") from error
        if found.boxes is None or found.txts is None:
            return []
        lines = []
        for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
            text = " ".join(str(text).split())
            if float(score) < LEAST_SCORE or not is_text(text):
                continue
            xs, ys = np.clip(corners[:, 0] / width, 0.0, 1.0), np.clip(corners[:, 1] / height, 0.0, 1.0)
            box = Box(float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max()))
            lines.append(Line(text, box, float(score)))
        return sorted(lines, key=lambda line: (line.box.top, line.box.left, line.text))


@cache
def reader() -> Reader:
    """The one of this process. Raises OcrMissing when it cannot be made."""
    return Reader()


def is_text(text: str) -> bool:
    """Two letters or digits of one script family; texture is read as single odd signs."""
    letters = [sign for sign in text if sign.isalnum()]
    return len(letters) >= LEAST_LETTERS and len(set(letters)) > (1 if len(letters) > 2 else 0)
