"""Takes out of a picture what is not the picture: place, camera, comments, hidden second pictures. Pixels stay as they
are, byte for byte. Knows no Django and decodes nothing.

Sources: ITU-T T.81 annex B (JPEG markers) with JFIF and CIPA DC-008 (Exif in APP1); W3C PNG 3rd edition, 5.6 and 11;
RFC 9649 (WebP container); CompuServe GIF89a.
"""

from collections.abc import Callable, Iterator

# Of the chunks that may be left out, those that say how the picture is to be shown.
_PNG_KEPT = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD", b"pHYs",
    b"cICP", b"mDCV", b"cLLI", b"acTL", b"fcTL", b"fdAT",
}  # fmt: skip
_WEBP_KEPT = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
_EXIF_AND_XMP = 0x0C
_SOI, _EOI, _SOS, _APP0, _APP2, _APP14, _COM = 0xD8, 0xD9, 0xDA, 0xE0, 0xE2, 0xEE, 0xFE


class BrokenError(ValueError):
    """The file ends too early or is not built as its format says."""


def strip(data: bytes, format_: str) -> bytes:
    """The same picture without anything else. `format_` is JPEG, PNG, WEBP or GIF."""
    try:
        return b"".join(_READERS[format_](data))
    except (IndexError, ValueError) as error:
        raise BrokenError(str(error)) from error


def _number(data: bytes, at: int, size: int, order: str = "big") -> int:
    if at + size > len(data):
        raise BrokenError("ends inside a length")
    return int.from_bytes(data[at : at + size], "big" if order == "big" else "little")


def _jpeg(data: bytes) -> Iterator[bytes]:
    """Keeps JFIF, the colour profile and Adobe's colour transform; ends at the first end of image."""
    yield data[:2]
    at = 2
    while True:
        if data[at] != 0xFF:
            raise BrokenError("no marker where one must be")
        while data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1]
        if marker == _EOI:
            yield data[at : at + 2]
            return
        if marker in (0x01, *range(0xD0, 0xD8)):
            at += 2
            continue
        end = at + 2 + _number(data, at + 2, 2)
        segment = data[at:end]
        if end > len(data):
            raise BrokenError("ends inside a segment")
        if marker == _SOS:
            end = _scan_end(data, end)
            yield data[at:end]
        elif _jpeg_kept(marker, segment):
            yield segment
        at = end


def _jpeg_kept(marker: int, segment: bytes) -> bool:
    if marker == _APP2:
        return segment[4:16] == b"ICC_PROFILE\x00"
    if _APP0 <= marker <= 0xEF:
        return marker in (_APP0, _APP14)
    return marker != _COM


def _scan_end(data: bytes, at: int) -> int:
    """Where the entropy-coded bytes end: at a marker that is neither stuffing nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise BrokenError("no end of image")
        following = data[at + 1]
        if following == 0 or 0xD0 <= following <= 0xD7:
            at += 2
        elif following == 0xFF:
            at += 1
        else:
            return at


def _png(data: bytes) -> Iterator[bytes]:
    yield data[:8]
    at = 8
    while True:
        size = _number(data, at, 4)
        kind, end = data[at + 4 : at + 8], at + 12 + size
        if end > len(data):
            raise BrokenError("ends inside a chunk")
        if kind in _PNG_KEPT:
            yield data[at:end]
        if kind == b"IEND":
            return
        at = end


def _webp(data: bytes) -> Iterator[bytes]:
    total = 8 + _number(data, 4, 4, "little")
    if total > len(data):
        raise BrokenError("ends too early")
    kept, at = [], 12
    while at + 8 <= total:
        kind, size = data[at : at + 4], _number(data, at + 4, 4, "little")
        end = at + 8 + size + size % 2
        chunk = data[at:end]
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~_EXIF_AND_XMP & 0xFF]) + chunk[9:]
        if kind in _WEBP_KEPT:
            kept.append(chunk)
        at = end
    body = b"".join(kept)
    yield b"RIFF" + (4 + len(body)).to_bytes(4, "little") + b"WEBP" + body


def _gif(data: bytes) -> Iterator[bytes]:
    """Keeps pictures, their timing and the loop count; drops comments and every other application's data."""
    flags = data[10]
    at = 13 + (3 * (2 << (flags & 7)) if flags & 0x80 else 0)
    yield data[:at]
    while True:
        kind = data[at]
        if kind == 0x3B:
            yield b"\x3b"
            return
        if kind == 0x2C:
            local = data[at + 9]
            body = at + 10 + (3 * (2 << (local & 7)) if local & 0x80 else 0) + 1
            end = _blocks_end(data, body)
            yield data[at:end]
        elif kind == 0x21:
            end = _blocks_end(data, at + 2)
            label, name = data[at + 1], data[at + 3 : at + 14]
            if label == 0xF9 or (label == 0xFF and name in (b"NETSCAPE2.0", b"ANIMEXTS1.0")):
                yield data[at:end]
        else:
            raise BrokenError("an unknown block")
        at = end


def _blocks_end(data: bytes, at: int) -> int:
    while size := data[at]:
        at += 1 + size
    return at + 1


_READERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {"JPEG": _jpeg, "PNG": _png, "WEBP": _webp, "GIF": _gif}
