"""Daily quotas of the platforms, reserved by a conditional UPDATE; their short windows; their clocks."""

from typing import ClassVar

from django.db import models


class QuotaWindow(models.Model):
    """How much of one quota is used in one period. `bucket` names the quota and whose it is.

    Quotas belong to the operator's app or to a channel, not to a workspace: two workspaces that post to the same
    channel share its day.
    """

    bucket = models.CharField(max_length=160)
    period = models.CharField(max_length=24, help_text="The day, as the platform counts it.")
    used = models.PositiveIntegerField(default=0)
    limit = models.PositiveIntegerField()
    resets_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["bucket", "period"], name="quota_window_once")]

    def __str__(self) -> str:
        return f"{self.bucket} {self.period}: {self.used}/{self.limit}"


class RateSlot(models.Model):
    """One call's place in a short window: used at most once in the window's length. `key` says whose window it is.

    `used_at` is its last use, `free_at` the end of the last turn that somebody has booked. Belongs to a consent on a
    platform, not to a workspace's content; holds no secret.
    """

    key = models.CharField(max_length=160)
    number = models.PositiveIntegerField()
    used_at = models.DateTimeField()
    free_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "number"], name="rate_slot_once")]
        indexes: ClassVar = [models.Index(fields=["key", "free_at"], name="rate_slot_next")]

    def __str__(self) -> str:
        return f"{self.key} {self.number}"


class PlatformClock(models.Model):
    """How far a platform's clock is from ours, as its latest answer said. Belongs to the installation."""

    platform = models.CharField(max_length=12, unique=True)
    distance_s = models.FloatField(help_text="The platform's clock minus ours, in seconds.")
    measured_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.platform} {self.distance_s:+.0f} s"
