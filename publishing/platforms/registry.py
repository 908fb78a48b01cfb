"""Which platforms have an adapter: one folder and one line each."""

from core.errors import NotFound
from publishing.errors import Code
from publishing.platforms.base import Adapter
from publishing.platforms.blotato import Blotato, through
from publishing.platforms.facebook import Facebook
from publishing.platforms.instagram import Instagram
from publishing.platforms.linkedin import LinkedIn
from publishing.platforms.tiktok import TikTok
from publishing.platforms.twitter import X
from publishing.platforms.youtube import YouTube

ADAPTERS: dict[str, Adapter] = {
    adapter.name: adapter for adapter in (Instagram(), TikTok(), YouTube(), Facebook(), X(), LinkedIn())
}

# Services through which posts go to platforms: connected themselves, and an adapter for each platform behind them.
SERVICES: dict[str, Adapter] = {"blotato": Blotato()}
_THROUGH = {"blotato": {name: through(adapter) for name, adapter in ADAPTERS.items()}}

CONNECTORS: dict[str, Adapter] = {**ADAPTERS, **SERVICES}


def adapter_for(platform: str, via: str = "") -> Adapter:
    """The adapter of a platform or a service, or of a platform `via` a service; `NotFound` for one that has none."""
    adapter = _THROUGH.get(via, {}).get(platform) if via else CONNECTORS.get(platform)
    if adapter is None:
        known = ", ".join(sorted(CONNECTORS))
        raise NotFound(Code.PLATFORM_UNKNOWN, f"{platform!r} cannot be connected here. Known platforms: {known}.")
    return adapter


def service_behind(via: str) -> list[str]:
    """The platforms that a service reaches."""
    return sorted(_THROUGH.get(via, {}))
