"""What Blotato allows, with where and when it was read; beside it stand the limits of the platform behind it."""

from datetime import date

from platforms.descriptor import Limit
from publishing.platforms.declared import Rate

_API = "help.blotato.com, API reference"
_MEDIA = "help.blotato.com, media (a plan may allow less)"
_READ = date(2026, 10, 1)

LIMITS = {
    "size_bytes": Limit(1024**3, "bytes", _MEDIA, _READ),
}

# Per API key, a minute each.
RATES = {
    "post": Rate(30, 60),
    "status": Rate(60, 60),
    "media": Rate(10, 60),
    "display": Rate(60, 60),
}

# Platforms that take no post of words alone.
NEEDS_MEDIA = frozenset({"instagram", "tiktok", "youtube"})
