"""One table: which action needs which role at least. Object-state refusals live in the services."""

from dataclasses import dataclass
from enum import StrEnum

from accounts.models import Role
from core.actor import Actor
from core.errors import PermissionDenied


class Action(StrEnum):
    """What can be allowed or refused inside one's own workspace."""

    READ = "read"
    WRITE = "write"
    PUBLISH = "publish"
    MANAGE_CONNECTIONS = "manage_connections"
    MANAGE_WEBHOOKS = "manage_webhooks"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_WORKSPACE = "manage_workspace"
    MANAGE_BILLING = "manage_billing"


LEAST_ROLE: dict[Action, Role] = {
    Action.READ: Role.VIEWER,
    Action.WRITE: Role.EDITOR,
    Action.PUBLISH: Role.EDITOR,
    Action.MANAGE_CONNECTIONS: Role.ADMIN,
    Action.MANAGE_WEBHOOKS: Role.ADMIN,
    Action.MANAGE_PEOPLE: Role.ADMIN,
    Action.MANAGE_WORKSPACE: Role.ADMIN,
    Action.MANAGE_BILLING: Role.ADMIN,
}
_RANK = {role: rank for rank, role in enumerate((Role.VIEWER, Role.EDITOR, Role.ADMIN))}


@dataclass(frozen=True, slots=True)
class Decision:
    """Truthy when allowed; a refusal carries its sentence."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


def may(actor: Actor, action: Action) -> Decision:
    """Whether the actor's role covers the action."""
    needed = LEAST_ROLE[action]
    rank = _RANK.get(Role(actor.role)) if actor.role in Role.values else None
    if rank is not None and rank >= _RANK[needed]:
        return Decision(True)
    return Decision(False, f"This needs the role {needed.label.lower()}; yours is {actor.role}. Ask an admin.")


def require(actor: Actor, action: Action) -> None:
    """Raise `PermissionDenied` with the reason unless the actor may."""
    decision = may(actor, action)
    if not decision:
        raise PermissionDenied("role", decision.reason, {"needs": LEAST_ROLE[action].value, "role": actor.role})
