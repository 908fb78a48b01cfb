"""Every platform that the product knows, as data: one folder and one line here for each.

Imported by the settings: nothing here may need Django.
"""

from importlib import import_module
from typing import Final

from platforms.descriptor import App, Connector, Platform, Service

PLATFORMS: Final[dict[str, Platform]] = {}
SERVICES: Final[dict[str, Service]] = {}
CONNECTORS: Final[dict[str, Connector]] = {}
_NAMES: Final[dict[str, str]] = {}


def register(module: str) -> None:
    """Make the `DESCRIPTOR` of a module known, before Django is set up."""
    found: Connector = import_module(module).DESCRIPTOR
    CONNECTORS[found.key] = found
    if isinstance(found, Service):
        SERVICES[found.key] = found
    elif isinstance(found, Platform):
        PLATFORMS[found.key] = found
        spellings = (found.key, *found.aliases, *(f"{found.key}/{alias}" for alias in found.aliases))
        _NAMES.update(dict.fromkeys(spellings, found.key))


register("platforms.instagram")
register("platforms.tiktok")
register("platforms.youtube")
register("platforms.facebook")
register("platforms.twitter")
register("platforms.linkedin")
register("platforms.blotato")


def get(key: str) -> Platform:
    """The platform of a key; `KeyError` for any other name."""
    return PLATFORMS[key]


def canonical(name: str) -> str:
    """The key of a name or alias in any case; what is no platform stays as it is."""
    return _NAMES.get(name.strip().lower(), name)


def apps() -> list[App]:
    """Every app of every connector."""
    return [app for connector in CONNECTORS.values() for app in connector.apps]


def label(key: str) -> str:
    """The name that people know, of a platform or a service."""
    found = CONNECTORS.get(key)
    return found.label if found else key.replace("_", " ").title()


def choices() -> list[tuple[str, str]]:
    """Key and label of every platform."""
    return [(item.key, item.label) for item in PLATFORMS.values()]


def names() -> list[tuple[str, str]]:
    """The same with the aliases, for what programs may send."""
    aliases = [(alias, item.label) for item in PLATFORMS.values() for alias in item.aliases]
    return [*choices(), *aliases]


def connector_choices() -> list[tuple[str, str]]:
    """Key and label of every platform and service."""
    return [(item.key, item.label) for item in CONNECTORS.values()]


def service_choices() -> list[tuple[str, str]]:
    """Key and label of every service."""
    return [(item.key, item.label) for item in SERVICES.values()]


def preselected() -> list[str]:
    """The platforms that are ticked at first."""
    return [item.key for item in PLATFORMS.values() if item.preselected]


def first_choice() -> str:
    """The platform that is chosen at first where there is one only."""
    return preselected()[0]
