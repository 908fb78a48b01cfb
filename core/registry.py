"""The three hooks by which a lower floor asks something of a higher one; filled in `AppConfig.ready()`.

`limits`: may this workspace use n more of something? Nobody registered means everything is allowed.
`exporters` and `erasers`: each app hands over, and deletes, what it holds of a workspace or a user.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

LimitCheck = Callable[[UUID, str, int], None]
Exporter = Callable[[UUID], Iterator[tuple[str, Any]]]
Eraser = Callable[[UUID], None]


@dataclass
class Limits:
    """Asked by whoever is about to create something that a plan counts."""

    _check: LimitCheck | None = None

    def register(self, check: LimitCheck) -> None:
        """Set the one who answers. `check(workspace_id, key, n)` raises `PlanLimit` to refuse."""
        self._check = check

    def check(self, workspace_id: UUID, key: str, n: int = 1) -> None:
        """Raise `PlanLimit` when n more of `key` are too many."""
        if self._check is not None:
            self._check(workspace_id, key, n)


@dataclass
class Privacy:
    """What to do with a workspace's data when its owner asks for it or leaves."""

    exporters: dict[str, Exporter] = field(default_factory=dict)
    erasers: dict[str, Eraser] = field(default_factory=dict)


limits = Limits()
privacy = Privacy()
