"""What YouTube allows, with where and when it was read, and when its quota day ends."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from platforms.descriptor import Limit
from platforms.youtube import DESCRIPTOR, LONGEST, SHORT, TITLE
from publishing.platforms.declared import Rate
from publishing.platforms.file_rules import Accepts, Images, kinds
from publishing.platforms.video_rules import Videos

_API = "developers.google.com/youtube/v3/docs/videos"
_QUOTA = "developers.google.com/youtube/v3/determine_quota_cost"
_READ = date(2026, 11, 4)

LIMITS = {
    "title": TITLE,
    "text": DESCRIPTOR.text.limit,
    "tags": Limit(500, "chars", _API, _READ),
    "size_bytes": Limit(256 * 1024**3, "bytes", _API, _READ),
    "duration_max_s": LONGEST,
    "short_max_s": SHORT,
    "inserts_per_day": Limit(100, "videos of the app", _QUOTA, _READ),
    "thumbnail_types": Limit("image/jpeg image/png", "media types", _API, _READ),
    "thumbnail_bytes": Limit(2 * 1024 * 1024, "bytes", _API, _READ),
}
# YouTube takes videos of any format; its thumbnails are small JPEG or PNG pictures.
ACCEPTS = Accepts(
    videos=Videos(bytes_max=int(LIMITS["size_bytes"].value), seconds_max=float(LIMITS["duration_max_s"].value)),
    thumbnails=Images(
        types=kinds(LIMITS["thumbnail_types"].value), bytes_max=int(LIMITS["thumbnail_bytes"].value), side_max=1920
    ),
    source=_API,
    read_on=_READ,
)
RATES: dict[str, Rate] = {}

GRANULE = 256 * 1024
CHUNK = 32 * GRANULE
PACIFIC = ZoneInfo("America/Los_Angeles")


def quota_day(now: datetime) -> tuple[str, datetime]:
    """The quota day (Pacific) and the instant at which it ends."""
    local = now.astimezone(PACIFIC)
    end = datetime.combine(local.date() + timedelta(days=1), time(), PACIFIC)
    return local.date().isoformat(), end.astimezone(now.tzinfo)
