"""What X allows, with where and when it was read. Its documents disagree on video; the smaller reading stands here,
and an operator whose app is given more says so by settings."""

from datetime import date

from django.conf import settings

from platforms.descriptor import Limit
from platforms.twitter import DESCRIPTOR, LONGEST
from publishing.platforms.declared import Rate
from publishing.platforms.file_rules import Accepts, Images, kinds
from publishing.platforms.video_rules import Videos

_POSTS = "docs.x.com, Counting characters"
_MEDIA = "docs.x.com, Media best practices"
_RATES = "docs.x.com, Rate limits"
_READ = date(2026, 8, 22)

LIMITS = {
    "text": DESCRIPTOR.text.limit,
    "text_premium": Limit(4000, "weighted", _POSTS, _READ),
    "cashtags": Limit(1, "cashtags of an app on the self-serve plan", _POSTS, _READ),
    "images": Limit(4, "pictures", _MEDIA, _READ),
    "image_bytes": Limit(5 * 1024**2, "bytes", _MEDIA, _READ),
    "gif_bytes": Limit(15 * 1024**2, "bytes", _MEDIA, _READ),
    "image_types": Limit("image/jpeg image/png image/webp", "media types", _MEDIA, _READ),
    "video_types": Limit("video/mp4 video/quicktime", "media types", _MEDIA, _READ),
    "video_codecs": Limit("h264", "video codecs", _MEDIA, _READ),
    "size_bytes": Limit(512 * 1024**2, "bytes", _MEDIA, _READ),
    "duration_min_s": Limit(0.5, "seconds", _MEDIA, _READ),
    "duration_max_s": LONGEST,
    "side_min_px": Limit(32, "pixels", _MEDIA, _READ),
    "aspect_max": Limit(3, "times as long as wide, either way", _MEDIA, _READ),
    "fps_max": Limit(60, "frames per second", _MEDIA, _READ),
    "posts_per_day": Limit(10_000, "posts of the app in 24 hours", _RATES, _READ),
}


def video_bytes() -> int:
    """The largest video in bytes: the documented size, or what the operator's app is given."""
    return int(settings.PLATFORMS["twitter"].get("video_max_mb") or 0) * 1024**2 or int(LIMITS["size_bytes"].value)


def video_seconds() -> float:
    """The longest video in seconds."""
    return float(settings.PLATFORMS["twitter"].get("video_max_s") or LIMITS["duration_max_s"].value)


def videos() -> Videos:
    """What X takes of videos, with what the operator's app is given."""
    longest_shape = float(LIMITS["aspect_max"].value)
    return Videos(
        types=kinds(LIMITS["video_types"].value),
        codecs=kinds(LIMITS["video_codecs"].value),
        sounds=frozenset({"aac"}),
        pixels=frozenset({"yuv420p", "yuvj420p"}),
        fps_max=float(LIMITS["fps_max"].value),
        side_min=int(LIMITS["side_min_px"].value),
        aspect_min=1 / longest_shape,
        aspect_max=longest_shape,
        bytes_max=video_bytes(),
        seconds_min=float(LIMITS["duration_min_s"].value),
        seconds_max=video_seconds(),
    )


# Animations go out as they are; `image_types` are those of pictures.
ACCEPTS = Accepts(
    videos=videos(),
    images=Images(types=kinds(LIMITS["image_types"].value) | {"image/gif"}, bytes_max=int(LIMITS["image_bytes"].value)),
    source=_MEDIA,
    read_on=_READ,
)

# Per user token, windows of 15 minutes.
RATES = {
    "post": Rate(100, 900),
    "media": Rate(1875, 900),
    "status": Rate(1000, 900),
    "display": Rate(5000, 900),
    "account": Rate(75, 900),
}

# X takes up to 5 MB a segment.
SEGMENT = 4 * 1024**2


def segment(size: int, index: int) -> tuple[int, int]:
    """First byte and length of a segment."""
    first = index * SEGMENT
    return first, min(SEGMENT, size - first)
