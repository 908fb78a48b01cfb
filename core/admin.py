"""Operator console of the ground floor."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.models import IdempotencyKey


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(admin.ModelAdmin[Any]):
    """What repeated requests are answered with; written by the API only."""

    list_display = ("route", "key", "status", "workspace", "user_id", "expires_at")
    list_filter = ("status", "expires_at")
    search_fields = ("key", "route", "=user_id", "workspace__name")
    list_select_related = ("workspace",)
    ordering = ("-id",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
