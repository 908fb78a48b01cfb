"""From a signed-in person and a workspace to an Actor; the scope of the request follows."""

from uuid import UUID

from accounts.models import User
from accounts.selectors import memberships_of
from core.actor import Actor, ActorKind
from core.errors import NotFound

NOWHERE = UUID(int=0)


def resolve(user: User, workspace_id: UUID | None, *, kind: ActorKind) -> Actor | None:
    """The actor of a user in a workspace (None: their current one, else their oldest). None when there is none."""
    memberships = memberships_of(user)
    by_workspace = {membership.workspace_id: membership for membership in memberships}
    if workspace_id is not None and workspace_id not in by_workspace:
        raise NotFound("workspace_unknown", "This workspace does not exist, or you are not a member of it.")
    membership = by_workspace.get(workspace_id or user.current_workspace_id or NOWHERE)
    if membership is None:
        membership = min(memberships, key=lambda one: (one.created_at, one.pk), default=None)
    if membership is None:
        return None
    return Actor(user_id=user.pk, workspace_id=membership.workspace_id, role=membership.role, kind=kind)


def parse_workspace(value: str | None) -> UUID | None:
    """The workspace named in a header or form; anything that is no UUID is as unknown as a stranger's."""
    if not value:
        return None
    try:
        return UUID(value)
    except ValueError:
        raise NotFound("workspace_unknown", "This workspace does not exist, or you are not a member of it.") from None
