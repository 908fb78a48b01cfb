"""Edits and the files made from them.

Edit:       draft → queued → rendering → done
                                       → partial     (some outputs failed, the others are there)
                                       → failed
                    queued, rendering  → cancelled
            done, partial, failed, cancelled → queued   (render again, all or one output)

Rendition:  pending → rendering → done
                                → failed
            pending, rendering  → cancelled
            done, failed, cancelled → pending        (a finished file stays until the new one is there)
"""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.models import WorkspaceModel, WorkspaceQuerySet
from editing.plan import EditPlan, parse_plan
from media.models import MediaFile
from scripts_app.models import Script
from videos.models import Video


class EditQuerySet(WorkspaceQuerySet["Edit"]):
    """Edits; `for_cards` reads all that a list shows."""

    def for_cards(self) -> "EditQuerySet":
        """With video, poster and renditions, in a fixed number of queries."""
        return self.select_related("video__media", "video__poster", "script").prefetch_related("renditions__media")


class Edit(WorkspaceModel):
    """A request to edit a video: what was asked, the plan that came of it, and how far its making is.

    `plan` and `notes` change together and only while nothing renders. `plan_version` counts those changes: it is the
    version that two people editing at once are compared by, and says which plan a rendition shows.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        QUEUED = "queued", "Waiting"
        RENDERING = "rendering", "Rendering"
        DONE = "done", "Ready"
        PARTIAL = "partial", "Partly ready"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    title = models.CharField(max_length=200)
    video = models.ForeignKey(Video, on_delete=models.SET_NULL, null=True, blank=True, related_name="edits")
    script = models.ForeignKey(Script, on_delete=models.SET_NULL, null=True, blank=True, related_name="edits")
    script_version = models.PositiveIntegerField(null=True, blank=True, help_text="The version that was followed.")
    request = models.JSONField(default=dict, help_text="What was asked for.")
    plan = models.JSONField(default=dict)
    plan_version = models.PositiveIntegerField(default=1)
    notes = models.JSONField(default=list, blank=True, help_text="What the planner chose, and the evidence.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    job_id = models.UUIDField(null=True, blank=True, help_text="The newest render job.")
    preview_job_id = models.UUIDField(null=True, blank=True, help_text="The newest preview job.")
    warnings = models.JSONField(default=list, blank=True)
    error = models.CharField(max_length=500, blank=True, help_text="A sentence for a person; empty unless failed.")
    error_code = models.CharField(max_length=60, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = EditQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-created_at"], name="edit_by_workspace"),
            models.Index(fields=["workspace", "state"], name="edit_by_state"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=["draft", "queued", "rendering", "done", "partial", "failed", "cancelled"]),
                name="edit_state_known",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def edit_plan(self) -> EditPlan:
        """The plan as it was validated when it was stored."""
        return parse_plan(self.plan)

    @property
    def is_busy(self) -> bool:
        """Whether a render waits or runs."""
        return self.state in (self.State.QUEUED, self.State.RENDERING)


class Rendition(WorkspaceModel):
    """One output of an edit: the file once it is verified, and before that how far it is."""

    class Purpose(models.TextChoices):
        EXPORT = "export", "Export"
        PREVIEW = "preview", "Preview"

    class State(models.TextChoices):
        PENDING = "pending", "Waiting"
        RENDERING = "rendering", "Rendering"
        DONE = "done", "Ready"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    edit = models.ForeignKey(Edit, on_delete=models.CASCADE, related_name="renditions")
    purpose = models.CharField(max_length=8, choices=Purpose.choices, default=Purpose.EXPORT)
    key = models.CharField(max_length=40)
    aspect = models.CharField(max_length=8)
    platform = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    media = models.ForeignKey(MediaFile, on_delete=models.PROTECT, null=True, blank=True, related_name="renditions")
    plan_version = models.PositiveIntegerField(default=0, help_text="The plan that `media` shows.")
    error = models.CharField(max_length=500, blank=True)
    error_code = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ("created_at", "id")
        indexes: ClassVar = [models.Index(fields=["workspace", "-created_at"], name="rendition_by_workspace")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edit", "purpose", "key"], name="rendition_once"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "rendering", "done", "failed", "cancelled"]),
                name="rendition_state_known",
            ),
            models.CheckConstraint(condition=Q(purpose__in=["export", "preview"]), name="rendition_purpose_known"),
            models.CheckConstraint(condition=~Q(state="done") | Q(media__isnull=False), name="rendition_done_has_file"),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.get_purpose_display()})"

    @property
    def output(self) -> dict[str, Any]:
        """The output's entry in the plan; empty if the plan no longer has it."""
        return next((output for output in self.edit.plan.get("outputs", []) if output["key"] == self.key), {})
