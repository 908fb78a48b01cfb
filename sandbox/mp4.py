"""A small reader of ISO media boxes (MP4, MOV): duration, picture size, kinds of tracks. Nothing is decoded.

Layout after ISO/IEC 14496-12: a box is a 32-bit size and a four-letter type; size 1 means a 64-bit size follows,
size 0 means "to the end of the file".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

MOOV_LIMIT: Final = 64 * 1024 * 1024
EBML: Final = b"\x1a\x45\xdf\xa3"
JPEG_PNG: Final = {"jpeg", "png"}


@dataclass(frozen=True)
class Probe:
    """What could be read of a media file. `container` is mp4, webm, jpeg, png, gif, webp, pdf or empty when unknown."""

    container: str = ""
    duration: float = 0.0
    width: int = 0
    height: int = 0
    has_video: bool = False
    has_audio: bool = False

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def is_video(self) -> bool:
        return self.container in {"mp4", "webm"}


def probe(path: Path) -> Probe:
    """Read the boxes of a file; an unknown or broken file gives an empty container."""
    try:
        with path.open("rb") as file:
            return _probe(file, path.stat().st_size)
    except (OSError, struct.error, ValueError):
        return Probe()


def _probe(file: BinaryIO, size: int) -> Probe:
    head = file.read(16)
    other = magic_kind(head)
    if other:
        return Probe(container=other, has_video=other == "webm")
    file.seek(0)
    known = False
    for kind, start, end in _boxes(file, 0, size):
        if kind in {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}:
            known = True
        elif not known:
            return Probe()
        if kind == b"moov" and end - start <= MOOV_LIMIT:
            return _movie(file, start, end)
    return Probe()


def magic_kind(head: bytes) -> str:
    """Kind of a file that is not made of ISO boxes, by its first 16 bytes; empty when unknown."""
    if head.startswith(EBML):
        return "webm"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head.startswith(b"%PDF-"):
        return "pdf"
    return "webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else ""


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Type, first payload byte and end of each box between two offsets."""
    position = start
    while position + 8 <= end:
        file.seek(position)
        size, kind = struct.unpack(">I4s", file.read(8))
        header = 8
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
            header = 16
        elif size == 0:
            size = end - position
        if size < header or position + size > end:
            raise ValueError("box runs past its parent")
        yield kind, position + header, position + size
        position += size


def _movie(file: BinaryIO, start: int, end: int) -> Probe:
    duration, width, height = 0.0, 0, 0
    handlers: set[bytes] = set()
    for kind, first, last in _boxes(file, start, end):
        if kind == b"mvhd":
            duration = max(duration, _duration(file, first))
        elif kind == b"mvex":
            duration = max(duration, _fragmented(file, first, last, _timescale(file, start, end)))
        elif kind == b"trak":
            handler, size = _track(file, first, last)
            handlers.add(handler)
            if handler == b"vide":
                width, height = size
    has_video = b"vide" in handlers
    return Probe("mp4", round(duration, 3), width, height, has_video, b"soun" in handlers)


def _times(file: BinaryIO, start: int) -> tuple[int, int]:
    """Timescale and duration of an `mvhd` box."""
    file.seek(start)
    version = file.read(4)[0]
    if version == 1:
        _, _, scale, length = struct.unpack(">QQIQ", file.read(28))
    else:
        _, _, scale, length = struct.unpack(">IIII", file.read(16))
    return int(scale), int(length)


def _duration(file: BinaryIO, start: int) -> float:
    scale, length = _times(file, start)
    return length / scale if scale else 0.0


def _timescale(file: BinaryIO, start: int, end: int) -> int:
    for kind, first, _ in _boxes(file, start, end):
        if kind == b"mvhd":
            return _times(file, first)[0]
    return 0


def _fragmented(file: BinaryIO, start: int, end: int, scale: int) -> float:
    for kind, first, _ in _boxes(file, start, end):
        if kind == b"mehd" and scale:
            file.seek(first)
            wide = file.read(4)[0] == 1
            (length,) = struct.unpack(">Q" if wide else ">I", file.read(8 if wide else 4))
            return int(length) / scale
    return 0.0


def _track(file: BinaryIO, start: int, end: int) -> tuple[bytes, tuple[int, int]]:
    handler, size = b"", (0, 0)
    for kind, first, last in _boxes(file, start, end):
        if kind == b"tkhd":
            size = _picture_size(file, first)
        elif kind == b"mdia":
            for inner, inner_first, _ in _boxes(file, first, last):
                if inner == b"hdlr":
                    file.seek(inner_first + 8)
                    handler = file.read(4)
    return handler, size


def _picture_size(file: BinaryIO, start: int) -> tuple[int, int]:
    """Width and height as shown, after the track's rotation matrix."""
    file.seek(start)
    version = file.read(4)[0]
    file.seek(start + (52 if version == 1 else 40))
    matrix = struct.unpack(">9i", file.read(36))
    width, height = struct.unpack(">II", file.read(8))
    shown = (width >> 16, height >> 16)
    turned = matrix[0] == 0 and matrix[4] == 0 and matrix[1] != 0
    return (shown[1], shown[0]) if turned else shown
