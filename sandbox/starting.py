"""What one imitated platform starts with, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Value = int | float | bool | str

HOUR: Final = 3600
DAY: Final = 24 * HOUR


@dataclass(frozen=True)
class Sample:
    """A sample account; its platform is the one whose data it stands in."""

    id: str
    kind: str
    handle: str
    name: str
    followers: int
    timezone: str = "Europe/Berlin"
    owner_id: str = ""
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Starting:
    """`also` is another name of the platform. `reach` is what its posts are seen by, beside an average of 1.

    `settings` are its switches: a name without a dot is the platform's own, one with a dot is shared.
    """

    name: str
    samples: tuple[Sample, ...]
    settings: Mapping[str, Value]
    also: str = ""
    reach: float = 1.0
