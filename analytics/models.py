"""Numbers that came back from the platforms, when the next are due, and what was learned from them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.models import WorkspaceModel, WorkspaceOwned
from publishing.models import PostTarget, SocialAccount


class MetricPlan(WorkspaceModel):
    """When a live post's numbers are fetched next. Claimed by `next_at`, so any number of beats is harmless."""

    target = models.OneToOneField(PostTarget, on_delete=models.CASCADE, related_name="metric_plan")
    slot = models.PositiveSmallIntegerField(default=0, help_text="Index into the learning grid.")
    next_at = models.DateTimeField(null=True, help_text="Empty once the grid is done or the post is gone.")
    failures = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="metric_plan_due"),
            models.Index(fields=["workspace"], condition=Q(failures__gt=0), name="metric_plan_failing"),
        ]

    def __str__(self) -> str:
        return f"Numbers of {self.target_id}, slot {self.slot}"


class MetricSnapshot(WorkspaceOwned):
    """A post's counts at one instant. Null means that the platform does not give the number. Append-only."""

    target = models.ForeignKey(PostTarget, on_delete=models.CASCADE, related_name="snapshots")
    slot = models.CharField(max_length=8, help_text="The grid's name for this age: 1h, 6h, 24h, 3d…")
    taken_at = models.DateTimeField()
    age_s = models.FloatField(help_text="Seconds since publication.")
    views = models.BigIntegerField(null=True)
    impressions = models.BigIntegerField(null=True)
    likes = models.BigIntegerField(null=True)
    comments = models.BigIntegerField(null=True)
    shares = models.BigIntegerField(null=True)
    saves = models.BigIntegerField(null=True)
    clicks = models.BigIntegerField(null=True)
    watch_time_s = models.FloatField(null=True)
    average_view_s = models.FloatField(null=True)
    followers = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["target", "slot"], name="snapshot_once_per_slot"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["target", "-taken_at"], name="snapshot_newest"),
            models.Index(fields=["workspace", "-taken_at"], name="snapshot_by_workspace"),
        ]

    def __str__(self) -> str:
        return f"{self.slot} of {self.target_id}"


class LatestMetrics(WorkspaceModel):
    """The newest snapshot of each post, kept beside it so that a dashboard is one query."""

    target = models.OneToOneField(PostTarget, on_delete=models.CASCADE, related_name="latest_metrics")
    snapshot = models.OneToOneField(MetricSnapshot, on_delete=models.CASCADE, related_name="+")
    published_at = models.DateTimeField()
    platform = models.CharField(max_length=12)
    views = models.BigIntegerField(null=True)
    likes = models.BigIntegerField(null=True)
    comments = models.BigIntegerField(null=True)
    shares = models.BigIntegerField(null=True)
    saves = models.BigIntegerField(null=True)
    watch_time_s = models.FloatField(null=True)
    taken_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "latest metrics"
        indexes: ClassVar = [
            models.Index(fields=["workspace", "published_at"], name="latest_by_publication"),
        ]

    def __str__(self) -> str:
        return f"Newest numbers of {self.target_id}"


class AccountSnapshot(WorkspaceOwned):
    """An account's followers on one day (UTC)."""

    account = models.ForeignKey(SocialAccount, on_delete=models.CASCADE, related_name="snapshots")
    on = models.DateField()
    followers = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "on"], name="account_snapshot_once_a_day")]

    def __str__(self) -> str:
        return f"{self.followers} followers of {self.account_id} on {self.on}"


class LearningRun(WorkspaceModel):
    """One refit for a platform: a pure function of its inputs. Readers use the newest complete one."""

    platform = models.CharField(max_length=12)
    as_of = models.DateTimeField()
    posts = models.PositiveIntegerField(help_text="Posts with numbers old enough to learn from.")
    inputs_digest = models.CharField(max_length=64)
    model_version = models.CharField(max_length=20)
    summary = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "platform", "-id"], name="learning_run_newest")]

    def __str__(self) -> str:
        return f"{self.platform} as of {self.as_of:%Y-%m-%d %H:%M}"
