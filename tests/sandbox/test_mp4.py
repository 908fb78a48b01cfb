"""The box reader: durations, sizes, rotation, and broken files."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from sandbox.mp4 import Probe, probe
from tests.sandbox.transport import _box, mp4


def read(tmp_path: Path, data: bytes) -> Probe:
    path = tmp_path / "file"
    path.write_bytes(data)
    return probe(path)


class TestProbe:
    def test_movie(self, tmp_path: Path) -> None:
        found = read(tmp_path, mp4(duration=12.345, width=1280, height=720, audio=False))
        assert found == Probe("mp4", 12.345, 1280, 720, True, False)

    def test_rotated_track_is_given_as_shown(self, tmp_path: Path) -> None:
        found = read(tmp_path, mp4(width=1920, height=1080, rotated=True))
        assert (found.width, found.height, found.has_audio) == (1080, 1920, True)

    def test_moov_behind_the_media_and_64_bit_sizes(self, tmp_path: Path) -> None:
        whole = mp4(size=9000)
        head = whole[:20]
        moov_start = whole.index(b"moov") - 4
        moov_size = struct.unpack(">I", whole[moov_start : moov_start + 4])[0]
        moov = whole[moov_start : moov_start + moov_size]
        media = struct.pack(">I4sQ", 1, b"mdat", 16 + 500) + bytes(500)
        found = read(tmp_path, head + media + moov)
        assert (found.duration, found.width) == (20.0, 1080)

    def test_fragmented_duration(self, tmp_path: Path) -> None:
        movie = _box(b"mvhd", bytes(4) + struct.pack(">IIII", 0, 0, 1000, 0) + bytes(80))
        movie += _box(b"mvex", _box(b"mehd", bytes(4) + struct.pack(">I", 7500)))
        found = read(tmp_path, _box(b"ftyp", b"isom") + _box(b"moov", movie))
        assert found.duration == 7.5

    @pytest.mark.parametrize(
        ("data", "container"),
        [
            (b"", ""),
            (b"hello world, this is text", ""),
            (b"\x1a\x45\xdf\xa3" + bytes(40), "webm"),
            (b"\xff\xd8\xff\xe0" + bytes(40), "jpeg"),
            (b"\x89PNG\r\n\x1a\n" + bytes(40), "png"),
            (b"GIF89a" + bytes(40), "gif"),
            (b"RIFF\0\0\0\0WEBP" + bytes(40), "webp"),
            (b"%PDF-1.7" + bytes(40), "pdf"),
            (mp4()[:100], ""),
        ],
    )
    def test_other_and_broken_files(self, tmp_path: Path, data: bytes, container: str) -> None:
        assert read(tmp_path, data).container == container
