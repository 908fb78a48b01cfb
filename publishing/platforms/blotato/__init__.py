"""Blotato: one API key behind which accounts of several platforms are connected; posts go there through it."""

from publishing.platforms.blotato.adapter import Blotato, through

__all__ = ["Blotato", "through"]
