"""Operator console of webhooks: how endpoints are, and what became of every message. It shows no secrets."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from core.actor import Actor, ActorKind
from core.admin import FindsById
from core.errors import DomainError
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent
from webhooks.services import deliveries, endpoints


class ReadOnlyAdmin(FindsById, admin.ModelAdmin[Any]):
    """Rows that admins of workspaces and jobs write."""

    list_per_page = 50
    search_help_text = "An id, or words"
    search_fields = ("pk",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _operator(request: HttpRequest, row: Any) -> Actor:
    return Actor(user_id=request.user.pk, workspace_id=row.workspace_id, role="admin", kind=ActorKind.ADMIN)


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnlyAdmin):
    list_display = ("url", "description", "workspace", "state", "failing_since", "problem", "created_at")
    list_filter = ("state", "created_at")
    list_select_related = ("workspace",)
    ordering = ("-created_at", "-id")
    readonly_fields = ("url",)
    actions = ("pause", "resume")

    def find(self, words: str) -> Q:
        return Q(url__icontains=words) | Q(description__icontains=words) | Q(workspace__name__icontains=words)

    @admin.action(description="Pause", permissions=["view"])
    def pause(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        for row in queryset:
            endpoints.pause(actor=_operator(request, row), endpoint_id=row.pk)

    @admin.action(description="Resume", permissions=["view"])
    def resume(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        for row in queryset:
            endpoints.resume(actor=_operator(request, row), endpoint_id=row.pk)


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyAdmin):
    list_display = ("type", "subject_type", "subject_id", "workspace", "occurred_at")
    list_filter = ("type", "occurred_at")
    list_select_related = ("workspace",)
    ordering = ("-created_at", "-id")
    id_fields = ("pk", "subject_id")

    def find(self, words: str) -> Q:
        return Q(type=words) | Q(workspace__name__icontains=words)


class AttemptInline(admin.TabularInline[WebhookAttempt, WebhookDelivery]):
    """The receipts of a delivery."""

    model = WebhookAttempt
    fields = ("started_at", "completed_at", "outcome", "http_status", "duration_ms", "error", "answer", "headers")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    list_display = (
        "event", "endpoint", "workspace", "state", "tries", "http_status", "error", "next_at", "created_at",
    )  # fmt: skip
    list_filter = ("state", "created_at")
    list_select_related = ("event", "endpoint", "workspace")
    ordering = ("-created_at", "-id")
    id_fields = ("pk", "event_id", "endpoint_id")
    inlines = (AttemptInline,)
    actions = ("replay",)

    def find(self, words: str) -> Q:
        return Q(event__type=words) | Q(endpoint__url__icontains=words) | Q(workspace__name__icontains=words)

    @admin.action(description="Replay", permissions=["view"])
    def replay(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        count = 0
        for row in queryset:
            try:
                deliveries.replay(actor=_operator(request, row), delivery_id=row.pk)
                count += 1
            except DomainError as error:
                self.message_user(request, f"{row}: {error.message}", messages.WARNING)
        self.message_user(request, f"{count} being sent again.")
