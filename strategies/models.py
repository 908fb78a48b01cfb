"""Strategies, the videos they were made from, and their versions."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.models import WorkspaceOwned
from documents.models import Document, DocumentVersion
from videos.models import Video


class Strategy(Document):
    """A plan for some platforms."""

    platforms = models.JSONField(default=list)
    goals = models.JSONField(default=list)
    niche = models.CharField(max_length=120, blank=True)
    videos = models.ManyToManyField(Video, through="StrategyVideo", related_name="strategies", blank=True)

    class Meta(Document.Meta):
        verbose_name_plural = "strategies"


class StrategyVideo(WorkspaceOwned):
    """A video that a strategy was made from."""

    strategy = models.ForeignKey(Strategy, on_delete=models.CASCADE, related_name="strategy_videos")
    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="strategy_videos")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["strategy", "video"], name="strategy_video_once")]

    def __str__(self) -> str:
        return f"{self.video_id} in {self.strategy_id}"


class StrategyVersion(DocumentVersion):
    """A snapshot of a strategy."""

    strategy = models.ForeignKey(Strategy, on_delete=models.CASCADE, related_name="versions")

    class Meta(DocumentVersion.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["strategy", "number"], name="strategy_version_once"),
            models.CheckConstraint(
                condition=Q(reason__in=["generated", "edited", "regenerated", "restored"]),
                name="strategy_version_reason_known",
            ),
        ]
