"""Runs the FFmpeg commands of one render, each to its end, in one work directory."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from videofile.ffmpeg import Process

_NO_SYSTEM_FONTS: Final = "<fontconfig></fontconfig>"


@dataclass
class Ffmpeg:
    """Runs commands in one work directory. `stop` may be called from another thread and ends the running one."""

    directory: Path
    _process: Process | None = None
    _stopped: bool = False

    def run(self, command: Sequence[str], on_time: Callable[[float], None] = lambda seconds: None) -> str:
        """Run to the end and return the tail of its words; `on_time` gets seconds of output written. Raises
        `FfmpegError`."""
        fonts_config = self.directory / "fonts.conf"
        fonts_config.write_text(_NO_SYSTEM_FONTS)
        # The machine stays responsive while a render uses its cores.
        with Process(command, nice=10, directory=self.directory, env=_environment(fonts_config)) as self._process:
            if self._stopped:
                self._process.stop()
            for seconds in self._process.times():
                on_time(seconds)
            return self._process.check()

    def stop(self) -> None:
        """Kill the running command, and every one that would follow."""
        self._stopped = True
        if self._process is not None:
            self._process.stop()


def _environment(fonts_config: Path) -> Mapping[str, str]:
    """Only what is needed: fonts of this machine must not change how a text looks."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "FONTCONFIG_FILE": str(fonts_config), "LC_ALL": "C.UTF-8"}
