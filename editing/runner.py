"""Runs one FFmpeg command: progress as it comes, a bounded tail of its words in the error, nothing left behind."""

import os
import re
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.child import launched
from editing.errors import EditingError

_TAIL_LINES: Final = 25
_LINE_LENGTH: Final = 300
_NO_SYSTEM_FONTS: Final = "<fontconfig></fontconfig>"

_SENTENCES: Final[tuple[tuple[str, EditingError, str], ...]] = (
    (r"No space left on device", EditingError.DISK_FULL, "The disk is full. Free some space and render again."),
    (r"Cannot allocate memory|Killed", EditingError.OUT_OF_MEMORY, "There is not enough memory for this render."),
    (
        r"Invalid data found when processing input|moov atom not found|could not find codec parameters",
        EditingError.SOURCE_UNREADABLE,
        "A source file is damaged and cannot be decoded. Upload it again, or choose another.",
    ),
    (r"No such file or directory", EditingError.SOURCE_MISSING, "A source file is no longer there."),
)


class FfmpegError(Exception):
    """FFmpeg ended badly: a code, a sentence for a person, and its last words for an operator."""

    def __init__(self, code: EditingError, message: str, tail: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.tail = tail


@dataclass
class Ffmpeg:
    """Runs commands in one work directory. `stop` may be called from another thread and ends the running one."""

    directory: Path
    _process: "subprocess.Popen[str] | None" = None
    _stopped: bool = False

    def run(self, command: Sequence[str], on_time: Callable[[float], None] = lambda seconds: None) -> str:
        """Run to the end and return what it said on stderr (its tail); `on_time` gets seconds of output written."""
        fonts_config = self.directory / "fonts.conf"
        fonts_config.write_text(_NO_SYSTEM_FONTS)
        # The machine stays responsive while a render uses its cores.
        self._process = process = subprocess.Popen(
            launched(command, tied=True, nice=10),
            cwd=self.directory,
            env=_environment(fonts_config),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        tail: deque[str] = deque(maxlen=_TAIL_LINES)
        reader = threading.Thread(target=_collect, args=(process, tail), daemon=True)
        reader.start()
        try:
            if self._stopped:
                process.kill()
            for seconds in _times(process):
                on_time(seconds)
            code = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            reader.join(timeout=5)
            self._process = None
        if self._stopped:
            raise FfmpegError(EditingError.STOPPED, "The render was stopped.", "")
        if code != 0:
            raise self._error(code, tail)
        return "\n".join(tail)

    def stop(self) -> None:
        """Kill the running command, and every one that would follow."""
        self._stopped = True
        process = self._process
        if process is not None:
            process.kill()

    def _error(self, code: int, tail: deque[str]) -> FfmpegError:
        text = "\n".join(tail).replace(str(self.directory), "").strip()
        for pattern, kind, sentence in _SENTENCES:
            if re.search(pattern, text):
                return FfmpegError(kind, sentence, text)
        if code < 0:
            return FfmpegError(EditingError.OUT_OF_MEMORY, "The render was ended by the system.", text)
        return FfmpegError(EditingError.RENDER_FAILED, "FFmpeg could not make the video.", text)


def _environment(fonts_config: Path) -> Mapping[str, str]:
    """Only what is needed: fonts of this machine must not change how a text looks."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "FONTCONFIG_FILE": str(fonts_config), "LC_ALL": "C.UTF-8"}


def _collect(process: "subprocess.Popen[str]", tail: deque[str]) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        tail.append(line.rstrip()[:_LINE_LENGTH])


def _times(process: "subprocess.Popen[str]") -> Iterator[float]:
    """Seconds of output from FFmpeg's `-progress` lines."""
    assert process.stdout is not None
    for line in process.stdout:
        name, _, value = line.strip().partition("=")
        if name == "out_time_us" and value.lstrip("-").isdigit():
            yield max(0.0, int(value) / 1e6)
