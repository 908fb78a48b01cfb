"""The outermost boxes of an MP4 or MOV file (ISO/IEC 14496-12, 4.2), without reading what is in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Box:
    """`end` lies behind the end of the file when the file was cut off inside the box."""

    kind: bytes
    start: int
    end: int


def outer_boxes(path: Path) -> Iterator[Box]:
    """In the order of the file, up to the first one that cannot be one."""
    total, at = path.stat().st_size, 0
    with path.open("rb") as handle:
        while at + 8 <= total:
            handle.seek(at)
            head = handle.read(16)
            size, kind = int.from_bytes(head[:4], "big"), head[4:8]
            if size == 1:
                size = int.from_bytes(head[8:16], "big")
            elif size == 0:
                size = total - at
            if size < 8:
                return
            yield Box(kind, at, at + size)
            at += size


def is_cut_off(path: Path) -> bool:
    """Whether the file ends in the middle of a box."""
    total = path.stat().st_size
    return any(box.end > total for box in outer_boxes(path))


def is_fragmented(path: Path) -> bool:
    """Whether the pictures lie in movie fragments: the index in front does not know them all."""
    return any(box.kind == b"moof" for box in outer_boxes(path))


def starts_at_once(path: Path) -> bool:
    """Whether the index lies before the data, so that playing can begin before everything is there."""
    for box in outer_boxes(path):
        if box.kind in (b"moov", b"mdat"):
            return box.kind == b"moov"
    return False
