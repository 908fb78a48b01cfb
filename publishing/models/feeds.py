"""The address under which other calendars read a workspace's schedule."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from core.models import WorkspaceModel


class CalendarFeed(WorkspaceModel):
    """A workspace's secret address for calendar programs: one at a time, gone when it is revoked or made new.

    `token_hash` is the SHA-256 by which a reader is found, `token_sealed` lets a person see the address again.
    """

    token_hash = models.CharField(max_length=64, unique=True)
    token_sealed = models.TextField(editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    read_at = models.DateTimeField(null=True, blank=True, help_text="When a calendar last asked for it.")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace"], name="calendar_feed_once")]

    def __str__(self) -> str:
        return f"Calendar feed of {self.workspace_id}"
