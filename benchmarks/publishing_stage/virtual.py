"""A clock that all processes of a run share and that can be moved forward: real time plus a number in a small file."""

import mmap
import os
import struct
import time
from datetime import UTC, datetime
from pathlib import Path

from core import clock

VARIABLE = "STAGE_CLOCK"
_FORMAT = struct.Struct("d")


class VirtualClock:
    """Seconds that time has been moved forward, in a file that every process maps."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_FORMAT.pack(0.0))
        with path.open("r+b") as handle:
            self._cell = mmap.mmap(handle.fileno(), _FORMAT.size)

    @property
    def offset_s(self) -> float:
        return float(_FORMAT.unpack(self._cell[:])[0])

    def jump(self, seconds: float) -> None:
        """Move time forward for everybody. One process only may do that."""
        self._cell[:] = _FORMAT.pack(self.offset_s + max(0.0, seconds))

    def timestamp(self) -> float:
        return time.time() + self.offset_s

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.timestamp(), UTC)


def shared() -> VirtualClock | None:
    """The clock that the environment names."""
    path = os.environ.get(VARIABLE)
    return VirtualClock(Path(path)) if path else None


def install() -> None:
    """Let the product use the shared clock, if there is one."""
    found = shared()
    if found is not None:
        clock.now = found.now
