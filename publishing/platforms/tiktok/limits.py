"""What TikTok allows, with where and when it was read."""

from datetime import date

from platforms.descriptor import Limit
from platforms.tiktok import DESCRIPTOR, LONGEST, PHOTO_TITLE
from publishing.platforms.declared import Rate
from publishing.platforms.file_rules import Accepts, Images, kinds
from publishing.platforms.video_rules import Videos

_POST = "developers.tiktok.com, Content Posting API, direct post reference"
_MEDIA = "developers.tiktok.com, Content Posting API, media transfer guide"
_READ = date(2026, 11, 5)

LIMITS = {
    "text": DESCRIPTOR.text.limit,
    "size_bytes": Limit(4 * 1024**3, "bytes", _MEDIA, _READ),
    "duration_max_s": LONGEST,
    "fps_min": Limit(23, "frames per second", _MEDIA, _READ),
    "fps_max": Limit(60, "frames per second", _MEDIA, _READ),
    "side_min_px": Limit(360, "pixels", _MEDIA, _READ),
    "side_max_px": Limit(4096, "pixels", _MEDIA, _READ),
    "containers": Limit("video/mp4 video/quicktime video/webm", "media types", _MEDIA, _READ),
    "codecs": Limit("h264 hevc vp8 vp9", "video codecs", _MEDIA, _READ),
    "photo_types": Limit("image/jpeg image/webp", "media types", _MEDIA, _READ),
    "photo_bytes": Limit(20 * 1000**2, "bytes", _MEDIA, _READ),
    "photo_side_px": Limit(1920, "pixels, 1080p, the longer side", _MEDIA, _READ),
    "photos": Limit(35, "pictures", _POST, _READ),
    "photo_title": PHOTO_TITLE,
    "photo_text": Limit(4000, "utf16", _POST, _READ),
    "posts_per_day": Limit(15, "posts, about, per creator", _POST, _READ),
}

# Sound is not named by the documents; what players of MP4, MOV and WebM have is taken as it is.
ACCEPTS = Accepts(
    videos=Videos(
        types=kinds(LIMITS["containers"].value),
        codecs=kinds(LIMITS["codecs"].value),
        sounds=frozenset({"aac", "mp3", "opus", "vorbis", "alac", "ac3", "eac3", "pcm_s16le"}),
        fps_min=float(LIMITS["fps_min"].value),
        fps_max=float(LIMITS["fps_max"].value),
        side_min=int(LIMITS["side_min_px"].value),
        side_max=int(LIMITS["side_max_px"].value),
        bytes_max=int(LIMITS["size_bytes"].value),
        seconds_max=float(LIMITS["duration_max_s"].value),
    ),
    images=Images(
        types=kinds(LIMITS["photo_types"].value),
        bytes_max=int(LIMITS["photo_bytes"].value),
        side_max=int(LIMITS["photo_side_px"].value),
    ),
    source=_MEDIA,
    read_on=_READ,
)

# Per user token; a window of a minute each.
RATES = {
    "creator_info": Rate(20, 60),
    "init": Rate(6, 60),
    "status": Rate(30, 60),
    "display": Rate(600, 60),
}

SMALLEST_CHUNK = 5_000_000
CHUNK = 10_000_000
WHOLE_UP_TO = 64_000_000


def plan_chunks(size: int) -> tuple[int, int]:
    """Chunk size and count for a file: the last chunk takes the remainder.

    The documents leave open whether MB means 10^6 or 2^20 bytes; every value here is right in both readings.
    """
    if size <= WHOLE_UP_TO:
        return size, 1
    return CHUNK, size // CHUNK


def chunk_range(size: int, chunk: int, count: int, index: int) -> tuple[int, int]:
    """First byte and length of a chunk."""
    first = index * chunk
    return first, (size - first if index == count - 1 else chunk)
