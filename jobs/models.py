"""Jobs, the due times of periodic actions, and the workers that are alive.

A job's states (the only writers are `services`, `claims` and `transitions`, each by a conditional UPDATE):

    queued ──claim──▶ running ──Done──▶ done
      ▲ ▲               │ ├──Again / Transient──▶ waiting ──claim──▶ running
      │ └──lease lost───┘ ├──error──▶ failed
      └──────retry────────┴──cancel──▶ cancelled        (queued and waiting jobs are cancelled at once)
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.actor import Actor, ActorKind
from core.models import UUIDModel, WorkspaceQuerySet
from jobs.queues import Queue


class Status(models.TextChoices):
    """Where a job stands."""

    QUEUED = "queued", "Queued"
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


CLAIMABLE = (Status.QUEUED, Status.WAITING)
UNFINISHED = (Status.QUEUED, Status.WAITING, Status.RUNNING)
ENDED = (Status.DONE, Status.FAILED, Status.CANCELLED)

_HELD = Q(status=Status.RUNNING, lease_token__isnull=False, lease_expires_at__isnull=False)
_FREE = ~Q(status=Status.RUNNING) & Q(lease_token__isnull=True, lease_expires_at__isnull=True)


class Job(UUIDModel):
    """One slow operation. The row is the truth; messages only wake workers. System jobs have no workspace."""

    workspace = models.ForeignKey(
        "accounts.Workspace", on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    kind = models.CharField(max_length=64)
    queue = models.CharField(max_length=12, choices=Queue.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    priority = models.SmallIntegerField(default=0, help_text="Higher goes first.")
    run_at = models.DateTimeField(help_text="Not before this instant.")

    actor_user_id = models.UUIDField(null=True, blank=True)
    actor_role = models.CharField(max_length=10, blank=True)
    actor_kind = models.CharField(max_length=12, blank=True)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.UUIDField(null=True, blank=True)
    payload = models.JSONField(default=dict, blank=True)
    unique_key = models.CharField(max_length=200, blank=True)
    run_again = models.BooleanField(default=False, help_text="It was ordered again while it ran.")

    checkpoint = models.JSONField(default=dict, blank=True)
    stage = models.CharField(max_length=80, blank=True)
    progress_pct = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(default=dict, blank=True)
    error_code = models.CharField(max_length=64, blank=True)
    error_message = models.TextField(blank=True)

    lease_token = models.UUIDField(null=True, blank=True, unique=True, help_text="The fencing token of this run.")
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=120, blank=True, help_text="Who ran it last.")
    attempts = models.PositiveIntegerField(default=0, help_text="How often it was claimed.")
    lost_leases = models.PositiveSmallIntegerField(default=0)
    transient_failures = models.PositiveSmallIntegerField(default=0, help_text="In a row, without progress.")
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["queue", "status", "priority", "workspace", "run_at"], name="job_due"),
            models.Index(fields=["status", "lease_expires_at"], name="job_lease"),
            models.Index(fields=["workspace", "-created_at"], name="job_by_workspace"),
            models.Index(fields=["subject_type", "subject_id"], name="job_subject"),
            models.Index(fields=["finished_at"], name="job_finished"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="job_status_known"),
            models.CheckConstraint(condition=Q(queue__in=Queue.values), name="job_queue_known"),
            models.CheckConstraint(condition=_HELD | _FREE, name="job_lease_iff_running"),
            models.CheckConstraint(condition=Q(progress_pct__lte=100), name="job_progress_pct"),
            models.UniqueConstraint(
                fields=["workspace", "unique_key"],
                condition=~Q(unique_key="") & Q(status__in=UNFINISHED),
                name="job_unique_in_workspace",
            ),
            models.UniqueConstraint(
                fields=["unique_key"],
                condition=~Q(unique_key="") & Q(status__in=UNFINISHED, workspace__isnull=True),
                name="job_unique_in_system",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def actor(self) -> Actor | None:
        """Who ordered it; None for the system's own jobs."""
        if self.workspace_id is None:
            return None
        return Actor(self.actor_user_id, self.workspace_id, self.actor_role, ActorKind(self.actor_kind))


class Periodic(models.Model):
    """When a periodic action is due next. Who moves `due_at` forward runs it, so any number of beats is harmless."""

    name = models.CharField(max_length=100, primary_key=True)
    due_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error_message = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class Worker(models.Model):
    """A living worker process; the tick sends it no more wake-ups than it has free threads."""

    name = models.CharField(max_length=120, primary_key=True)
    queues = models.CharField(max_length=120)
    threads = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Alarm(models.Model):
    """Something an operator must know, from when it was seen until it was over. At most one of a name is open.

    `details` are for operators only: counts and names of machines, never content or credentials.
    """

    name = models.CharField(max_length=60, help_text="What it is about, e.g. worker.silent:host:123.")
    sentence = models.TextField()
    details = models.JSONField(default=dict, blank=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="When it was last found true.")
    mailed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-began_at"], name="alarm_newest")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name"], condition=Q(ended_at__isnull=True), name="alarm_open_once")
        ]

    def __str__(self) -> str:
        return self.name
