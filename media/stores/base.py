"""The interface of a store. Everything streams: memory stays flat whatever the size of a file."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

PIECE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Written:
    """What a write stored. `sha256` is hex, or empty when the bytes did not pass through this process."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PresignedPut:
    """A signed address, and the headers that its signature asks for."""

    url: str
    headers: dict[str, str]


class Store(ABC):
    """Bytes by key. Keys are made by `media.storage.new_key` and never contain what a user typed."""

    least_part_bytes = 1
    """The least size of every part but the last."""

    @abstractmethod
    def write(self, key: str, source: BinaryIO | Iterable[bytes]) -> Written:
        """Store a stream under a key, all or nothing."""

    @abstractmethod
    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` on, in pieces of at most 1 MiB. `FileNotFoundError` before the first piece."""

    @abstractmethod
    def size(self, key: str) -> int:
        """Bytes stored under a key; `FileNotFoundError` when there are none."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Remove a key; one that is not there is fine."""

    @abstractmethod
    def move(self, key: str, target: str) -> None:
        """Give stored bytes another key. `FileNotFoundError` when there are none."""

    def presigned_put(
        self, key: str, content_type: str, size_bytes: int, sha256: str, lifetime: timedelta
    ) -> "PresignedPut | None":
        """An address of the store itself that takes exactly this file; None when the store has no addresses."""
        return None

    @abstractmethod
    def keys(self, prefix: str) -> Iterator[tuple[str, float]]:
        """Every key under a prefix with the POSIX time of its last change."""

    @abstractmethod
    def local(self, key: str) -> AbstractContextManager[Path]:
        """The file as a path on this machine while the block lasts."""

    @abstractmethod
    def source(self, key: str) -> str:
        """What FFmpeg opens to read this file in place: a path, or a short-lived address of the store."""

    @abstractmethod
    def begin_parts(self, key: str) -> str:
        """Start a file that arrives in parts; returns the id under which its parts are kept."""

    @abstractmethod
    def put_part(self, key: str, upload_id: str, number: int, path: Path) -> str:
        """Keep part `number` (from 1); returns its name for `join_parts`. A part put twice has two names."""

    @abstractmethod
    def drop_part(self, key: str, upload_id: str, name: str) -> None:
        """Forget a part that was put in vain."""

    @abstractmethod
    def join_parts(self, key: str, upload_id: str, names: list[str]) -> Written:
        """Make the file of its parts, in order. May be repeated until it returned."""

    @abstractmethod
    def abort_parts(self, key: str, upload_id: str) -> None:
        """Remove all parts; an id that is gone is fine."""


def pieces(source: BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    """A file or an iterable of bytes, as pieces."""
    if hasattr(source, "read"):
        while piece := source.read(PIECE):
            yield piece
    else:
        yield from source


def sha256_of(path: Path) -> str:
    """The checksum of a file, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        for piece in pieces(handle):
            digest.update(piece)
    return digest.hexdigest()
