"""People and the workspaces they work in.

A User signs in by e-mail. Everything they make belongs to a Workspace; a Membership says with which role they act in
it (viewer reads, editor writes, admin manages people, connections and billing).
"""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from core.ids import uuid7
from core.models import UUIDModel, WorkspaceModel, WorkspaceOwned


class Role(models.TextChoices):
    """What a member may do, from least to most."""

    VIEWER = "viewer", "Viewer"
    EDITOR = "editor", "Editor"
    ADMIN = "admin", "Admin"


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=normalise_email(email), **fields)
        user.set_password(password)
        user.save(force_insert=True)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def of_address(self, email: str) -> "models.QuerySet[User]":
        """Everybody who gave this address: first the one who confirmed it, then by age."""
        first = F("email_verified_at").asc(nulls_last=True)
        return self.filter(email=normalise_email(email)).order_by(first, "created_at", "id")

    def get_by_natural_key(self, username: str | None) -> "User":
        found = self.of_address(username or "").first()
        if found is None:
            raise User.DoesNotExist
        return found


def normalise_email(email: str) -> str:
    """The form in which an address is stored and compared."""
    return email.strip().lower()


class User(UUIDModel, AbstractBaseUser, PermissionsMixin):
    """A person. `current_workspace` is the default: where a request acts that names none.

    An address belongs to whoever confirmed it, once. Until then anybody may have given it at sign-up, so that signing
    up tells nobody whether it has an account.
    """

    email = models.EmailField(max_length=254, db_index=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("operator", default=False, help_text="May use the operator console.")
    email_verified_at = models.DateTimeField(null=True, blank=True)
    avatar_file_id = models.UUIDField(null=True, blank=True)
    current_workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    # Read along with the person of a session (`selectors.person_of_session`).
    known_memberships: "list[Membership] | None" = None

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("email"), condition=Q(email_verified_at__isnull=False), name="user_email_confirmed_once"
            )
        ]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email.split("@")[0]

    @property
    def email_verified(self) -> bool:
        """Whether the person proved that the address is theirs."""
        return self.email_verified_at is not None


class Workspace(UUIDModel):
    """Who owns data: one creator, or one client of an agency."""

    name = models.CharField(max_length=120)
    is_personal = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class Membership(WorkspaceModel):
    """A person's place in a workspace."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "user"], name="membership_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} as {self.role}"


class Invitation(WorkspaceModel):
    """An open invitation to a workspace, for one address. Its token is the signed id; nothing secret is stored."""

    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=10, choices=Role.choices)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "email"], condition=Q(accepted_at__isnull=True), name="invitation_open_once"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.email} as {self.role}"


class Preferences(models.Model):
    """How the product speaks to a person. `timezone` is an IANA name; `language` is that of generated content."""

    class Theme(models.TextChoices):
        SYSTEM = "system", "Like my device"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    class WeekStart(models.TextChoices):
        MONDAY = "monday", "Monday"
        SUNDAY = "sunday", "Sunday"

    class HourFormat(models.TextChoices):
        H24 = "24", "24 hours (18:00)"
        H12 = "12", "12 hours (6:00 pm)"

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="preferences")
    language = models.CharField(max_length=12, default="en")
    timezone = models.CharField(max_length=64, default="UTC")
    week_start = models.CharField(max_length=8, choices=WeekStart.choices, default=WeekStart.MONDAY)
    hour_format = models.CharField(max_length=2, choices=HourFormat.choices, default=HourFormat.H24)
    theme = models.CharField(max_length=8, choices=Theme.choices, default=Theme.SYSTEM)
    notifications = models.JSONField(default=dict, blank=True, help_text="Event → channels; missing means default.")
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Preferences of {self.user_id}"

    @property
    def time_format(self) -> str:
        """The `date` filter's format of a time of day."""
        return "g:i a" if self.hour_format == self.HourFormat.H12 else "H:i"


class RefreshSession(models.Model):
    """One sign-in of the API: a family of rotating refresh tokens, of which only the newest is good.

    Presenting an older one proves that a token was copied, so the whole family is revoked.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="refresh_sessions")
    newest_jti = models.CharField(max_length=64)
    user_agent = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user_id} since {self.created_at:%Y-%m-%d}"


class AuditEvent(WorkspaceOwned):
    """Who did what to which thing, written in the same transaction as the change. Append-only."""

    actor_user_id = models.UUIDField(null=True, blank=True)
    actor_kind = models.CharField(max_length=12)
    verb = models.CharField(max_length=64)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40, blank=True)
    changes = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-at"], name="audit_by_workspace"),
            models.Index(fields=["workspace", "subject_id"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type} {self.subject_id}"
