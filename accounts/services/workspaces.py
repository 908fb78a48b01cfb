"""Workspaces, their members and invitations. There is always at least one admin."""

from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.db import IntegrityError, transaction

from accounts import audit, rate_limits, signals
from accounts.errors import AccountError
from accounts.models import Invitation, Membership, Role, User, Workspace
from accounts.policy import Action, require
from accounts.services.registration import check_email
from core import clock, scope
from core.actor import Actor, ActorKind
from core.errors import Conflict, NotFound, PermissionDenied, ValidationFailed

INVITATION_LIFE = timedelta(days=7)
_INVITE_SALT = "accounts.invitation"


def _name(name: str) -> str:
    if not name.strip():
        sentence = "Give the workspace a name."
        raise ValidationFailed(AccountError.NAME_EMPTY, sentence, fields={"name": [sentence]})
    return name.strip()[:120]


def _role(role: str) -> Role:
    if role not in Role.values:
        sentence = f"Choose one of: {', '.join(Role.values)}."
        raise ValidationFailed(AccountError.ROLE_UNKNOWN, sentence, fields={"role": [sentence]})
    return Role(role)


def create(*, user: User, name: str) -> Workspace:
    """A new workspace with its maker as admin. Nobody is moved there: a page goes by itself, a program names it.

    Only for a person without any it becomes the default.
    """
    label = _name(name)
    with scope.system("create a workspace"), transaction.atomic():
        workspace = Workspace.objects.create(name=label, created_by=user)
        Membership.objects.create(workspace=workspace, user=user, role=Role.ADMIN)
        _default_if_none(user, workspace.pk)
        actor = Actor(user_id=user.pk, workspace_id=workspace.pk, role=Role.ADMIN, kind=ActorKind.USER)
        audit.record(actor, "created", ("workspace", workspace.pk), {"name": label})
    return workspace


def rename(*, actor: Actor, name: str) -> Workspace:
    """Give the actor's workspace another name."""
    require(actor, Action.MANAGE_WORKSPACE)
    label = _name(name)
    with transaction.atomic():
        workspace = Workspace.objects.get(pk=actor.workspace_id)
        workspace.name = label
        workspace.save(update_fields=["name", "updated_at"])
        audit.record(actor, "renamed", ("workspace", workspace.pk), {"name": label})
    return workspace


def _default_if_none(user: User, workspace_id: UUID) -> None:
    User.objects.filter(pk=user.pk, current_workspace__isnull=True).update(
        current_workspace_id=workspace_id, updated_at=clock.now()
    )
    user.refresh_from_db(fields=["current_workspace"])


def set_default(*, user: User, workspace_id: UUID) -> Workspace:
    """Make a workspace the one where the person's requests act that name none, and where new sessions begin."""
    with scope.system("set the default workspace"), transaction.atomic():
        membership = Membership.objects.filter(user=user, workspace_id=workspace_id).select_related("workspace").first()
        if membership is None:
            raise NotFound("workspace_unknown", "This workspace does not exist, or you are not a member of it.")
        user.current_workspace = membership.workspace
        user.save(update_fields=["current_workspace", "updated_at"])
        return membership.workspace


def invite(*, actor: Actor, email: str, role: str) -> Invitation:
    """Invite an address; a second invitation of the same address is refused."""
    require(actor, Action.MANAGE_PEOPLE)
    address, chosen = check_email(email), _role(role)
    rate_limits.require(
        rate_limits.INVITATIONS_OF_PERSON, actor.user_id, "You sent many invitations. Continue in an hour."
    )
    if Membership.objects.for_workspace(actor.workspace_id).filter(user__email=address).exists():
        raise Conflict(AccountError.ALREADY_MEMBER, f"{address} is already a member.")
    now = clock.now()
    try:
        with transaction.atomic():
            Invitation.objects.for_workspace(actor.workspace_id).filter(
                email=address, accepted_at__isnull=True, expires_at__lte=now
            ).delete()
            invitation = Invitation.objects.create(
                workspace_id=actor.workspace_id,
                email=address,
                role=chosen,
                invited_by_id=actor.user_id,
                expires_at=now + INVITATION_LIFE,
            )
            audit.record(actor, "invited", ("invitation", invitation.pk), {"email": address, "role": chosen})
            signals.invitation_made.send(
                sender=Invitation, invitation_id=invitation.pk, workspace_id=actor.workspace_id
            )
    except IntegrityError:
        raise Conflict(AccountError.ALREADY_INVITED, f"{address} already has an open invitation.") from None
    return invitation


