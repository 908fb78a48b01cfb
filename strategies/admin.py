"""Operator console: strategies with their videos and versions."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from documents.admin import DocumentAdmin, ReadOnly, VersionAdmin, VersionInline
from strategies.document import STRATEGY
from strategies.models import Strategy, StrategyVersion, StrategyVideo


class StrategyVersionInline(VersionInline):
    model = StrategyVersion


class VideoInline(ReadOnly, admin.TabularInline[StrategyVideo, Strategy]):
    model = StrategyVideo
    fields = ("video",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[StrategyVideo]:
        return super().get_queryset(request).select_related("video")


@admin.register(Strategy)
class StrategyAdmin(DocumentAdmin):
    kind = STRATEGY
    list_display: Any = (
        "title", "workspace", "status", "version", "offline", "where", "created_by", "created_at", "deleted_at",
    )  # fmt: skip
    inlines = (VideoInline, StrategyVersionInline)

    @admin.display(description="platforms")
    def where(self, row: Strategy) -> str:
        return ", ".join(row.platforms)


@admin.register(StrategyVersion)
class StrategyVersionAdmin(VersionAdmin):
    kind = STRATEGY
