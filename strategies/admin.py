"""Operator console: strategies with their versions, read-only; actions call services."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import Role
from core.actor import Actor, ActorKind
from core.errors import DomainError
from strategies import services
from strategies.models import Strategy, StrategyVersion, StrategyVideo


class ReadOnly:
    """People change these things in their workspace, operators only look."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class VersionInline(ReadOnly, admin.TabularInline[StrategyVersion, Strategy]):
    model = StrategyVersion
    fields = ("number", "reason", "note", "created_by", "created_at")
    readonly_fields = fields
    extra = 0
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[StrategyVersion]:
        return super().get_queryset(request).select_related("created_by").defer("content", "request")


class VideoInline(ReadOnly, admin.TabularInline[StrategyVideo, Strategy]):
    model = StrategyVideo
    fields = ("video",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[StrategyVideo]:
        return super().get_queryset(request).select_related("video")


@admin.register(Strategy)
class StrategyAdmin(ReadOnly, admin.ModelAdmin[Strategy]):
    list_display = (
        "title",
        "workspace",
        "status",
        "version",
        "offline",
        "where",
        "created_by",
        "created_at",
        "deleted_at",
    )
    list_filter = ("status", "offline", ("deleted_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("search", "title", "workspace__name", "created_by__email", "=id")
    list_select_related = ("workspace", "created_by")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    inlines = (VideoInline, VersionInline)
    actions = ("try_again", "bring_back")

    @admin.display(description="platforms")
    def where(self, row: Strategy) -> str:
        return ", ".join(row.platforms)

    @admin.action(description="Try failed generations again")
    def try_again(self, request: HttpRequest, rows: QuerySet[Strategy]) -> None:
        self._each(request, rows, services.retry)

    @admin.action(description="Bring back from the trash")
    def bring_back(self, request: HttpRequest, rows: QuerySet[Strategy]) -> None:
        self._each(request, rows, services.undelete)

    def _each(self, request: HttpRequest, rows: QuerySet[Strategy], act: Callable[..., Any]) -> None:
        for row in rows:
            try:
                actor = Actor(request.user.pk, row.workspace_id, Role.ADMIN, ActorKind.ADMIN)
                act(actor=actor, strategy_id=row.pk)
            except DomainError as error:
                messages.error(request, f"{row}: {error.message}")
            else:
                messages.success(request, f"{row}: done.")


@admin.register(StrategyVersion)
class StrategyVersionAdmin(ReadOnly, admin.ModelAdmin[StrategyVersion]):
    list_display = ("strategy", "number", "workspace", "reason", "note", "created_by", "created_at")
    list_filter = ("reason", "created_at")
    search_fields = ("strategy__title", "workspace__name", "note")
    list_select_related = ("strategy", "workspace", "created_by")
    ordering = ("-created_at", "-id")
    show_full_result_count = False
