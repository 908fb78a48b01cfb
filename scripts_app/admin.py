"""Operator console: scripts with their versions, read-only; actions call services."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import Role
from core.actor import Actor, ActorKind
from core.errors import DomainError
from scripts_app import services
from scripts_app.models import Script, ScriptVersion
from strategies.admin import ReadOnly


class VersionInline(ReadOnly, admin.TabularInline[ScriptVersion, Script]):
    model = ScriptVersion
    fields = ("number", "reason", "note", "created_by", "created_at")
    readonly_fields = fields
    extra = 0
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScriptVersion]:
        return super().get_queryset(request).select_related("created_by").defer("content", "request")


@admin.register(Script)
class ScriptAdmin(ReadOnly, admin.ModelAdmin[Script]):
    list_display = (
        "title", "workspace", "platform", "duration_s", "status", "version", "variation", "offline", "created_by",
        "created_at", "deleted_at",
    )  # fmt: skip
    list_filter = ("status", "platform", "offline", ("deleted_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("search", "title", "workspace__name", "created_by__email", "=id", "=group_id")
    list_select_related = ("workspace", "created_by")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    inlines = (VersionInline,)
    actions = ("try_again", "bring_back")

    @admin.action(description="Try failed generations again")
    def try_again(self, request: HttpRequest, rows: QuerySet[Script]) -> None:
        self._each(request, rows, services.retry)

    @admin.action(description="Bring back from the trash")
    def bring_back(self, request: HttpRequest, rows: QuerySet[Script]) -> None:
        self._each(request, rows, services.undelete)

    def _each(self, request: HttpRequest, rows: QuerySet[Script], act: Callable[..., Any]) -> None:
        for row in rows:
            actor = Actor(request.user.pk, row.workspace_id, Role.ADMIN, ActorKind.ADMIN)
            try:
                act(actor=actor, script_id=row.pk)
            except DomainError as error:
                messages.error(request, f"{row}: {error.message}")
            else:
                messages.success(request, f"{row}: done.")


@admin.register(ScriptVersion)
class ScriptVersionAdmin(ReadOnly, admin.ModelAdmin[ScriptVersion]):
    list_display = ("script", "number", "workspace", "reason", "note", "created_by", "created_at")
    list_filter = ("reason", "created_at")
    search_fields = ("script__title", "workspace__name", "note")
    list_select_related = ("script", "workspace", "created_by")
    ordering = ("-created_at", "-id")
    show_full_result_count = False
