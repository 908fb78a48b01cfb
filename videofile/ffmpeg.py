"""FFmpeg as a child process: no shell, no hang, bounded words, and no FFmpeg that outlives whoever started it.

It stays in the process group of its starter, whose limits of memory it inherits, so whoever ends the group ends it too.
"""

import os
import re
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from videofile.probe import FORMATS, PROTOCOLS
from videofile.processes import launched

TAIL_LINES: Final = 25
_LINE_LENGTH: Final = 300


class Failure(StrEnum):
    """Why FFmpeg gave nothing."""

    MISSING = "ffmpeg_missing"
    STALLED = "stalled"
    STOPPED = "stopped"
    DISK_FULL = "disk_full"
    OUT_OF_MEMORY = "out_of_memory"
    UNREADABLE = "source_unreadable"
    GONE = "source_missing"
    OTHER = "other"


_SENTENCES: Final[tuple[tuple[str, Failure, str], ...]] = (
    (r"No space left on device", Failure.DISK_FULL, "The disk is full. Free some space and try again."),
    (r"Cannot allocate memory|Killed", Failure.OUT_OF_MEMORY, "There is not enough memory to make the video."),
    (
        r"Invalid data found when processing input|moov atom not found|could not find codec parameters",
        Failure.UNREADABLE,
        "A source file is damaged and cannot be decoded. Upload it again, or choose another.",
    ),
    (r"No such file or directory", Failure.GONE, "A source file is no longer there."),
)


class FfmpegError(Exception):
    """FFmpeg ended badly or never ran: why, a sentence for a person, and its last words for an operator."""

    def __init__(self, failure: Failure, message: str, tail: str = "") -> None:
        super().__init__(message)
        self.failure = failure
        self.message = message
        self.tail = tail


class Stalled(FfmpegError):
    """It gave nothing for too long and was ended."""

    def __init__(self) -> None:
        super().__init__(Failure.STALLED, "FFmpeg stopped making progress and was ended.")


def binary(named: str | None = None) -> str:
    """The FFmpeg to use: the one that is named, else FFMPEG_BINARY, else the one that comes with imageio-ffmpeg.

    Raises `FfmpegError` when it is not there or cannot be run.
    """
    chosen = named or os.environ.get("FFMPEG_BINARY") or _bundled()
    if not os.access(chosen, os.X_OK):
        raise FfmpegError(Failure.MISSING, "The FFmpeg that is set cannot be run; check FFMPEG_BINARY.")
    return chosen


@lru_cache(maxsize=1)
def _bundled() -> str:
    # The package would run its binary to see whether it works, at every start of ours.
    spec = find_spec("imageio_ffmpeg")
    if spec is not None and spec.origin:
        found = sorted(Path(spec.origin).with_name("binaries").glob("ffmpeg-*"))
        if found and os.access(found[0], os.X_OK):
            return str(found[0])
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise FfmpegError(
            Failure.MISSING, "There is no FFmpeg on this system. Install imageio-ffmpeg or set FFMPEG_BINARY."
        ) from error


@lru_cache(maxsize=4)
def version(exe: str) -> str:
    """The first line's version word, for example `9.0.2-static`."""
    try:
        out = subprocess.run([exe, "-version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise FfmpegError(
            Failure.MISSING, f"FFmpeg at {Path(exe).name} cannot be started. Check FFMPEG_BINARY."
        ) from error
    words = out.split(maxsplit=3)
    return words[2] if len(words) > 2 else "unknown"


def command(exe: str, *args: str, loglevel: str = "error") -> list[str]:
    """A command line that asks nothing and says only what matters."""
    return [exe, "-nostdin", "-hide_banner", "-nostats", "-loglevel", loglevel, *args]


def input_args(path: Path) -> list[str]:
    """A file to read: nothing that it names outside of itself is opened."""
    return ["-protocol_whitelist", PROTOCOLS, "-format_whitelist", FORMATS, "-i", f"file:{path}"]


def threads() -> int:
    """Decoder threads: frame threading past four adds memory (a picture per thread) and little speed."""
    return max(1, min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1))


