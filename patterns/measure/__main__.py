"""`python -m patterns.measure FILE`: the measurement as a child process.

Standard output carries JSON lines: {"type": "progress", "layer", "pct"} while it runs, then one {"type": "result",
"features"} or {"type": "error", "code", "message"}. The process ends by itself when its standard input ends (unless
--no-stdin), so that it never outlives its parent, and when nothing moves for --stall seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from videofile.processes import end_with_parent

from .engine import measure
from .errors import MeasureCode, MeasureError
from .features import LayerName

STALL_S = 180.0
TELL_EVERY_S = 0.25
EXIT_ERROR = 2
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # of glibc's malloc.h
LARGE_BLOCK = 2 * 1024 * 1024


class _Reporter:
    """Writes whole lines from one process, and remembers when something last moved."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[LayerName, float] = {}
        self.moved = time.monotonic()

    def write(self, message: dict[str, Any]) -> None:
        with self._lock:
            sys.stdout.write(json.dumps(message, ensure_ascii=False, separators=(",", ":")) + "\n")
            sys.stdout.flush()

    def progress(self, layer: LayerName, pct: float) -> None:
        self.moved = now = time.monotonic()
        if pct < 100.0 and now - self._told.get(layer, 0.0) < TELL_EVERY_S:
            return
        self._told[layer] = now
        self.write({"type": "progress", "layer": layer.value, "pct": round(pct, 1)})

    def error(self, code: MeasureCode, message: str) -> None:
        self.write({"type": "error", "code": code.value, "message": message})


def _give_memory_back() -> None:
    """Asks glibc to return large blocks when they are freed: reading text would else keep about 90 MB for nothing."""
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL("libc.so.6").mallopt
        for parameter, value in ((M_ARENA_MAX, 2), (M_MMAP_THRESHOLD, LARGE_BLOCK), (M_TRIM_THRESHOLD, LARGE_BLOCK)):
            mallopt(parameter, value)


def _end_when_stalled(reporter: _Reporter, stall_s: float, done: threading.Event) -> None:
    while not done.wait(min(1.0, stall_s / 4)):
        if time.monotonic() - reporter.moved > stall_s:
            reporter.error(MeasureCode.TOO_LONG, "Measuring this video stopped making progress and was ended.")
            os._exit(EXIT_ERROR)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m patterns.measure", description="Measure a video file.")
    parser.add_argument("file")
    parser.add_argument("--ffmpeg", help="another FFmpeg binary, 5.1 or newer")
    parser.add_argument("--layers", help="comma-separated layers, else all")
    parser.add_argument("--stall", type=float, default=STALL_S, help="seconds without progress after which to give up")
    parser.add_argument("--no-stdin", action="store_true", help="do not watch standard input")
    arguments = parser.parse_args(argv)
    if arguments.layers:
        known = {layer.value: layer for layer in LayerName}
        names = [name.strip() for name in arguments.layers.split(",")]
        unknown = [name for name in names if name not in known]
        if unknown:
            parser.error(f"unknown layer {unknown[0]}; known are {', '.join(known)}")
        arguments.layers = [known[name] for name in names]
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _arguments(argv)
    reporter = _Reporter()
    if not arguments.no_stdin:
        end_with_parent()
    done = threading.Event()
    threading.Thread(target=_end_when_stalled, args=(reporter, arguments.stall, done), daemon=True).start()
    try:
        features = measure(arguments.file, ffmpeg=arguments.ffmpeg, layers=arguments.layers, progress=reporter.progress)
    except MeasureError as error:
        reporter.error(error.code, error.message)
        return EXIT_ERROR
    except MemoryError:
        reporter.error(MeasureCode.FAILED, "There is not enough memory to measure this video.")
        return EXIT_ERROR
    except Exception:
        reporter.error(MeasureCode.FAILED, "Measuring this video failed for a reason of the machine, not of the file.")
        raise
    finally:
        done.set()
    reporter.write({"type": "result", "features": features.model_dump(mode="json")})
    return 0


if __name__ == "__main__":
    _give_memory_back()
    sys.exit(main())
