"""Blotato: one API key behind which accounts of several platforms are connected; posts go there through it."""

from publishing.platforms.blotato.adapter import Blotato, through
from publishing.platforms.blotato.targets import OPTIONS

ADAPTER = Blotato()
REACHES = tuple(OPTIONS)

__all__ = ["ADAPTER", "REACHES", "through"]