class Process:
    """A running FFmpeg; leaving the block ends it. Its output is either `read` in pieces or heard as `times`.

    Lines of standard error go to `on_line` and, bounded, to `tail`. One that gives nothing for `stall_s` seconds while
    it is waited for is ended, and `Stalled` raised. `stop` may be called from another thread.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        on_line: Callable[[str], None] = lambda line: None,
        stall_s: float | None = None,
        nice: int = 0,
        directory: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        if not os.access(argv[0], os.X_OK):
            raise FfmpegError(
                Failure.MISSING, f"FFmpeg at {Path(argv[0]).name} cannot be started. Check FFMPEG_BINARY."
            )
        # To the kernel the parent is the thread that starts it; only the main thread lives as long as this process.
        tied = threading.current_thread() is threading.main_thread()
        self._child = subprocess.Popen(
            launched(argv, tied=tied, nice=nice), cwd=directory, env=env, bufsize=0,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._directory = directory
        self._on_line = on_line
        self._stall_s = stall_s
        self._heard = time.monotonic()
        self._waiting = False
        self._stalled = self._stopped = False
        self._done = threading.Event()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        if stall_s is not None:
            threading.Thread(target=self._watch, args=(stall_s,), daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _listen(self) -> None:
        assert self._child.stderr is not None
        # Buffered: the pipe itself would be read byte by byte to the end of each line.
        for raw in os.fdopen(self._child.stderr.fileno(), "rb", closefd=False):
            line = raw.decode("utf-8", "replace").rstrip()
            self._heard = time.monotonic()
            self._on_line(line)
            self.tail.append(line[:_LINE_LENGTH])

    def _watch(self, stall_s: float) -> None:
        while not self._done.wait(min(1.0, stall_s / 4)):
            if self._waiting and time.monotonic() - self._heard > stall_s:
                self._stalled = True
                self._child.kill()
                return

    def read(self, size: int) -> bytes:
        """Up to `size` bytes of its output, b"" at the end."""
        assert self._child.stdout is not None
        self._heard = time.monotonic()
        self._waiting = True
        data = os.read(self._child.stdout.fileno(), size)
        self._waiting = False
        if self._stalled:
            raise Stalled
        return data

    def times(self) -> Iterator[float]:
        """Seconds of output that were written so far, as often as it says so (`-progress pipe:1`)."""
        left = b""
        while data := self.read(4096):
            *lines, left = (left + data).split(b"\n")
            for line in lines:
                name, _, value = line.strip().partition(b"=")
                if name == b"out_time_us" and value.lstrip(b"-").isdigit():
                    yield max(0.0, int(value) / 1e6)

    def finish(self) -> int:
        """The exit code, once the output has ended and every line of standard error was heard."""
        code = self._child.wait(timeout=self._stall_s)
        self._listener.join(timeout=self._stall_s or 5)
        self._done.set()
        return code

    def check(self) -> str:
        """Its last words, once it has ended well; raises `FfmpegError` when it has not."""
        code = self.finish()
        text = "\n".join(self.tail)
        if self._stopped:
            raise FfmpegError(Failure.STOPPED, "The work was stopped.")
        if code == 0:
            return text
        if self._directory is not None:
            text = text.replace(str(self._directory), "").strip()
        for pattern, failure, sentence in _SENTENCES:
            if re.search(pattern, text):
                raise FfmpegError(failure, sentence, text)
        if code < 0:
            raise FfmpegError(Failure.OUT_OF_MEMORY, "FFmpeg was ended by the system.", text)
        raise FfmpegError(Failure.OTHER, "FFmpeg could not make the video.", text)

    def stop(self) -> None:
        """Kill it."""
        self._stopped = True
        self._child.kill()

    def close(self) -> None:
        """Kill it if it still runs, and wait for its end."""
        self._done.set()
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait()
        self._listener.join(timeout=2)
        for pipe in (self._child.stdout, self._child.stderr):
            if pipe is not None:
                pipe.close()
