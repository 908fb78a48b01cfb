"""From a signed-in person and a workspace to an Actor; the scope of the request follows."""

from uuid import UUID

from accounts.models import Membership, User
from core import scope
from core.actor import Actor, ActorKind
from core.errors import NotFound


def resolve(user: User, workspace_id: UUID | None, *, kind: ActorKind) -> Actor | None:
    """The actor of a user in a workspace (None: their current one, else their oldest). None when there is none."""
    with scope.system("find the memberships of a person"):
        memberships = Membership.objects.filter(user=user).order_by("created_at", "id")
        if workspace_id is not None:
            membership = memberships.filter(workspace_id=workspace_id).first()
            if membership is None:
                raise NotFound("workspace_unknown", "This workspace does not exist, or you are not a member of it.")
        else:
            membership = (
                memberships.filter(workspace_id=user.current_workspace_id).first()
                if user.current_workspace_id
                else None
            ) or memberships.first()
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
