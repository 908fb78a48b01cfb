"""Scripts and their versions.

Script:  generating → ready
                    → failed → generating   (try again)

Segments live in `ScriptVersion` rows, immutable snapshots numbered from 1; `Script.version` is the newest number.
Variations of one concept are scripts of their own with the same `group_id`.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.ids import uuid7
from core.models import WorkspaceModel, WorkspaceQuerySet
from strategies.models import Strategy
from videos.models import Video


class ScriptQuerySet(WorkspaceQuerySet["Script"]):
    """Scripts; `alive` leaves out the trash."""

    def alive(self) -> "ScriptQuerySet":
        """Not deleted."""
        return self.filter(deleted_at__isnull=True)


class Script(WorkspaceModel):
    """A clip's plan, second by second. `video` is the source it was measured from, if it was one video."""

    class Status(models.TextChoices):
        GENERATING = "generating", "Generating"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    title = models.CharField(max_length=200)
    concept = models.CharField(max_length=500)
    platform = models.CharField(max_length=12)
    duration_s = models.FloatField()
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.GENERATING)
    error = models.CharField(max_length=500, blank=True, help_text="A sentence for a person; empty unless failed.")
    group_id = models.UUIDField(default=uuid7, db_index=True, help_text="Shared by the variations of one concept.")
    variation = models.PositiveSmallIntegerField(default=0)
    inputs = models.JSONField(default=dict)
    offline = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=0)
    search = models.TextField(blank=True, help_text="Normalised title, concept and platform.")
    video = models.ForeignKey(Video, on_delete=models.SET_NULL, null=True, blank=True, related_name="scripts")
    strategy = models.ForeignKey(Strategy, on_delete=models.SET_NULL, null=True, blank=True, related_name="scripts")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = ScriptQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-created_at"], name="script_by_workspace"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="script_trash"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=["generating", "ready", "failed"]), name="script_status_known"
            ),
            models.CheckConstraint(
                condition=Q(platform__in=["instagram", "tiktok", "youtube", "facebook", "twitter", "linkedin"]),
                name="script_platform_known",
            ),
            models.CheckConstraint(condition=~Q(status="ready") | Q(version__gte=1), name="script_ready_has_a_version"),
            models.CheckConstraint(condition=Q(duration_s__gt=0), name="script_duration_positive"),
        ]

    def __str__(self) -> str:
        return self.title


class ScriptVersion(WorkspaceModel):
    """An immutable snapshot: content, the request with the facts it was made from, and who wrote it."""

    class Reason(models.TextChoices):
        GENERATED = "generated", "Generated"
        EDITED = "edited", "Edited"
        RESTORED = "restored", "Restored"

    script = models.ForeignKey(Script, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField(default=dict)
    request = models.JSONField(default=dict)
    provenance = models.JSONField(default=dict)
    reason = models.CharField(max_length=12, choices=Reason.choices)
    note = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("-number",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["script", "number"], name="script_version_once"),
            models.CheckConstraint(
                condition=Q(reason__in=["generated", "edited", "restored"]), name="script_version_reason_known"
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"
