"""The tie between a process and the one that started it: neither outlives the other unnoticed.

A Python child watches its standard input, which its parent holds open (`end_with_parent`). A command that cannot watch
anything, as FFmpeg, is tied by the kernel (`launched`).
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

EXIT_ORPHAN: Final = 3
_LAUNCH: Final = str(Path(__file__).with_name("launch.py"))


def end_with_parent(before: Callable[[], None] = lambda: None) -> None:
    """Called by a child at its start: when stdin reaches EOF, `before` is called and the child ends, with its whole
    process group where it leads one."""

    def watch() -> None:
        with suppress(Exception):
            while os.read(sys.stdin.fileno(), 4096):
                pass
        try:
            before()
        finally:
            if os.getpgid(0) == os.getpid():
                os.killpg(0, signal.SIGKILL)
            os._exit(EXIT_ORPHAN)

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


def launched(argv: Sequence[str], *, memory_bytes: int = 0, tied: bool = False, nice: int = 0) -> list[str]:
    """The command line that runs a command under limits.

    `memory_bytes` is its address space; `tied` ends it when this process dies (start it from the main thread then).
    """
    if not (memory_bytes or tied or nice):
        return list(argv)
    parent = os.getpid() if tied else 0
    return [sys.executable, "-I", "-S", _LAUNCH, str(memory_bytes), str(parent), str(nice), *argv]
