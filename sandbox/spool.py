"""Bytes of an upload pass through a spool file that lives only until the upload is whole.

Then its SHA-256, size and boxes are kept and the file is gone. The hash is taken while bytes stream in; after a
restart or a repeated chunk it is taken from the spool file instead.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final
from weakref import WeakValueDictionary

from sandbox.mp4 import Probe, probe

BLOCK: Final = 1024 * 1024


@dataclass(frozen=True)
class Sealed:
    """A whole file as it was received."""

    sha256: str
    size: int
    probe: Probe


@dataclass
class _Running:
    digest: Any
    offset: int


class Spooler:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._running: dict[Path, _Running] = {}
        self._lock = threading.Lock()
        self._uploads: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()

    def path(self, upload_id: str) -> Path:
        safe = hashlib.sha256(upload_id.encode()).hexdigest()[:40]
        return self.directory / safe

    def lock(self, path: Path) -> asyncio.Lock:
        """Requests that write to one upload go one after the other. To be called on the event loop."""
        found = self._uploads.get(path)
        if found is None:
            found = self._uploads[path] = asyncio.Lock()
        return found

    def sweep(self, age_s: float) -> int:
        """Remove spool files that nothing was written to for `age_s` seconds; how many."""
        removed = 0
        for path in self.directory.glob("*"):
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime >= age_s:
                    self.drop(path)
                    removed += 1
        return removed

    def open(self, path: Path, offset: int, keep: bool = False) -> BinaryIO:
        """The spool file, positioned at `offset`; what lies behind it is dropped unless it is to be kept."""
        self.directory.mkdir(parents=True, exist_ok=True)
        file = path.open("r+b" if path.exists() else "w+b")
        if file.seek(0, 2) > offset and not keep:
            file.truncate(offset)
        file.seek(offset)
        return file

    def write(self, path: Path, file: BinaryIO, offset: int, data: bytes) -> None:
        file.write(data)
        with self._lock:
            running = self._running.get(path)
            if offset == 0:
                running = self._running[path] = _Running(hashlib.sha256(), 0)
            elif running is not None and running.offset != offset:
                del self._running[path]
                running = None
        if running is not None:
            running.digest.update(data)
            running.offset += len(data)

    def seal(self, path: Path, size: int) -> Sealed:
        """Hash and boxes of a whole spool file of `size` bytes."""
        with self._lock:
            running = self._running.pop(path, None)
        if size == 0 and not path.exists():
            return Sealed(hashlib.sha256().hexdigest(), 0, Probe())
        if running is not None and running.offset == size:
            sha256 = running.digest.hexdigest()
        else:
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return Sealed(sha256, size, probe(path))

    def drop(self, path: Path) -> None:
        with self._lock:
            self._running.pop(path, None)
        path.unlink(missing_ok=True)
