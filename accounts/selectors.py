"""Reads of accounts."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import Invitation, Membership, Preferences, User, Workspace
from core import clock, scope
from core.actor import Actor


def person_of_session(user_id: Any) -> User | None:
    """A person with their preferences and memberships: one query for whoever is a member somewhere."""
    with scope.system("find the person of a session"):
        rows = Membership.objects.filter(user_id=user_id).select_related("workspace", "user__preferences")
        found = list(rows.order_by("workspace__name", "workspace_id"))
    if not found:
        return User.objects.filter(pk=user_id).first()
    user: User = found[0].user
    user.known_memberships = found
    return user


def memberships_of(user: User) -> list[Membership]:
    """All workspaces of a person with their role there, by name."""
    if user.known_memberships is not None:
        return user.known_memberships
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


def preferences_of(user: User) -> Preferences:
    """A person's preferences; no query when they were read with the person."""
    try:
        return user.preferences
    except Preferences.DoesNotExist:
        found, _ = Preferences.objects.get_or_create(user=user)
        return found


def timezone_of(actor: Actor) -> str:
    """The actor's own time zone; UTC for the system."""
    if actor.user_id is None:
        return "UTC"
    found = Preferences.objects.filter(user_id=actor.user_id).values_list("timezone", flat=True).first()
    return found or "UTC"
