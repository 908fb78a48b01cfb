"""Operator console of numbers and learning."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import ReadOnly
from analytics.fetch_times import GRID
from analytics.models import AccountSnapshot, LatestMetrics, LearningRun, MetricPlan, MetricSnapshot
from analytics.services import snapshots
from core import clock


class Slot(admin.SimpleListFilter):
    """An age of the grid: reading which ones occur would read every snapshot."""

    title = "slot"
    parameter_name = "slot"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name, _ in GRID]

    def queryset(self, request: HttpRequest, queryset: QuerySet[MetricSnapshot]) -> QuerySet[MetricSnapshot]:
        return queryset.filter(slot=self.value()) if self.value() else queryset


@admin.register(MetricPlan)
class MetricPlanAdmin(ReadOnly, admin.ModelAdmin[MetricPlan]):
    list_display = ("target", "workspace", "platform", "slot", "next_at", "failures", "last_error")
    list_filter = ("target__platform", "failures")
    list_select_related = ("target", "workspace")
    search_fields = ("target__id", "workspace__name")
    actions = ("fetch_now",)

    @admin.display(ordering="target__platform")
    def platform(self, plan: MetricPlan) -> str:
        return plan.target.platform

    @admin.action(description="Fetch the numbers now")
    def fetch_now(self, request: HttpRequest, plans: QuerySet[MetricPlan]) -> None:
        with transaction.atomic():
            due = plans.update(next_at=clock.now(), failures=0)
        snapshots.enqueue_due()
        self.message_user(request, f"{due} fetches ordered.", messages.SUCCESS)


@admin.register(MetricSnapshot)
class MetricSnapshotAdmin(ReadOnly, admin.ModelAdmin[MetricSnapshot]):
    list_display = ("target", "slot", "taken_at", "views", "likes", "comments", "shares", "watch_time_s")
    list_filter = (Slot, "target__platform")
    list_select_related = ("target",)
    search_fields = ("target__id",)


@admin.register(LatestMetrics)
class LatestMetricsAdmin(ReadOnly, admin.ModelAdmin[LatestMetrics]):
    list_display = (
        "target",
        "workspace",
        "platform",
        "published_at",
        "views",
        "likes",
        "comments",
        "shares",
        "taken_at",
    )
    list_filter = ("target__platform",)
    list_select_related = ("target", "workspace")
    search_fields = ("target__id", "workspace__name")


@admin.register(AccountSnapshot)
class AccountSnapshotAdmin(ReadOnly, admin.ModelAdmin[AccountSnapshot]):
    list_display = ("account", "on", "followers")
    list_filter = ("account__platform",)
    list_select_related = ("account",)


@admin.register(LearningRun)
class LearningRunAdmin(ReadOnly, admin.ModelAdmin[LearningRun]):
    list_display = ("workspace", "platform", "as_of", "posts", "model_version", "summary")
    list_filter = ("platform",)
    list_select_related = ("workspace",)
    search_fields = ("workspace__name",)
