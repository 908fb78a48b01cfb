"""The imitated platforms, one folder and one line each: the folder's `DATA`, and `routes.py` with its addresses."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from sandbox.starting import Starting

PLATFORMS: Final[dict[str, Starting]] = {}
_MODULES: Final[list[str]] = []


def register(module: str) -> None:
    """Make a platform known, before anything of the sandbox is set up."""
    found: Starting = import_module(module).DATA
    PLATFORMS[found.name] = found
    _MODULES.append(module)


def modules() -> tuple[str, ...]:
    """The packages of the platforms, whose `routes` the app collects."""
    return tuple(_MODULES)


register("sandbox.platforms.tiktok")
register("sandbox.platforms.youtube")
register("sandbox.platforms.instagram")
register("sandbox.platforms.facebook")
register("sandbox.platforms.x")
register("sandbox.platforms.linkedin")
register("sandbox.platforms.blotato")
