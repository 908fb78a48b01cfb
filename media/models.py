"""Files of every kind, and uploads under way.

MediaFile:      uploading → ready        (only `ready` files are ever shown, signed or published)
                          → failed
                ready ⇄ trashed → erased  (deleted by a person; for a day it can come back. A file that a published
                                           post still names loses its bytes only)
DirectUpload:   waiting → received → confirming → confirmed
UploadSession:  open → finishing → finished
                open ← finishing          (the finish broke off; the last chunk may be sent again)
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.models import WorkspaceModel


class MediaFile(WorkspaceModel):
    """One stored file. The user's file name lives in `original_name` only; the storage key never contains it."""

    class Kind(models.TextChoices):
        VIDEO = "video", "Video"
        IMAGE = "image", "Image"
        RENDITION = "rendition", "Rendition"
        THUMBNAIL = "thumbnail", "Thumbnail"
        STORYBOARD = "storyboard", "Storyboard"
        EXPORT = "export", "Export"
        BRAND = "brand", "Brand asset"
        AVATAR = "avatar", "Avatar"
        DELIVERY = "delivery", "Delivery copy"

    class State(models.TextChoices):
        UPLOADING = "uploading", "Uploading"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"
        TRASHED = "trashed", "Deleted"
        ERASED = "erased", "Erased"

    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    storage_key = models.CharField(max_length=255, unique=True)
    content_type = models.CharField(max_length=100, help_text="Judged by content, never by name.")
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True, help_text="Hex; empty until the bytes were read once.")
    original_name = models.CharField(max_length=255, blank=True)
    probe = models.JSONField(default=dict, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True, help_text="As shown, after rotation and pixel aspect.")
    height = models.PositiveIntegerField(null=True, blank=True)
    duration_s = models.FloatField(null=True, blank=True)
    fps = models.FloatField(null=True, blank=True)
    has_audio = models.BooleanField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    thumbnail = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    trashed_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "kind", "-created_at"], name="media_by_kind"),
            models.Index(
                fields=["workspace", "-created_at", "-id"],
                condition=Q(state="ready", kind__in=["video", "image", "rendition"]),
                name="media_library_newest",
            ),
            models.Index(fields=["workspace", "sha256"], name="media_by_checksum"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(size_bytes__gte=0), name="media_size_not_negative"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "video",
                        "image",
                        "rendition",
                        "thumbnail",
                        "storyboard",
                        "export",
                        "brand",
                        "avatar",
                        "delivery",
                    ]
                ),
                name="media_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["uploading", "ready", "failed", "trashed", "erased"]),
                name="media_state_known",
            ),
        ]

    def __str__(self) -> str:
        return self.original_name or self.storage_key.rsplit("/", 1)[-1]

    @property
    def aspect_ratio(self) -> float | None:
        """Width ÷ height as shown; None while unknown."""
        return self.width / self.height if self.width and self.height else None

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY


class UploadSession(WorkspaceModel):
    """A resumable upload. `offset` counts only whole stored chunks; `parts` says where each of them lies."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        FINISHING = "finishing", "Finishing"
        FINISHED = "finished", "Finished"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    filename = models.CharField(max_length=255)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    metadata = models.JSONField(default=dict, blank=True)
    storage_key = models.CharField(max_length=255, unique=True)
    multipart_id = models.CharField(max_length=1024, blank=True, help_text="The object store's own upload id.")
    parts = models.JSONField(default=list, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True, help_text="Since when someone is finishing it.")
    expires_at = models.DateTimeField(db_index=True)
    subject_type = models.CharField(max_length=40, blank=True, help_text="What it became.")
    subject_id = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(offset__gte=0) & Q(offset__lte=models.F("length")), name="upload_offset_in_range"
            ),
            models.CheckConstraint(condition=Q(state__in=["open", "finishing", "finished"]), name="upload_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.filename} {self.offset}/{self.length}"


class DirectUpload(WorkspaceModel):
    """A file that is announced (name, type, size), sent with one signed PUT, and confirmed."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for the bytes"
        RECEIVED = "received", "Received"
        CONFIRMING = "confirming", "Being judged"
        CONFIRMED = "confirmed", "Confirmed"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    filename = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100, help_text="As announced; what it is, is judged by content.")
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True, help_text="As announced, hex; empty when it was not.")
    received_sha256 = models.CharField(
        max_length=64, blank=True, help_text="Of the bytes that came, hex; empty when they went past this server."
    )
    storage_key = models.CharField(max_length=255, unique=True)
    final_key = models.CharField(max_length=255, blank=True, help_text="Where the bytes lie once they were taken over.")
    claimed_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(db_index=True)
    file = models.ForeignKey(MediaFile, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(size_bytes__gt=0), name="direct_size_positive"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "received", "confirming", "confirmed"]), name="direct_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.filename} ({self.size_bytes} bytes)"
