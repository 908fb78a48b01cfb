"""What LinkedIn allows, with where and when it was read, and when its day ends."""

from datetime import date, datetime, time, timedelta

from platforms.descriptor import Limit
from platforms.linkedin import DESCRIPTOR, LONGEST, TITLE
from publishing.platforms.declared import Rate
from publishing.platforms.file_rules import Accepts, Images, kinds
from publishing.platforms.video_rules import Videos

_VIDEOS = "learn.microsoft.com, LinkedIn Videos API"
_IMAGES = "learn.microsoft.com, LinkedIn Images API"
_MULTI = "learn.microsoft.com, LinkedIn MultiImage API (most pictures not confirmed)"
_READ = date(2026, 9, 1)

LIMITS = {
    "text": DESCRIPTOR.text.limit,
    "title": TITLE,
    "images": Limit(20, "pictures", _MULTI, _READ),
    "image_px": Limit(36_152_320, "pixels of a picture", _IMAGES, _READ),
    "image_types": Limit("image/jpeg image/png image/gif", "media types", _IMAGES, _READ),
    "video_types": Limit("video/mp4", "media types", _VIDEOS, _READ),
    "size_min_bytes": Limit(75_000, "bytes", _VIDEOS, _READ),
    "size_bytes": Limit(500 * 1024**2, "bytes", _VIDEOS, _READ),
    "duration_min_s": Limit(3, "seconds", _VIDEOS, _READ),
    "duration_max_s": LONGEST,
}

ACCEPTS = Accepts(
    videos=Videos(
        types=kinds(LIMITS["video_types"].value),
        bytes_min=int(LIMITS["size_min_bytes"].value),
        bytes_max=int(LIMITS["size_bytes"].value),
        seconds_min=float(LIMITS["duration_min_s"].value),
        seconds_max=float(LIMITS["duration_max_s"].value),
    ),
    images=Images(types=kinds(LIMITS["image_types"].value), pixels_max=int(LIMITS["image_px"].value)),
    source=_VIDEOS,
    read_on=_READ,
)

# LinkedIn's limits are daily and shown only in the developer portal of each app: its own 429 says when one is reached.
RATES: dict[str, Rate] = {}


def day_ends(now: datetime) -> datetime:
    """The next 00:00 UTC, when daily limits end."""
    return datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
