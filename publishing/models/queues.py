"""Queues: the times of a week at which an account posts, the days without posts, and the posts that hold a time."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from core.models import WorkspaceModel
from publishing.models.connections import SocialAccount
from publishing.models.posts import PostTarget


def empty_week() -> list[list[str]]:
    """No time on any of seven days, Monday first."""
    return [[] for _ in range(7)]


class Queue(WorkspaceModel):
    """The weekly times of one account: wall times (`18:00`) of `zone`, for each day from Monday on.

    Whoever gives out or exchanges times of the account locks this row first, so no time is given twice.
    """

    account = models.OneToOneField(SocialAccount, on_delete=models.CASCADE, related_name="queue")
    zone = models.CharField(max_length=64)
    week: models.JSONField[Any, list[list[str]]] = models.JSONField(
        default=empty_week, help_text="Seven lists of times, Monday first."
    )
    paused_at = models.DateTimeField(null=True, blank=True, help_text="Since when nothing of it starts.")
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"Queue of {self.account_id}"

    @property
    def is_empty(self) -> bool:
        """Whether it has no time on any day."""
        return not any(self.week)


class QueuePlace(WorkspaceModel):
    """The time that a queue gave to an account's share of a post.

    It holds while the share is scheduled for exactly this time. Whatever gives the share another time takes it out of
    the queue, without knowing of queues.
    """

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="places")
    target = models.OneToOneField(PostTarget, on_delete=models.CASCADE, related_name="queue_place")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["queue", "at"], name="queue_place_once")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} for {self.target_id}"


class BlackoutDay(WorkspaceModel):
    """A day on which queues give out no time: of one account, or without one of the whole workspace."""

    account = models.ForeignKey(
        SocialAccount, on_delete=models.CASCADE, null=True, blank=True, related_name="blackout_days"
    )
    day = models.DateField()
    note = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "day"], condition=Q(account__isnull=True), name="blackout_day_of_workspace_once"
            ),
            models.UniqueConstraint(
                fields=["account", "day"], condition=Q(account__isnull=False), name="blackout_day_of_account_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["workspace", "day"], name="blackout_day_by_day")]

    def __str__(self) -> str:
        return f"{self.day}"
