"""Scripts and their versions. Variations of one concept are scripts of their own with the same `group_id`."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.ids import uuid7
from documents.models import Document, DocumentVersion, Reason
from strategies.models import Strategy
from videos.models import Video


class Script(Document):
    """A clip's plan, second by second. `video` is the source it was measured from, if it was one video."""

    concept = models.CharField(max_length=500)
    platform = models.CharField(max_length=12)
    duration_s = models.FloatField()
    group_id = models.UUIDField(default=uuid7, db_index=True, help_text="Shared by the variations of one concept.")
    variation = models.PositiveSmallIntegerField(default=0)
    video = models.ForeignKey(Video, on_delete=models.SET_NULL, null=True, blank=True, related_name="scripts")
    strategy = models.ForeignKey(Strategy, on_delete=models.SET_NULL, null=True, blank=True, related_name="scripts")

    class Meta(Document.Meta):
        constraints: ClassVar = [
            *Document.Meta.constraints,
            models.CheckConstraint(condition=Q(duration_s__gt=0), name="script_duration_positive"),
        ]


class ScriptVersion(DocumentVersion):
    """A snapshot of a script."""

    script = models.ForeignKey(Script, on_delete=models.CASCADE, related_name="versions")
    reason = models.CharField(
        max_length=12, choices=[choice for choice in Reason.choices if choice[0] != Reason.REGENERATED]
    )

    class Meta(DocumentVersion.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["script", "number"], name="script_version_once"),
            models.CheckConstraint(
                condition=Q(reason__in=["generated", "edited", "restored"]), name="script_version_reason_known"
            ),
        ]
