"""The video library.

Video:  uploaded → processing → processed
                              → failed      (`stage` says where, `error` what a person can do)
        processed, failed → processing      (retry, analyse again)
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import User
from core.models import WorkspaceModel, WorkspaceOwned, WorkspaceQuerySet
from media.models import MediaFile


class Folder(WorkspaceModel):
    """A place in the library; folders nest."""

    name = models.CharField(max_length=80)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("name", "id")
        constraints: ClassVar = [
            models.UniqueConstraint(
                "workspace",
                "parent",
                Lower("name"),
                condition=Q(deleted_at__isnull=True, parent__isnull=False),
                name="folder_name_once_in_parent",
            ),
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                condition=Q(deleted_at__isnull=True, parent__isnull=True),
                name="folder_name_once_at_top",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Tag(WorkspaceModel):
    """A word to find videos by."""

    name = models.CharField(max_length=40)

    class Meta:
        ordering = ("name", "id")
        constraints: ClassVar = [models.UniqueConstraint("workspace", Lower("name"), name="tag_name_once")]

    def __str__(self) -> str:
        return self.name


class VideoQuerySet(WorkspaceQuerySet["Video"]):
    """Videos; `alive` leaves out the trash."""

    def alive(self) -> "VideoQuerySet":
        """Not deleted (archived ones included)."""
        return self.filter(deleted_at__isnull=True)

    def for_cards(self) -> "VideoQuerySet":
        """With everything that a card of the library shows, in a fixed number of queries."""
        return self.select_related("media", "poster", "folder").prefetch_related("tags")


class Video(WorkspaceModel):
    """A video of the library: its file, what people call it, and how far its processing is."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded", "Uploaded"
        PROCESSING = "processing", "Processing"
        PROCESSED = "processed", "Ready"
        FAILED = "failed", "Failed"

    class Stage(models.TextChoices):
        CHECK = "check", "Checking the file"
        PROBE = "probe", "Reading the facts"
        PREVIEW = "preview", "Making previews"
        MEASURE = "measure", "Analysing"

    title = models.CharField(max_length=200)
    folder = models.ForeignKey(Folder, on_delete=models.SET_NULL, null=True, blank=True, related_name="videos")
    tags = models.ManyToManyField(Tag, through="VideoTag", related_name="videos", blank=True)
    media = models.ForeignKey(MediaFile, on_delete=models.PROTECT, related_name="videos")
    poster = models.ForeignKey(MediaFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    storyboard = models.ForeignKey(MediaFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.UPLOADED)
    stage = models.CharField(max_length=12, choices=Stage.choices, blank=True)
    error = models.CharField(max_length=500, blank=True, help_text="A sentence for a person; empty unless failed.")
    error_code = models.CharField(max_length=60, blank=True)
    search = models.TextField(blank=True, help_text="Normalised title, file name, folder and tags.")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    archived_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = VideoQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="video_newest"),
            models.Index(fields=["workspace", "status"], name="video_by_status"),
            models.Index(fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="video_trash"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=["uploaded", "processing", "processed", "failed"]), name="video_status_known"
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["", "check", "probe", "preview", "measure"]), name="video_stage_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class VideoTag(WorkspaceOwned):
    """A tag on a video; a row of its own because it belongs to a workspace too."""

    video = models.ForeignKey(Video, on_delete=models.CASCADE, related_name="video_tags")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="video_tags")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["video", "tag"], name="video_tag_once")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.video_id}"
