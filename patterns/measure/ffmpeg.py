"""FFmpeg as a child process whose output is read as a stream: bounded memory, no hang, no shell.

The child stays in the caller's process group, so whoever ends the group ends it too; when the caller dies without a
word, the child's next write fails and it ends by itself.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from types import TracebackType

import imageio_ffmpeg

from .errors import MeasureCode, MeasureError, Stalled

STALL_S = 60.0
TAIL_LINES = 30

# Only containers that hold their own media: a playlist or concat script could name other files of the machine.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,mpegts,mpeg,mpegvideo,asf,ogg,mxf,gif,dv,mp3,wav,flac,aac"
PROTOCOLS = "file,pipe"


def binary(named: str | None = None) -> str:
    """The FFmpeg to use: the argument, else FFMPEG_BINARY, else the one that comes with imageio-ffmpeg."""
    chosen = named or os.environ.get("FFMPEG_BINARY") or ""
    if not chosen:
        try:
            return str(imageio_ffmpeg.get_ffmpeg_exe())
        except RuntimeError as error:
            raise MeasureError(
                MeasureCode.FFMPEG_MISSING, "No FFmpeg was found. Install imageio-ffmpeg or set FFMPEG_BINARY."
            ) from error
    return chosen


@lru_cache(maxsize=4)
def version(exe: str) -> str:
    """The first line's version word, for example `9.0.2-static`."""
    try:
        out = subprocess.run([exe, "-version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise MeasureError(
            MeasureCode.FFMPEG_MISSING, f"FFmpeg at {Path(exe).name} cannot be started. Check FFMPEG_BINARY."
        ) from error
    words = out.split(maxsplit=3)
    return words[2] if len(words) > 2 else "unknown"


def input_args(path: Path) -> list[str]:
    return ["-protocol_whitelist", PROTOCOLS, "-format_whitelist", FORMATS, "-i", f"file:{path}"]


def threads() -> int:
    """Decoder threads: frame threading past four adds memory (a picture per thread) and little speed."""
    return max(1, min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1))


class Stream:
    """A running FFmpeg whose standard output is read in pieces.

    `read(n)` gives up to n bytes and b"" at the end. A child that gives nothing for `stall_s` seconds is ended and the
    read raises Stalled. Lines of standard error go to `on_line` and, bounded, to `tail`.
    """

    def __init__(
        self,
        exe: str,
        args: Sequence[str],
        *,
        on_line: Callable[[str], None] | None = None,
        stall_s: float = STALL_S,
        loglevel: str = "error",
    ) -> None:
        argv = [exe, "-nostdin", "-hide_banner", "-nostats", "-loglevel", loglevel, *args]
        try:
            self._child = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
            )
        except OSError as error:
            raise MeasureError(
                MeasureCode.FFMPEG_MISSING, f"FFmpeg at {Path(exe).name} cannot be started. Check FFMPEG_BINARY."
            ) from error
        self.tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._on_line = on_line
        self._stall_s = stall_s
        self._heard = time.monotonic()
        self._waiting = False
        self._stalled = False
        self._done = threading.Event()
        self._threads = [
            threading.Thread(target=self._drain, daemon=True),
            threading.Thread(target=self._watch, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _drain(self) -> None:
        assert self._child.stderr is not None
        for raw in self._child.stderr:
            line = raw.decode("utf-8", "replace").rstrip()
            self._heard = time.monotonic()
            if self._on_line is not None:
                self._on_line(line)
            self.tail.append(line[:300])

    def _watch(self) -> None:
        while not self._done.wait(min(1.0, self._stall_s / 4)):
            if self._waiting and time.monotonic() - self._heard > self._stall_s:
                self._stalled = True
                self._child.kill()
                return

    def read(self, size: int) -> bytes:
        assert self._child.stdout is not None
        self._heard = time.monotonic()
        self._waiting = True
        data = os.read(self._child.stdout.fileno(), size)
        self._waiting = False
        if self._stalled:
            raise Stalled
        return data

    def finish(self) -> int:
        """The exit code, once the output has ended and every line of standard error was heard."""
        code = self._child.wait(timeout=self._stall_s)
        self._threads[0].join(timeout=self._stall_s)
        self._done.set()
        return code

    def close(self) -> None:
        self._done.set()
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait()
        for pipe in (self._child.stdout, self._child.stderr):
            if pipe is not None:
                self._threads[0].join(timeout=2)
                pipe.close()
