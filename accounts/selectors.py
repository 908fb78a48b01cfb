"""Reads of accounts."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Invitation, Membership, Preferences, User, Workspace
from core import clock, scope
from core.actor import Actor


def memberships_of(user: User) -> list[Membership]:
    """All workspaces of a person with their role there, by name."""
    with scope.system("list the workspaces of a person"):
        return list(
            Membership.objects.filter(user=user).select_related("workspace").order_by("workspace__name", "workspace_id")
        )


def members(actor: Actor) -> QuerySet[Membership]:
    """The people of the actor's workspace."""
    return Membership.objects.for_workspace(actor.workspace_id).select_related("user").order_by("user__email", "id")


def open_invitations(actor: Actor) -> QuerySet[Invitation]:
    """Invitations that wait for an answer."""
    return (
        Invitation.objects.for_workspace(actor.workspace_id)
        .filter(accepted_at__isnull=True, expires_at__gt=clock.now())
        .order_by("email", "id")
    )


def workspace(actor: Actor) -> Workspace:
    """The actor's workspace."""
    return Workspace.objects.get(pk=actor.workspace_id)


def preferences_of(user_id: UUID) -> Preferences:
    """A person's preferences."""
    found, _ = Preferences.objects.get_or_create(user_id=user_id)
    return found


def timezone_of(actor: Actor) -> str:
    """The actor's own time zone; UTC for the system."""
    if actor.user_id is None:
        return "UTC"
    found = Preferences.objects.filter(user_id=actor.user_id).values_list("timezone", flat=True).first()
    return found or "UTC"
