"""Notifications: a notice for each person and event, and every mail that the product sends.

A notice is written once for an event, whatever the person's channels are: `shown` says whether the app shows it, a
`Mail` beside it whether it also went out. A mail's states:

    queued ──sent──▶ sent
      │ └──refused, or no luck in all tries──▶ failed ──send again──▶ queued
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import WorkspaceModel


class NoticeKind(models.TextChoices):
    """What a notice is about."""

    POST_PUBLISHED = "post_published", "Published"
    POST_PARTLY_OUT = "post_partly_out", "Partly published"
    POST_PARTLY_FAILED = "post_partly_failed", "Partly failed"
    POST_FAILED = "post_failed", "Failed"
    ACTION_REQUIRED = "action_required", "Needs you"
    CONNECTION_MADE = "connection_made", "Account connected"
    CONNECTION_EXPIRING = "connection_expiring", "Connection ends soon"
    EDIT_FINISHED = "edit_finished", "Edit ready"
    EDIT_FAILED = "edit_failed", "Edit failed"
    ANALYSIS_FAILED = "analysis_failed", "Analysis failed"
    APPROVAL_ASKED = "approval_asked", "Approval"
    APPROVAL_DECIDED = "approval_decided", "Approval decided"


class Notice(WorkspaceModel):
    """One event for one person. `once` names the event, so that it arrives once however often it is reported.

    `link` is a path on this product's own site. Successes of one kind are bundled until they are read: the newest
    notice stands for the others.
    """

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=NoticeKind.choices)
    title = models.CharField(max_length=160)
    text = models.TextField(blank=True)
    link = models.CharField(max_length=300, blank=True)
    once = models.CharField(max_length=200, editable=False)
    shown = models.BooleanField(default=True, help_text="The person wants this kind in the app.")
    read_at = models.DateTimeField(null=True, blank=True)
    bundle = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="bundled",
        help_text="The newer notice of the same kind that stands for this one.",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "recipient", "once"], name="notice_once"),
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_kind_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "recipient", "-created_at"], name="notice_by_recipient"),
            models.Index(
                fields=["workspace", "recipient"],
                condition=Q(read_at=None, shown=True, bundle=None),
                name="notice_unread",
            ),
            models.Index(fields=["created_at"], name="notice_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.title}"


class Mail(WorkspaceModel):
    """One mail and what became of it. Its text is not kept: it may hold a link that opens an account."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"

    notice = models.OneToOneField(Notice, on_delete=models.SET_NULL, null=True, blank=True, related_name="mail")
    job_id = models.UUIDField(null=True, blank=True, unique=True, help_text="The job that sends it.")
    template = models.CharField(max_length=40)
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True, help_text="Why the last try did not work.")
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=["queued", "sent", "failed"]), name="mail_state_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "created_at"], name="mail_by_state"),
            models.Index(fields=["created_at"], name="mail_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.template} to {self.to}"
