"""The rows of versioned documents; each app derives its own two tables from these.

Document:  generating → ready
                      → failed → generating   (try again)

Content lives in version rows, immutable snapshots numbered from 1; `Document.version` is the newest number. Every
change (edit, regenerated section, restore) makes a new one.
"""

from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.models import WorkspaceModel, WorkspaceQuerySet

D = TypeVar("D", bound="Document", covariant=True)


class DocumentQuerySet(WorkspaceQuerySet[D]):
    """Documents; `alive` leaves out the trash."""

    def alive(self) -> Self:
        """Not deleted."""
        return self.filter(deleted_at__isnull=True)


class Document(WorkspaceModel):
    """`inputs` is what was asked for; `offline` says that the newest generation was made without a model.

    The version table's foreign key has the related name `versions`.
    """

    class Status(models.TextChoices):
        GENERATING = "generating", "Generating"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    title = models.CharField(max_length=200)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.GENERATING)
    error = models.CharField(max_length=500, blank=True, help_text="A sentence for a person; empty unless failed.")
    inputs = models.JSONField(default=dict)
    offline = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=0)
    search = models.TextField(blank=True, help_text="Normalised text in which the list's search looks.")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = DocumentQuerySet.as_manager()
    if TYPE_CHECKING:
        versions: Any

    class Meta:
        abstract = True
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="%(class)s_newest"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="%(class)s_trash"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=["generating", "ready", "failed"]), name="%(class)s_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="ready") | Q(version__gte=1), name="%(class)s_ready_has_a_version"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Reason(models.TextChoices):
    """Why a version was made."""

    GENERATED = "generated", "Generated"
    EDITED = "edited", "Edited"
    REGENERATED = "regenerated", "Section regenerated"
    RESTORED = "restored", "Restored"


class DocumentVersion(WorkspaceModel):
    """An immutable snapshot: content, the request with all facts it was made from, and who wrote it.

    A derived table adds the foreign key to its document, and makes document and number unique together.
    """

    number = models.PositiveIntegerField()
    content = models.JSONField(default=dict)
    request = models.JSONField(default=dict)
    provenance = models.JSONField(default=dict)
    reason = models.CharField(max_length=12, choices=Reason.choices)
    note = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        abstract = True
        ordering = ("-number",)

    def __str__(self) -> str:
        return f"v{self.number}"
