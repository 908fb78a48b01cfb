"""Client ids and secrets the imitated platforms accept: one default pair each, more at `create_app`."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sandbox.platforms import PLATFORMS

DEFAULT_CREDENTIALS: Final[Mapping[str, tuple[str, str]]] = {
    name: (f"sandbox-{name}", f"sandbox-{name}-secret") for name in PLATFORMS
}
"""Blotato has no OAuth: its pair's second half is an accepted API key."""


@dataclass(frozen=True)
class Credentials:
    """Accepted pairs per platform."""

    pairs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def build(cls, extra: Mapping[str, Iterable[tuple[str, str]]] | None = None) -> Credentials:
        pairs = {name: dict([pair]) for name, pair in DEFAULT_CREDENTIALS.items()}
        for each in PLATFORMS.values():
            if each.also:
                pairs[each.name][f"sandbox-{each.also}"] = f"sandbox-{each.also}-secret"
        for name, more in (extra or {}).items():
            pairs.setdefault(name, {}).update(more)
        return cls(pairs)

    def knows(self, platform: str, client_id: str) -> bool:
        return client_id in self.pairs.get(platform, {})

    def accepts(self, platform: str, client_id: str, secret: str) -> bool:
        expected = self.pairs.get(platform, {}).get(client_id)
        return expected is not None and hmac.compare_digest(expected.encode(), secret.encode())

    def key_known(self, platform: str, secret: str) -> bool:
        """Whether `secret` alone is accepted (platforms with an API key)."""
        known = self.pairs.get(platform, {}).values()
        return any(hmac.compare_digest(value.encode(), secret.encode()) for value in known)
