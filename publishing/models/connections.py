"""Permissions given by people on the platforms, and the accounts that came with them."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

import platforms
from core import clock
from core.models import WorkspaceModel

_LAST_WEEK = timedelta(days=7)


class GrantState(models.TextChoices):
    """`active` works, `dead` needs the person's consent again, `revoked` was given back by us."""

    ACTIVE = "active", "Active"
    DEAD = "dead", "Needs a new consent"
    REVOKED = "revoked", "Given back"


class AccountStatus(models.TextChoices):
    """What a person reads about a connection."""

    CONNECTED = "connected", "Connected"
    EXPIRED = "expired", "Expired"
    ERROR = "error", "Error"
    DISCONNECTED = "disconnected", "Disconnected"


class Grant(WorkspaceModel):
    """One consent on a platform with its tokens, sealed for this row. `token_version` counts renewals.

    Whoever renews the tokens holds `refresh_lease` for as long as the call may take; everybody else waits and then
    reads the row again.
    """

    platform = models.CharField(max_length=12, choices=platforms.connector_choices)
    login = models.CharField(max_length=16, blank=True, help_text="Which of the platform's ways of consent.")
    subject = models.CharField(max_length=128, help_text="Who consented, in the platform's words (its user id).")
    state = models.CharField(max_length=8, choices=GrantState.choices, default=GrantState.ACTIVE)
    scopes = models.JSONField(default=list)
    access_sealed = models.TextField(blank=True, editable=False)
    refresh_sealed = models.TextField(blank=True, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    refresh_expires_at = models.DateTimeField(null=True, blank=True)
    token_version = models.PositiveIntegerField(default=1)
    refreshed_at = models.DateTimeField(null=True, blank=True)
    refresh_lease = models.UUIDField(null=True, blank=True)
    refresh_lease_until = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True, help_text="Why it is dead, for a person.")
    connected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "platform", "login", "subject"], name="grant_once"),
            models.CheckConstraint(condition=Q(state__in=GrantState.values), name="grant_state_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], condition=Q(state="active"), name="grant_renewal_due"),
        ]

    def __str__(self) -> str:
        return f"{self.platform} grant of {self.subject}"

    @property
    def ends_at(self) -> datetime | None:
        """When a person must consent again; None while the tokens can be renewed without anybody.

        A token that is its own refresh token is renewed long before it ends: only in its last week has that failed.
        """
        own = bool(self.refresh_sealed) and self.refresh_expires_at == self.expires_at
        if own and self.expires_at is not None and self.expires_at > clock.now() + _LAST_WEEK:
            return None
        if self.refresh_expires_at is not None or self.refresh_sealed:
            return self.refresh_expires_at
        return self.expires_at


class SocialAccount(WorkspaceModel):
    """An account, page or channel that posts go to. Disconnecting keeps the row: its posts still name it.

    `platform` is where posts appear; `via` the service that they go through, if any.
    `token_sealed` is the account's own token where it has one (a Page); everybody else uses the grant's.
    `commit_lease` makes the steps that may become public serial for this account.
    """

    platform = models.CharField(max_length=12, choices=platforms.choices)
    via = models.CharField(
        max_length=12, blank=True, choices=platforms.service_choices, help_text="Posts go through this service."
    )
    external_id = models.CharField(max_length=128)
    username = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=160, blank=True)
    avatar_url = models.URLField(max_length=1000, blank=True)
    picture = models.ForeignKey(
        "media.MediaFile",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Our copy of its picture.",
    )
    profile_url = models.URLField(max_length=500, blank=True)
    follower_count = models.BigIntegerField(null=True, blank=True)
    facts = models.JSONField(default=dict, blank=True, help_text="What else the platform says of the account.")
    status = models.CharField(max_length=12, choices=AccountStatus.choices, default=AccountStatus.CONNECTED)
    problem = models.CharField(max_length=300, blank=True, help_text="Why it does not work, for a person.")
    is_default = models.BooleanField(default=False)
    grant = models.ForeignKey(Grant, on_delete=models.SET_NULL, null=True, blank=True, related_name="accounts")
    token_sealed = models.TextField(blank=True, editable=False)
    connected_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    hold_until = models.DateTimeField(null=True, blank=True, help_text="No post starts before (spam hold).")
    commit_lease = models.UUIDField(null=True, blank=True)
    commit_lease_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "platform", "via", "external_id"], name="account_once"),
            models.UniqueConstraint(
                fields=["workspace", "platform"], condition=Q(is_default=True), name="account_one_default"
            ),
            models.CheckConstraint(condition=Q(status__in=AccountStatus.values), name="account_status_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["workspace", "platform"], name="account_by_platform")]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} {self.handle}"

    @property
    def handle(self) -> str:
        """How people know the account."""
        return f"@{self.username.lstrip('@')}" if self.username else self.name or self.external_id


class OAuthState(WorkspaceModel):
    """One consent at a platform's page: single use, ten minutes, of one person in one workspace.

    `state_hash` is the SHA-256 of the value in the address; `sealed` holds what the way back needs (PKCE verifier).
    When the consent reaches several accounts, `sealed` holds it until `choice_until`, while the person chooses.
    `origin` says whether a browser session or an API client began it: what a session began must come back to it.
    """

    class Origin(models.TextChoices):
        SESSION = "session", "Browser"
        API = "api", "API"

    platform = models.CharField(max_length=12, choices=platforms.connector_choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=10)
    state_hash = models.CharField(max_length=64, unique=True)
    sealed = models.TextField(editable=False)
    origin = models.CharField(max_length=8, choices=Origin.choices)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)
    choice_until = models.DateTimeField(null=True, blank=True, help_text="Until then the person chooses accounts.")

    class Meta:
        verbose_name = "OAuth state"

    def __str__(self) -> str:
        return f"{self.platform} consent of {self.user_id}"
