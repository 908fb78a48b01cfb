"""What Instagram allows, with where and when it was read. The daily number of posts is read from the API instead."""

from datetime import date, timedelta

from platforms.descriptor import Limit
from platforms.instagram import ALT_TEXT, DESCRIPTOR, LONGEST
from publishing.platforms.declared import Rate
from publishing.platforms.file_rules import Accepts, Images, kinds
from publishing.platforms.video_rules import Videos

_MEDIA = "developers.facebook.com, Instagram platform, IG User Media reference"
_ERRORS = "developers.facebook.com, Instagram platform, error codes"
_READ = date(2026, 7, 31)

LIMITS = {
    "text": DESCRIPTOR.text.limit,
    "hashtags": Limit(30, "hashtags", _ERRORS, _READ),
    "mentions": Limit(20, "@-mentions", _ERRORS, _READ),
    "alt_text": ALT_TEXT,
    "collaborators": Limit(3, "accounts", _MEDIA, _READ),
    "containers": Limit("video/mp4 video/quicktime", "media types", _MEDIA, _READ),
    "codecs": Limit("h264 hevc", "video codecs", _MEDIA, _READ),
    "sample_rate_max": Limit(48_000, "Hz", _MEDIA, _READ),
    "channels_max": Limit(2, "channels", _MEDIA, _READ),
    "bit_rate_max": Limit(25_000_000, "bits a second", _MEDIA, _READ),
    "size_bytes": Limit(300 * 1024 * 1024, "bytes", _MEDIA, _READ),
    "duration_min_s": Limit(3, "seconds", _MEDIA, _READ),
    "duration_max_s": LONGEST,
    "fps_min": Limit(23, "frames per second", _MEDIA, _READ),
    "fps_max": Limit(60, "frames per second", _MEDIA, _READ),
    "video_width_max_px": Limit(1920, "pixels", _MEDIA, _READ),
    "video_aspect_min": Limit(0.01, "width to height", _MEDIA, _READ),
    "video_aspect_max": Limit(10, "width to height", _MEDIA, _READ),
    "image_types": Limit("image/jpeg", "media types", _MEDIA, _READ),
    "image_bytes": Limit(8 * 1024 * 1024, "bytes", _MEDIA, _READ),
    "image_aspect_min": Limit(0.8, "width to height", _MEDIA, _READ),
    "image_aspect_max": Limit(1.91, "width to height", _MEDIA, _READ),
    "image_width_min_px": Limit(320, "pixels", _MEDIA, _READ),
    "image_width_max_px": Limit(1440, "pixels", _MEDIA, _READ),
    "carousel_min": Limit(2, "items", _MEDIA, _READ),
    "carousel_max": Limit(10, "items", _MEDIA, _READ),
}
ACCEPTS = Accepts(
    videos=Videos(
        types=kinds(LIMITS["containers"].value),
        codecs=kinds(LIMITS["codecs"].value),
        sounds=frozenset({"aac"}),
        pixels=frozenset({"yuv420p", "yuvj420p"}),
        sample_rate_max=int(LIMITS["sample_rate_max"].value),
        channels_max=int(LIMITS["channels_max"].value),
        fps_min=float(LIMITS["fps_min"].value),
        fps_max=float(LIMITS["fps_max"].value),
        side_max=int(LIMITS["video_width_max_px"].value),
        aspect_min=float(LIMITS["video_aspect_min"].value),
        aspect_max=float(LIMITS["video_aspect_max"].value),
        bit_rate_max=int(LIMITS["bit_rate_max"].value),
        bytes_max=int(LIMITS["size_bytes"].value),
        starts_at_once=True,
        progressive=True,
        closed_gop=True,
        seconds_min=float(LIMITS["duration_min_s"].value),
        seconds_max=float(LIMITS["duration_max_s"].value),
    ),
    images=Images(
        types=kinds(LIMITS["image_types"].value),
        bytes_max=int(LIMITS["image_bytes"].value),
        width_max=int(LIMITS["image_width_max_px"].value),
        aspect_min=float(LIMITS["image_aspect_min"].value),
        aspect_max=float(LIMITS["image_aspect_max"].value),
    ),
    source=_MEDIA,
    read_on=_READ,
)
# The Graph API counts by its own headers (see `meta.usage`), not by fixed windows.
RATES: dict[str, Rate] = {}

CONTAINER_LIFE = timedelta(hours=23)
