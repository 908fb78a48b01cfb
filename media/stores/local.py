"""Files in a folder. Writes go to a hidden neighbour first and appear by rename, so nothing is ever half there."""

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from media.stores.base import PIECE, Store, Written, pieces

_PARTS = "tmp/uploads"


class LocalStore(Store):
    """A folder (`MEDIA_ROOT`) as a store."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, key: str) -> Path:
        """Where a key lies; keys that would leave the folder are refused."""
        found = (self.root / key).resolve()
        if not found.is_relative_to(self.root.resolve()):
            raise ValueError(f"The key {key!r} leaves the store.")
        return found

    def write(self, key: str, source: BinaryIO | Iterable[bytes]) -> Written:
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        hidden = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
        digest, size = hashlib.sha256(), 0
        try:
            with hidden.open("xb") as handle:
                for piece in pieces(source):
                    handle.write(piece)
                    digest.update(piece)
                    size += len(piece)
            hidden.replace(target)
        finally:
            hidden.unlink(missing_ok=True)
        return Written(size, digest.hexdigest())

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        handle = self.path(key).open("rb")
        handle.seek(start)
        return _read(handle, length)

    def size(self, key: str) -> int:
        return self.path(key).stat().st_size

    def delete(self, key: str) -> None:
        target = self.path(key)
        target.unlink(missing_ok=True)
        # Empty folders go too; the first one that still holds something ends the walk.
        with suppress(OSError):
            for folder in target.parents:
                if folder == self.root.resolve():
                    break
                folder.rmdir()

    def move(self, key: str, target: str) -> None:
        self.path(target).parent.mkdir(parents=True, exist_ok=True)
        os.replace(self.path(key), self.path(target))
        self.delete(key)

    def keys(self, prefix: str) -> Iterator[tuple[str, float]]:
        base = self.path(prefix)
        for folder, _, names in os.walk(base):
            for name in names:
                path = Path(folder) / name
                with suppress(FileNotFoundError):
                    yield path.relative_to(self.root.resolve()).as_posix(), path.stat().st_mtime

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        path = self.path(key)
        if not path.is_file():
            raise FileNotFoundError(key)
        yield path

    def source(self, key: str) -> str:
        return str(self.path(key))

    def begin_parts(self, key: str) -> str:
        upload_id = uuid.uuid4().hex
        self._folder(upload_id).mkdir(parents=True)
        return upload_id

    def put_part(self, key: str, upload_id: str, number: int, path: Path) -> str:
        name = f"{number:06d}-{uuid.uuid4().hex}"
        shutil.move(path, self._folder(upload_id) / name)
        return name

    def drop_part(self, key: str, upload_id: str, name: str) -> None:
        (self._folder(upload_id) / name).unlink(missing_ok=True)

    def join_parts(self, key: str, upload_id: str, names: list[str]) -> Written:
        folder = self._folder(upload_id)

        def parts() -> Iterator[bytes]:
            for name in names:
                with (folder / name).open("rb") as handle:
                    yield from pieces(handle)

        return self.write(key, parts())

    def abort_parts(self, key: str, upload_id: str) -> None:
        shutil.rmtree(self._folder(upload_id), ignore_errors=True)

    def _folder(self, upload_id: str) -> Path:
        return self.path(f"{_PARTS}/{upload_id}")


def _read(handle: BinaryIO, length: int | None) -> Iterator[bytes]:
    with handle:
        left = length
        while left is None or left > 0:
            piece = handle.read(PIECE if left is None else min(PIECE, left))
            if not piece:
                return
            if left is not None:
                left -= len(piece)
            yield piece
