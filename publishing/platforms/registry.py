"""The adapters of all platforms and services that are registered: each folder has an `ADAPTER`."""

from importlib import import_module
from types import ModuleType

import platforms
from core.errors import NotFound
from platforms.descriptor import Connector
from publishing.errors import PublishingError
from publishing.platforms.base import Adapter


def _module(connector: Connector) -> ModuleType:
    return import_module(connector.adapter or f"{__package__}.{connector.key}")


ADAPTERS: dict[str, Adapter] = {key: _module(item).ADAPTER for key, item in platforms.PLATFORMS.items()}

# Services through which posts go to platforms: connected themselves, and an adapter for each platform that they reach.
_SERVICES: dict[str, ModuleType] = {key: _module(item) for key, item in platforms.SERVICES.items()}
SERVICES: dict[str, Adapter] = {key: module.ADAPTER for key, module in _SERVICES.items()}
_THROUGH: dict[str, dict[str, Adapter]] = {
    key: {name: module.through(ADAPTERS[name]) for name in module.REACHES} for key, module in _SERVICES.items()
}

CONNECTORS: dict[str, Adapter] = {**ADAPTERS, **SERVICES}


def adapter_for(platform: str, via: str = "") -> Adapter:
    """The adapter of a platform or a service, or of a platform `via` a service; `NotFound` for one that has none."""
    adapter = _THROUGH.get(via, {}).get(platform) if via else CONNECTORS.get(platform)
    if adapter is None:
        known = ", ".join(sorted(CONNECTORS))
        raise NotFound(
            PublishingError.PLATFORM_UNKNOWN, f"{platform!r} cannot be connected here. Known platforms: {known}."
        )
    return adapter


def service_behind(via: str) -> list[str]:
    """The platforms that a service reaches."""
    return sorted(_THROUGH.get(via, {}))
