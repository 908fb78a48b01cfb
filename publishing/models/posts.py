"""The idea (Post), its share for each account (PostTarget), and the receipt of every outside call (Attempt)."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

import platforms
from core import formatting
from core.models import WorkspaceModel, WorkspaceOwned
from publishing.models.connections import SocialAccount
from publishing.states import (
    IN_FLIGHT,
    PLANNED,
    AttemptOutcome,
    PostState,
    StateGroup,
    TargetState,
    WaitReason,
    group_of,
    shown_state,
)


class Post(WorkspaceModel):
    """What is to be said and shown. `state` is derived from the targets, kept here so that lists can filter by it.

    `source_type`, `source_id` name what it was made from (a script, a strategy), without a foreign key upward.
    """

    text = models.TextField(blank=True)
    campaign = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=20, choices=PostState.choices, default=PostState.DRAFT)
    version = models.PositiveIntegerField(default=1)
    source_type = models.CharField(max_length=40, blank=True)
    source_id = models.UUIDField(null=True, blank=True)
    search = models.TextField(blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=PostState.values), name="post_state_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["workspace", "state", "-created_at"], name="post_by_state"),
            models.Index(
                fields=["workspace", "-created_at", "-id"], condition=Q(deleted_at__isnull=True), name="post_newest"
            ),
            models.Index(fields=["-created_at", "-id"], name="post_newest_of_all"),
            models.Index(fields=["workspace", "campaign"], name="post_by_campaign"),
            models.Index(fields=["source_type", "source_id"], name="post_by_source"),
        ]

    def __str__(self) -> str:
        return formatting.excerpt(self.text) or f"Post {self.pk}"


class PostMedia(WorkspaceModel):
    """A file of a post, in its place."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="media")
    file = models.ForeignKey("media.MediaFile", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = verbose_name_plural = "post media"
        ordering = ("position", "id")
        constraints: ClassVar = [models.UniqueConstraint(fields=["post", "position"], name="post_media_place")]

    def __str__(self) -> str:
        return f"{self.position} of {self.post_id}"


class PostTarget(WorkspaceModel):
    """One account's share of a post, and the truth about it.

    `due_at` is the only clock; `zone` and `wall_time` say how a person wrote it. `spec` is what will be sent, frozen
    when the target is queued. `checkpoint` is where the work stands, `checkpoint_sealed` its secret part (upload
    addresses). Only the run that holds `run_token` writes.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="targets")
    account = models.ForeignKey(SocialAccount, on_delete=models.PROTECT, related_name="targets")
    platform = models.CharField(max_length=12, choices=platforms.choices)
    text = models.TextField(null=True, blank=True, help_text="Own text; empty means the post's.")  # noqa: DJ001
    title = models.CharField(max_length=200, blank=True)
    options = models.JSONField(default=dict, blank=True)

    due_at = models.DateTimeField(null=True, blank=True)
    zone = models.CharField(max_length=64, blank=True)
    wall_time = models.CharField(max_length=16, blank=True, help_text="As the person wrote it: 2026-03-08T02:30.")
    held = models.BooleanField(default=False, help_text="It is in a queue that is paused, so it does not start.")

    state = models.CharField(max_length=16, choices=TargetState.choices, default=TargetState.DRAFT)
    wait_reason = models.CharField(max_length=8, choices=WaitReason.choices, blank=True)
    next_at = models.DateTimeField(null=True, blank=True, help_text="When the waiting ends.")
    held_since = models.DateTimeField(null=True, blank=True, help_text="Since when it waits, or waits for a person.")
    delays = models.JSONField(default=dict, blank=True, help_text="Seconds it was held up so far, by reason.")
    booking = models.JSONField(default=dict, blank=True, help_text="Its turn in a rate window.")
    progress_pct = models.PositiveSmallIntegerField(default=0)

    spec = models.JSONField(default=dict, blank=True)
    content_key = models.CharField(max_length=64, blank=True)
    checkpoint = models.JSONField(default=dict, blank=True)
    checkpoint_sealed = models.TextField(blank=True, editable=False)
    checkpoint_expires_at = models.DateTimeField(null=True, blank=True)
    committed = models.BooleanField(default=False, help_text="A step that may become public was sent.")
    run_token = models.UUIDField(null=True, blank=True)
    transient_count = models.PositiveSmallIntegerField(default=0)
    negatives = models.PositiveSmallIntegerField(default=0, help_text="Listings that did not show the post.")
    negative_since = models.DateTimeField(null=True, blank=True)

    external_id = models.CharField(max_length=128, blank=True, help_text="The platform's id of the live post.")
    permalink = models.URLField(max_length=500, blank=True)
    note = models.TextField(blank=True, help_text="What a person should know of the live post.")
    error_code = models.CharField(max_length=32, blank=True)
    error_sentence = models.TextField(blank=True, help_text="For a person: what happened and what comes next.")
    error_words = models.TextField(blank=True, help_text="The platform's own words.")

    queued_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    committed_at = models.DateTimeField(null=True, blank=True)
    unconfirmed_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["post", "account"], name="target_once"),
            models.UniqueConstraint(
                fields=["account", "content_key"],
                condition=Q(state__in=sorted(IN_FLIGHT)) & ~Q(content_key=""),
                name="target_same_content_once",
            ),
            models.CheckConstraint(condition=Q(state__in=TargetState.values), name="target_state_known"),
            models.CheckConstraint(
                condition=~Q(state="scheduled") | Q(due_at__isnull=False), name="target_scheduled_has_due"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False), name="target_published_has_instant"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at", "id"], condition=Q(state="scheduled"), name="target_due"),
            models.Index(fields=["workspace", "due_at"], name="target_calendar"),
            models.Index(fields=["account", "state"], name="target_by_account"),
            models.Index(fields=["state", "next_at"], name="target_by_state"),
            models.Index(fields=["workspace", "published_at"], name="target_by_publication"),
            models.Index(fields=["-updated_at", "-id"], name="target_changed"),
            models.Index(
                fields=["workspace"], condition=Q(options__has_key="thumbnail_file_id"), name="target_with_thumbnail"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform} target of {self.post_id}"

    @property
    def status_group(self) -> StateGroup:
        """The state, coarser: what a badge shows and a filter offers."""
        return group_of(self.state, asked=self.asked_at is not None, stopped=self.error_code != "")

    @property
    def shown_state(self) -> str:
        """The state as a badge shows it."""
        return shown_state(self.state, self.status_group)

    @property
    def waits_for_answer(self) -> bool:
        """Whether the person is asked if the post is live."""
        return self.asked_at is not None and self.state == TargetState.UNCONFIRMED

    def effective_text(self) -> str:
        """The text that goes to this account."""
        return self.text if self.text is not None else self.post.text


def in_group(group: str) -> Q:
    """The targets of a group, as `PostTarget.status_group` says it."""
    asked, stopped = Q(state=TargetState.UNCONFIRMED, asked_at__isnull=False), Q(state__in=sorted(PLANNED))
    stopped &= ~Q(error_code="")
    if group == StateGroup.NEEDS_YOU:
        return Q(state=TargetState.ACTION_REQUIRED) | asked | stopped
    states = [state for state in TargetState if group_of(state) == group]
    found = Q(state__in=states)
    if group == StateGroup.UNCONFIRMED:
        found &= Q(asked_at__isnull=True)
    return found & Q(error_code="") if group in (StateGroup.SCHEDULED, StateGroup.NEEDS_APPROVAL) else found


class Attempt(WorkspaceOwned):
    """The receipt of one outside call: written before it, completed after it, never changed again."""

    target = models.ForeignKey(PostTarget, on_delete=models.CASCADE, related_name="attempts")
    run_token = models.UUIDField()
    step = models.CharField(max_length=32)
    effect = models.CharField(max_length=6, choices=[("safe", "May be repeated"), ("commit", "May become public")])
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=AttemptOutcome.choices, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    platform_code = models.CharField(max_length=80, blank=True)
    platform_message = models.TextField(blank=True)
    sentence = models.TextField(blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    details: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(effect__in=["safe", "commit"]), name="attempt_effect_known"),
            models.CheckConstraint(condition=Q(outcome__in=["", *AttemptOutcome.values]), name="attempt_outcome_known"),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True, outcome="") | Q(completed_at__isnull=False) & ~Q(outcome=""),
                name="attempt_completed_has_outcome",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["target", "id"], name="attempt_of_target"),
            models.Index(fields=["target"], condition=Q(completed_at__isnull=True), name="attempt_open"),
        ]

    def __str__(self) -> str:
        return f"{self.step} at {self.started_at:%Y-%m-%d %H:%M:%S}"
