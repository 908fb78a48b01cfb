"""The hooks by which a lower layer asks something of a higher one; filled in `AppConfig.ready()`.

`limits`: may this workspace use n more of something? Nobody registered means everything is allowed.
`uses`: what needs these files, so that they must not be deleted? Nobody registered means nothing does.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

LimitCheck = Callable[[UUID, str, int], None]


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


@dataclass(frozen=True, slots=True)
class FileUse:
    """Something that needs a file. `how` continues a sentence (“is planned in”), `url` is a page of this product."""

    type: str
    id: UUID
    title: str
    status: str
    how: str
    url: str
    at: datetime | None = None

    def as_json(self) -> dict[str, str | None]:
        at = self.at.isoformat() if self.at else None
        return {
            "type": self.type, "id": str(self.id), "title": self.title, "status": self.status, "scheduled_at": at,
            "url": self.url,
        }  # fmt: skip


UsesOf = Callable[[UUID, Collection[UUID]], list[FileUse]]


@dataclass
class Uses:
    """Asked by whoever is about to delete files."""

    askers: list[UsesOf] = field(default_factory=list)
    memories: set[type] = field(default_factory=set)

    def register(self, find: UsesOf, memories: Collection[type] = ()) -> None:
        """Add one who knows uses. `find(workspace_id, file_ids)` gives what has not ended, the soonest first.

        `memories` are models whose rows name a file only to remember it: they keep its row, and not its bytes.
        """
        self.askers.append(find)
        self.memories.update(memories)

    def of(self, workspace_id: UUID, file_ids: Collection[UUID]) -> list[FileUse]:
        """Everything that needs one of these files."""
        return [use for find in self.askers for use in find(workspace_id, file_ids)] if file_ids else []


limits = Limits()
uses = Uses()
