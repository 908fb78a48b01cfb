"""The pipe: Matroska pictures, whole and torn."""

from __future__ import annotations

import io

import pytest

from patterns.measure import matroska


def element(ident: bytes, body: bytes, *, unknown: bool = False) -> bytes:
    size = b"\x01\xff\xff\xff\xff\xff\xff\xff" if unknown else (0x10000000 | len(body)).to_bytes(4, "big")
    return ident + size + body


def cluster(at_ms: int, *blocks: tuple[int, bytes], unknown: bool = False) -> bytes:
    body = element(b"\xe7", at_ms.to_bytes(2, "big"))
    for offset, picture in blocks:
        body += element(b"\xa3", b"\x81" + offset.to_bytes(2, "big", signed=True) + b"\x80" + picture)
    return element(b"\x1f\x43\xb6\x75", body, unknown=unknown)


HEAD = element(b"\x1a\x45\xdf\xa3", b"anything") + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"


class TestMatroska:
    def read(self, data: bytes, piece: int = 7) -> list[tuple[int, bytes]]:
        source = io.BytesIO(data)
        return list(matroska.pictures(lambda size: source.read(min(size, piece)), 4))

    @pytest.mark.parametrize("unknown", [False, True])
    def test_pictures_with_their_times(self, unknown: bool) -> None:
        data = HEAD + element(b"\xec", bytes(40)) + cluster(0, (0, b"aaaa"), (33, b"bbbb"), unknown=unknown)
        data += cluster(1000, (-1, b"cccc"), unknown=unknown)
        assert self.read(data) == [(0, b"aaaa"), (33, b"bbbb"), (999, b"cccc")]

    def test_a_block_in_a_group(self) -> None:
        group = element(b"\xa0", element(b"\xa1", b"\x81\x00\x05\x00zzzz"))
        assert self.read(HEAD + element(b"\x1f\x43\xb6\x75", element(b"\xe7", b"\x02") + group)) == [(7, b"zzzz")]

    def test_the_end_within_an_element_ends_the_pictures(self) -> None:
        data = HEAD + cluster(0, (0, b"aaaa"), (33, b"bbbb"))
        assert self.read(data[:-2]) == [(0, b"aaaa")]

    @pytest.mark.parametrize("data", [cluster(0, (0, b"too long")), bytes(20)])
    def test_what_ffmpeg_does_not_write_is_refused(self, data: bytes) -> None:
        with pytest.raises(matroska.BrokenStream):
            self.read(HEAD + data)

    @pytest.mark.parametrize("data", [b"", b"\xec", b"\xec\x40", element(b"\xec", b"") + b"\xec\x84x"])
    def test_a_torn_tail_is_the_end(self, data: bytes) -> None:
        assert self.read(HEAD + cluster(0, (0, b"aaaa")) + data) == [(0, b"aaaa")]
