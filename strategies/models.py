"""Strategies and their versions.

Strategy:  generating → ready
                      → failed → generating   (try again)

Content lives in `StrategyVersion` rows, immutable snapshots numbered from 1; `Strategy.version` is the newest number.
Every change (edit, regenerated section, restore) makes a new one.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.models import WorkspaceModel, WorkspaceOwned, WorkspaceQuerySet
from videos.models import Video


class StrategyQuerySet(WorkspaceQuerySet["Strategy"]):
    """Strategies; `alive` leaves out the trash."""

    def alive(self) -> "StrategyQuerySet":
        """Not deleted."""
        return self.filter(deleted_at__isnull=True)


class Strategy(WorkspaceModel):
    """A plan for some platforms. `inputs` is what was asked for; `offline` says that the newest generation was made
    without a model."""

    class Status(models.TextChoices):
        GENERATING = "generating", "Generating"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    title = models.CharField(max_length=200)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.GENERATING)
    error = models.CharField(max_length=500, blank=True, help_text="A sentence for a person; empty unless failed.")
    platforms = models.JSONField(default=list)
    goals = models.JSONField(default=list)
    niche = models.CharField(max_length=120, blank=True)
    inputs = models.JSONField(default=dict)
    offline = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=0)
    search = models.TextField(blank=True, help_text="Normalised title, niche and platforms.")
    videos = models.ManyToManyField(Video, through="StrategyVideo", related_name="strategies", blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = StrategyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "strategies"
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-created_at"], name="strategy_by_workspace"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="strategy_trash"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=["generating", "ready", "failed"]), name="strategy_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="ready") | Q(version__gte=1), name="strategy_ready_has_a_version"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class StrategyVideo(WorkspaceOwned):
    """A video that a strategy was made from."""

    strategy = models.ForeignKey(Strategy, on_delete=models.CASCADE, related_name="strategy_videos")
    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="strategy_videos")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["strategy", "video"], name="strategy_video_once")]

    def __str__(self) -> str:
        return f"{self.video_id} in {self.strategy_id}"


class StrategyVersion(WorkspaceModel):
    """An immutable snapshot: content, the request with all facts it was made from, and who wrote it."""

    class Reason(models.TextChoices):
        GENERATED = "generated", "Generated"
        EDITED = "edited", "Edited"
        REGENERATED = "regenerated", "Section regenerated"
        RESTORED = "restored", "Restored"

    strategy = models.ForeignKey(Strategy, on_delete=models.CASCADE, related_name="versions")
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
            models.UniqueConstraint(fields=["strategy", "number"], name="strategy_version_once"),
            models.CheckConstraint(
                condition=Q(reason__in=["generated", "edited", "regenerated", "restored"]),
                name="strategy_version_reason_known",
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"
