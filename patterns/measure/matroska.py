"""Raw pictures with their stamp, read from the Matroska stream that FFmpeg writes into a pipe.

A rawvideo pipe carries no time stamps, and a second reading of the file for them could disagree with what was decoded.
Matroska gives both in one stream, in whole units. Only what FFmpeg's muxer writes for one raw track is understood:
nested Segment and Cluster elements of known or unknown size, `Timestamp`, and blocks without lacing (RFC 9559).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

_SEGMENT = 0x18538067
_CLUSTER = 0x1F43B675
_TIMESTAMP = 0xE7
_SIMPLE_BLOCK = 0xA3
_BLOCK_GROUP = 0xA0
_BLOCK = 0xA1
_ENTERED = (_SEGMENT, _CLUSTER, _BLOCK_GROUP)
_MAX_SKIPPED = 1 << 20


class BrokenStream(Exception):
    """The pipe ended inside an element or holds something that FFmpeg does not write."""


class _Source:
    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._buffer = b""
        self._at = 0

    def take(self, size: int) -> bytes:
        """Exactly `size` bytes, or b"" when the stream ends here or within."""
        if len(self._buffer) - self._at < size:
            parts = [self._buffer[self._at :]]
            have = len(parts[0])
            while have < size:
                more = self._read(1 << 18)
                if not more:
                    self._buffer, self._at = b"", 0
                    return b""
                parts.append(more)
                have += len(more)
            self._buffer, self._at = b"".join(parts), 0
        data = self._buffer[self._at : self._at + size]
        self._at += size
        return data

    def number(self, *, keep_marker: bool) -> int | None:
        """A variable-length integer; None at the end of the stream."""
        first = self.take(1)
        if not first:
            return None
        length = 9 - first[0].bit_length()
        if length > 8:
            raise BrokenStream("bad length of an element")
        rest = self.take(length - 1) if length > 1 else b""
        if len(rest) != length - 1:
            return None
        value = first[0] if keep_marker else first[0] & ((1 << (8 - length)) - 1)
        for byte in rest:
            value = value << 8 | byte
        return value


def pictures(read: Callable[[int], bytes], size: int) -> Iterator[tuple[int, bytes]]:
    """Pairs (time stamp in the stream's units, picture of `size` bytes) until the stream ends."""
    source = _Source(read)
    cluster = 0
    while True:
        ident = source.number(keep_marker=True)
        length = source.number(keep_marker=False) if ident is not None else None
        if ident is None or length is None:
            return
        if ident in _ENTERED:
            continue
        if ident not in (_SIMPLE_BLOCK, _BLOCK) and length > _MAX_SKIPPED:
            raise BrokenStream("an element is too large to skip")
        body = source.take(length)
        if length and not body:
            return
        if ident == _TIMESTAMP:
            cluster = int.from_bytes(body, "big")
        elif ident in (_SIMPLE_BLOCK, _BLOCK):
            if len(body) != size + 4:
                raise BrokenStream("a picture has an unexpected size")
            yield cluster + int.from_bytes(body[1:3], "big", signed=True), body[4:]
