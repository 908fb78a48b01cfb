"""Posts that come again: the rule, and each of its times with the post that was made for it."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from core import formatting
from core.models import WorkspaceModel
from publishing.models.posts import Post


class RecurringState(models.TextChoices):
    """`active` makes posts ahead of time, `stopped` was ended by a person, `ended` has no time to come."""

    ACTIVE = "active", "Active"
    STOPPED = "stopped", "Stopped"
    ENDED = "ended", "Ended"


class Rhythm(models.TextChoices):
    """How a rule goes on from one day to the next."""

    DAYS = "days", "Every few days"
    WEEKDAYS = "weekdays", "On days of the week"
    MONTHLY = "monthly", "On a day of the month"


class RecurringPost(WorkspaceModel):
    """A rule that makes posts: on which days, at which wall time of `zone`, until when, with which texts in turn.

    `every` is for `days`, `weekdays` (0 is Monday) for `weekdays`, `month_day` for `monthly`: a month without that day
    takes its last one. `ends_on` is the last day; `count` ends it sooner, after so many posts. `shares` are the
    accounts with what is their own: `[{"account_id", "text", "title", "options"}]`. `check_at` is when
    posts are made next.
    """

    texts: models.JSONField[list[str], Any] = models.JSONField(default=list, help_text="Taken in turn.")
    shares: models.JSONField[list[dict[str, Any]], Any] = models.JSONField(default=list)
    campaign = models.CharField(max_length=80, blank=True)
    rhythm = models.CharField(max_length=8, choices=Rhythm.choices)
    every = models.PositiveSmallIntegerField(default=1)
    weekdays: models.JSONField[list[int], Any] = models.JSONField(default=list, blank=True)
    month_day = models.PositiveSmallIntegerField(default=1)
    at = models.TimeField()
    zone = models.CharField(max_length=64)
    starts_on = models.DateField()
    ends_on = models.DateField()
    count = models.PositiveSmallIntegerField(null=True, blank=True)
    state = models.CharField(max_length=7, choices=RecurringState.choices, default=RecurringState.ACTIVE)
    problem = models.TextField(blank=True, help_text="Why the next post could not be made, for a person.")
    check_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    source = models.ForeignKey(Post, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=RecurringState.values), name="recurring_state_known"),
            models.CheckConstraint(condition=Q(rhythm__in=Rhythm.values), name="recurring_rhythm_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="recurring_newest"),
            models.Index(fields=["check_at"], condition=Q(state="active"), name="recurring_due"),
        ]

    def __str__(self) -> str:
        return formatting.excerpt(self.texts[0] if self.texts else "") or "Post without text"


class RecurringMedia(WorkspaceModel):
    """A file of a rule's posts, in its place."""

    rule = models.ForeignKey(RecurringPost, on_delete=models.CASCADE, related_name="media")
    file = models.ForeignKey("media.MediaFile", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "recurring media"
        ordering = ("position", "id")
        constraints: ClassVar = [models.UniqueConstraint(fields=["rule", "position"], name="recurring_media_place")]

    def __str__(self) -> str:
        return f"{self.position} of {self.rule_id}"


class RecurringOccurrence(WorkspaceModel):
    """One time of a rule and the post made for it. There is one for each instant, so no post is made twice.

    `post_version` is the version that the rule wrote: a post of another one was changed by a person and is left alone.
    """

    rule = models.ForeignKey(RecurringPost, on_delete=models.CASCADE, related_name="occurrences")
    at = models.DateTimeField()
    number = models.PositiveIntegerField(help_text="1 for the first.")
    post = models.ForeignKey(Post, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    post_version = models.PositiveIntegerField(default=1)
    note = models.TextField(blank=True, help_text="What a person should know of its time.")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["rule", "at"], name="occurrence_once")]
        indexes: ClassVar = [models.Index(fields=["post"], name="occurrence_of_post")]

    def __str__(self) -> str:
        return f"{self.number} of {self.rule_id}"