def invitation_token(invitation: Invitation) -> str:
    """What the invitation's link carries."""
    return signing.dumps(str(invitation.pk), salt=_INVITE_SALT)


def open_invitation(token: str) -> Invitation:
    """The invitation behind a link while it is open; `NotFound` otherwise."""
    dead = NotFound(
        AccountError.LINK_DEAD, "This invitation has expired, was used, or was withdrawn. Ask for a new one."
    )
    try:
        key = signing.loads(token, salt=_INVITE_SALT)
    except signing.BadSignature:
        raise dead from None
    with scope.system("open an invitation"):
        invitation = (
            Invitation.objects.select_related("workspace")
            .filter(pk=key, accepted_at__isnull=True, expires_at__gt=clock.now())
            .first()
        )
    if invitation is None:
        raise dead
    return invitation


def accept(*, user: User, token: str) -> Membership:
    """Join by invitation; the address must be the invited one."""
    invitation = open_invitation(token)
    if invitation.email != user.email:
        raise PermissionDenied(
            AccountError.INVITATION_OTHER,
            f"This invitation is for {invitation.email}. Sign in with that address to accept it.",
        )
    _require_own_address(user)
    with scope.system("accept an invitation"), transaction.atomic():
        membership, _ = Membership.objects.get_or_create(
            workspace_id=invitation.workspace_id, user=user, defaults={"role": invitation.role}
        )
        invitation.accepted_at = clock.now()
        invitation.save(update_fields=["accepted_at", "updated_at"])
        _default_if_none(user, invitation.workspace_id)
        if user.email_verified_at is None:
            user.email_verified_at = clock.now()
        user.save(update_fields=["email_verified_at", "updated_at"])
        actor = Actor(user.pk, invitation.workspace_id, membership.role, ActorKind.USER)
        audit.record(actor, "joined", ("membership", membership.pk))
    return membership


def _require_own_address(user: User) -> None:
    """Joining confirms the address, which nobody else may have confirmed before."""
    others = User.objects.of_address(user.email).filter(email_verified_at__isnull=False).exclude(pk=user.pk)
    if others.exists():
        sentence = f"Another account has confirmed {user.email}. Log in with its password to accept the invitation."
        raise PermissionDenied(AccountError.INVITATION_OTHER, sentence)


def _member(actor: Actor, membership_id: UUID) -> Membership:
    found = Membership.objects.for_workspace(actor.workspace_id).filter(pk=membership_id).first()
    if found is None:
        raise NotFound()
    return found


def _lock_members(actor: Actor) -> None:
    """Nobody else changes the members until the transaction ends: two admins could remove each other at once."""
    list(Workspace.objects.select_for_update().filter(pk=actor.workspace_id).values_list("pk"))


def _keep_an_admin(actor: Actor, membership: Membership) -> None:
    admins = Membership.objects.for_workspace(actor.workspace_id).filter(role=Role.ADMIN)
    if membership.role == Role.ADMIN and not admins.exclude(pk=membership.pk).exists():
        raise Conflict(AccountError.LAST_ADMIN, "A workspace needs an admin. Make another member admin first.")


def change_role(*, actor: Actor, membership_id: UUID, role: str) -> Membership:
    """Give a member another role."""
    require(actor, Action.MANAGE_PEOPLE)
    chosen = _role(role)
    with transaction.atomic():
        _lock_members(actor)
        membership = _member(actor, membership_id)
        if chosen != Role.ADMIN:
            _keep_an_admin(actor, membership)
        before, membership.role = membership.role, chosen
        membership.save(update_fields=["role", "updated_at"])
        audit.record(actor, "changed_role", ("membership", membership.pk), {"from": before, "to": chosen})
    return membership


def remove(*, actor: Actor, membership_id: UUID) -> None:
    """Take a member out; everybody may leave, admins may remove others."""
    with transaction.atomic():
        _lock_members(actor)
        membership = _member(actor, membership_id)
        if membership.user_id != actor.user_id:
            require(actor, Action.MANAGE_PEOPLE)
        _keep_an_admin(actor, membership)
        audit.record(actor, "removed_member", ("membership", membership.pk), {"user_id": str(membership.user_id)})
        membership.delete()
