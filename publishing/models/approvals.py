"""Approvals: a workspace's rules, what was sent for approval, and what people decided and said of it."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import WorkspaceModel, WorkspaceOwned
from publishing.models.posts import Post


class ApprovalMode(models.TextChoices):
    """Whether posts are approved before they go out."""

    OFF = "off", "Off"
    OPTIONAL = "optional", "Optional"
    REQUIRED = "required", "Required"


class ApprovalState(models.TextChoices):
    """Where a request for approval stands."""

    OPEN = "open", "Waiting for approval"
    APPROVED = "approved", "Approved"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    WITHDRAWN = "withdrawn", "Withdrawn"
    OUTDATED = "outdated", "Changed since"


class ApprovalVerdict(models.TextChoices):
    """What somebody decided."""

    APPROVED = "approved", "Approved"
    CHANGES_REQUESTED = "changes_requested", "Asked for changes"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ApprovalPolicy(WorkspaceModel):
    """A workspace's rules. Without a row approvals are off.

    `levels` come one after the other: `[{"name", "roles": [...], "user_ids": [...]}]`; one of a level's people approves
    for all of them. `deadline_hours` is how long a request may wait (null: no deadline), `reminder_hours` how long
    before the deadline the silent are reminded; at the deadline the `deputy` may approve in their place.
    """

    mode = models.CharField(max_length=10, choices=ApprovalMode.choices, default=ApprovalMode.OFF)
    levels: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)
    allow_own = models.BooleanField(default=False, help_text="Whoever wrote a post may approve it.")
    deadline_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    reminder_hours = models.PositiveSmallIntegerField(default=4)
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "approval policies"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace"], name="approval_policy_once"),
            models.CheckConstraint(condition=Q(mode__in=ApprovalMode.values), name="approval_mode_known"),
        ]

    def __str__(self) -> str:
        return f"Approvals of {self.workspace_id}: {self.mode}"


class ApprovalRequest(WorkspaceModel):
    """A post as it was sent for approval. It never changes: an edited post is another request.

    `snapshot` says for each account what would be sent, `digests` names these contents: an approval is good for
    exactly them. `levels`, `allow_own` and the times are the workspace's rules of that moment; `authors` wrote it.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="approvals")
    number = models.PositiveIntegerField(help_text="1 for a post's first request.")
    state = models.CharField(max_length=18, choices=ApprovalState.choices, default=ApprovalState.OPEN)
    snapshot: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)
    digests: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    levels: models.JSONField[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(default=list)
    level = models.PositiveSmallIntegerField(default=0, help_text="The level whose turn it is, counted from 0.")
    authors: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    allow_own = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    deadline_at = models.DateTimeField(null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True, help_text="When the silent are reminded next.")
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    escalated_at = models.DateTimeField(null=True, blank=True, help_text="Since when the deputy may approve.")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["post", "number"], name="approval_number_once"),
            models.UniqueConstraint(fields=["post"], condition=Q(state="open"), name="approval_open_once"),
            models.CheckConstraint(condition=Q(state__in=ApprovalState.values), name="approval_state_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "state", "-created_at", "-id"], name="approval_by_state"),
            models.Index(fields=["workspace", "-created_at", "-id"], name="approval_newest"),
            models.Index(fields=["remind_at"], condition=Q(state="open"), name="approval_reminder"),
            models.Index(
                fields=["deadline_at"], condition=Q(state="open", escalated_at=None), name="approval_deadline"
            ),
        ]

    def __str__(self) -> str:
        return f"Request {self.number} for {self.post_id}"


class ReviewLink(WorkspaceModel):
    """A reviewer outside the team: an address that shows one request and nothing else, until it expires.

    Only the hash of its token is kept.
    """

    request = models.ForeignKey(ApprovalRequest, on_delete=models.CASCADE, related_name="reviewers")
    name = models.CharField(max_length=120)
    email = models.EmailField(max_length=254, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    may_decide = models.BooleanField(default=False, help_text="May approve for the level whose turn it is.")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.name} for {self.request_id}"


class ApprovalDecision(WorkspaceOwned):
    """What one person decided about one request. Never changed."""

    request = models.ForeignKey(ApprovalRequest, on_delete=models.CASCADE, related_name="decisions")
    level = models.PositiveSmallIntegerField(default=0)
    verdict = models.CharField(max_length=18, choices=ApprovalVerdict.choices)
    text = models.TextField(blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reviewer = models.ForeignKey(ReviewLink, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=254, help_text="Who it was, as they were called then.")
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(verdict__in=ApprovalVerdict.values), name="approval_verdict_known"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} by {self.name}"


class ApprovalComment(WorkspaceModel):
    """A remark about a request: as a whole, at a field, or at a second of the video. `time_s` is in seconds."""

    request = models.ForeignKey(ApprovalRequest, on_delete=models.CASCADE, related_name="comments")
    text = models.TextField()
    field = models.CharField(max_length=40, blank=True)
    account = models.ForeignKey(
        "publishing.SocialAccount", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    time_s = models.FloatField(null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reviewer = models.ForeignKey(ReviewLink, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=254)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["request", "created_at", "id"], name="approval_comments")]

    def __str__(self) -> str:
        return self.text[:60]
