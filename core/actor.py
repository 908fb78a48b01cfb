"""Who does something, in which workspace, with which role. Every service takes an Actor first."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    """How the actor came in."""

    USER = "user"
    API = "api"
    ADMIN = "admin"
    ASSISTANT = "assistant"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """An authenticated someone inside one workspace. `role` is viewer, editor or admin."""

    user_id: UUID | None
    workspace_id: UUID
    role: str
    kind: ActorKind = ActorKind.USER

    @classmethod
    def system(cls, workspace_id: UUID) -> "Actor":
        """The product itself (sweeps, jobs without a person), named as such in the audit."""
        return cls(user_id=None, workspace_id=workspace_id, role="admin", kind=ActorKind.SYSTEM)
