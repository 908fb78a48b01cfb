"""What Facebook allows on Pages, with where and when it was read."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from platforms.descriptor import Limit
from platforms.facebook import DESCRIPTOR, REEL, TITLE
from publishing.platforms.declared import Rate
from publishing.platforms.file_rules import Accepts, Images, kinds
from publishing.platforms.video_rules import Videos

_REELS = "developers.facebook.com, Reels publishing API"
_PHOTOS = "developers.facebook.com, Page photos reference; the smaller of two stated values"
_OWN = "this product: the platform states none"
_READ = date(2026, 7, 31)

LIMITS = {
    "text": DESCRIPTOR.text.limit,
    "title": TITLE,
    "reel_min_s": Limit(3, "seconds", _REELS, _READ),
    "reel_max_s": REEL,
    "reel_width_min_px": Limit(540, "pixels", _REELS, _READ),
    "reel_height_min_px": Limit(960, "pixels", _REELS, _READ),
    "reel_fps_min": Limit(24, "frames per second", _REELS, _READ),
    "reel_fps_max": Limit(60, "frames per second", _REELS, _READ),
    "reels_per_day": Limit(30, "Reels of a Page in 24 hours", _REELS, _READ),
    "containers": Limit("video/mp4 video/quicktime", "media types", _REELS, _READ),
    "codecs": Limit("h264 hevc vp9 av1", "video codecs", _REELS, _READ),
    "video_bytes": Limit(4 * 1024**3, "bytes", _OWN, _READ),
    "image_types": Limit("image/jpeg image/png", "media types", _PHOTOS, _READ),
    "image_bytes": Limit(4 * 1024 * 1024, "bytes", _PHOTOS, _READ),
    "photos": Limit(10, "photos of a post", _OWN, _READ),
}
VIDEOS = Videos(
    types=kinds(LIMITS["containers"].value),
    codecs=kinds(LIMITS["codecs"].value),
    bytes_max=int(LIMITS["video_bytes"].value),
)
REELS = replace(
    VIDEOS,
    fps_min=float(LIMITS["reel_fps_min"].value),
    fps_max=float(LIMITS["reel_fps_max"].value),
    upright_min=(int(LIMITS["reel_width_min_px"].value), int(LIMITS["reel_height_min_px"].value)),
    seconds_min=float(LIMITS["reel_min_s"].value),
    seconds_max=float(LIMITS["reel_max_s"].value),
)
ACCEPTS = Accepts(
    videos=VIDEOS,
    # What keeps a video from being a Reel is mended where a person asks for one.
    asked={("video_as", "reel"): REELS},
    images=Images(types=kinds(LIMITS["image_types"].value), bytes_max=int(LIMITS["image_bytes"].value)),
    source=_REELS,
    read_on=_READ,
)
# The Graph API counts by its own headers (see `meta.usage`), not by fixed windows.
RATES: dict[str, Rate] = {}

UPLOAD_LIFE = timedelta(hours=23)


def reel_day(now: datetime) -> tuple[str, datetime]:
    """The day in which Reels are counted here, and its end. The platform counts a rolling one."""
    start = datetime.combine(now.date(), time(), now.tzinfo)
    return now.date().isoformat(), start + timedelta(days=1)
