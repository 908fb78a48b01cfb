"""Operator console of jobs: every queue visible, cancel and retry from there. States change only through services."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from core.actor import Actor, ActorKind
from core.errors import DomainError
from jobs import selectors, services
from jobs.models import Alarm, Job, Periodic, Worker


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Rows that only the product writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = (
        "kind", "status", "queue", "workspace", "stage", "progress", "attempts", "lost_leases", "run_at", "created_at",
        "error_message",
    )  # fmt: skip
    list_filter = ("status", "queue", "kind", "error_code", "created_at")
    search_fields = ("=id", "=subject_id", "=workspace__id", "kind", "unique_key", "error_message", "workspace__name")
    list_select_related = ("workspace",)
    ordering = ("-created_at", "-id")
    list_per_page = 50
    show_full_result_count = False
    date_hierarchy = None
    actions = ("cancel_jobs", "retry_jobs")
    fieldsets = (
        (None, {"fields": ("id", "kind", "queue", "status", "workspace", "unique_key", "priority", "run_again")}),
        ("Subject", {"fields": ("subject_type", "subject_id", "payload", "checkpoint", "result")}),
        ("Progress", {"fields": ("stage", "progress_pct", "error_code", "error_message")}),
        ("Runs", {"fields": ("worker", "attempts", "lost_leases", "transient_failures", "lease_expires_at")}),
        ("Ordered by", {"fields": ("actor_kind", "actor_role", "actor_user_id", "cancel_requested_at")}),
        ("Instants", {"fields": ("created_at", "run_at", "started_at", "claimed_at", "finished_at", "updated_at")}),
    )

    @admin.display(description="progress", ordering="progress_pct")
    def progress(self, job: Job) -> str:
        """How far, in words."""
        return f"{job.progress_pct} %"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, below the state of the queues."""
        context = {"queues": selectors.queues(), **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, context)
        return response

    @admin.action(description="Cancel")
    def cancel_jobs(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Cancel the chosen jobs."""
        self._each(request, queryset, services.cancel, "cancelled")

    @admin.action(description="Run again")
    def retry_jobs(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        """Run the chosen failed or cancelled jobs again."""
        self._each(request, queryset, services.retry, "started again")

    def _each(self, request: HttpRequest, queryset: QuerySet[Job], service: Callable[..., Job], what: str) -> None:
        done = 0
        for job_id, workspace_id in queryset.values_list("pk", "workspace_id"):
            try:
                service(actor=self._actor(request, workspace_id), job_id=job_id)
                done += 1
            except DomainError as error:
                self.message_user(request, f"{job_id}: {error.message}", messages.WARNING)
        if done:
            self.message_user(request, f"{done} of the chosen jobs: {what}.", messages.SUCCESS)

    def _actor(self, request: HttpRequest, workspace_id: UUID | None) -> Actor | None:
        if workspace_id is None:
            return None
        return Actor(UUID(str(request.user.pk)), workspace_id, "admin", ActorKind.ADMIN)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Actions need the right to change; every field is read-only."""
        return bool(request.user.has_perm("jobs.change_job"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [field.name for field in Job._meta.concrete_fields]


@admin.register(Periodic)
class PeriodicAdmin(ReadOnlyAdmin):
    list_display = ("name", "due_at", "started_at", "finished_at", "error_message")
    search_fields = ("name",)
    ordering = ("name",)


@admin.register(Alarm)
class AlarmAdmin(ReadOnlyAdmin):
    list_display = ("name", "sentence", "is_open", "began_at", "seen_at", "mailed_at", "ended_at")
    list_filter = ("began_at", "ended_at")
    search_fields = ("name", "sentence")
    ordering = ("-began_at",)

    @admin.display(description="open", boolean=True)
    def is_open(self, row: Alarm) -> bool:
        """Whether it is wrong at present."""
        return row.ended_at is None


@admin.register(Worker)
class WorkerAdmin(ReadOnlyAdmin):
    list_display = ("name", "queues", "threads", "started_at", "seen_at")
    list_filter = ("queues",)
    search_fields = ("name", "queues")
    ordering = ("name",)
