"""What a file is, by its first bytes. Names and declared types are never believed.

Sources: ISO/IEC 14496-12 (`ftyp`, brands) and the register at mp4ra.org; Apple's QuickTime File Format (files without
`ftyp`); RFC 8794 and the Matroska specification (EBML `DocType`); Microsoft's RIFF and AVI layout.
"""

from dataclasses import dataclass

HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Container:
    """A container the product takes. `demuxer` is FFmpeg's name of it, given so that nothing else is tried."""

    name: str
    content_type: str
    extension: str
    demuxer: str


MP4 = Container("MP4", "video/mp4", "mp4", "mov")
M4V = Container("M4V", "video/x-m4v", "m4v", "mov")
MOV = Container("MOV", "video/quicktime", "mov", "mov")
AVI = Container("AVI", "video/x-msvideo", "avi", "avi")
WEBM = Container("WebM", "video/webm", "webm", "matroska")

_AUDIO_BRANDS = {b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "}
_PICTURE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis", b"jxl "}
_MP4_BRANDS = {
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41", b"mp42", b"mp71",
    b"avc1", b"hvc1", b"dash", b"msdh", b"MSNV", b"XAVC", b"cmfc", b"F4V ", b"mmp4", b"NDSC", b"av01", b"3gp4",
    b"3gp5", b"3gp6", b"3gp7", b"3g2a", b"iphE",
}  # fmt: skip
_QUICKTIME_ATOMS = {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
_EBML = b"\x1a\x45\xdf\xa3"

# First bytes → what a person would call it.
_KNOWN = (
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"Rar!", "a RAR archive"),
    (b"ID3", "an MP3 sound file"),
    (b"OggS", "an Ogg file"),
    (b"fLaC", "a FLAC sound file"),
    (b"FLV\x01", "an FLV video"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media video"),
    (b"\x00\x00\x01\xba", "an MPEG program stream"),
    (b"\x00\x00\x01\xb3", "an MPEG video"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
)


def container_of(head: bytes) -> Container | None:
    """The video container that these first bytes begin, or None when the product does not take it."""
    if len(head) < 12:
        return None
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head[4:8] in _QUICKTIME_ATOMS:
        return MOV
    if head[:4] == b"RIFF" and head[8:12] in (b"AVI ", b"AVIX"):
        return AVI
    if head[:4] == _EBML and b"webm" in head[:128]:
        return WEBM
    return None


def picture_of(head: bytes) -> str | None:
    """JPEG, PNG, WEBP or GIF by the first bytes; None for everything else."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return "GIF" if head[:6] in (b"GIF87a", b"GIF89a") else None


def _brands(head: bytes) -> list[bytes]:
    size = min(int.from_bytes(head[:4], "big"), len(head))
    return [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]


def _by_brand(head: bytes) -> Container | None:
    major, *others = _brands(head)
    if major == b"qt  ":
        return MOV
    if major in (b"M4V ", b"M4VH", b"M4VP"):
        return M4V
    if major in _AUDIO_BRANDS or major in _PICTURE_BRANDS:
        return None
    if major in _MP4_BRANDS or _MP4_BRANDS.intersection(others):
        return MP4
    return None


def describe(head: bytes) -> str:
    """What a refused file seems to be, for the sentence that refuses it."""
    for magic, words in _KNOWN:
        if head.startswith(magic):
            return words
    if head[4:8] == b"ftyp":
        major = _brands(head)[0]
        return _by_major(major)
    if head[:4] == _EBML:
        return "a Matroska (MKV) video"
    if head[:4] == b"RIFF":
        return {b"WAVE": "a WAV sound file", b"WEBP": "a WebP picture"}.get(head[8:12], "a RIFF file")
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47:
        return "an MPEG transport stream"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "an MP3 or AAC sound file"
    return "plain text" if _is_text(head) else "no video format that we know"


def _by_major(major: bytes) -> str:
    if major in _AUDIO_BRANDS:
        return "a sound file without pictures"
    if major in _PICTURE_BRANDS:
        return "a still picture"
    return "a media file of an unknown kind"


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    try:
        # The last character may be cut in two by the end of the sample.
        head[: max(len(head) - 3, 1)].decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
