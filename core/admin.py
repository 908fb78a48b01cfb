"""Operator console of the ground floor."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.models import IdempotencyKey


class SavesChangedFields:
    """For rows that operators may change: saves what was changed in the form, never what others wrote meanwhile."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.save(force_insert=True)
            return
        _save(obj, form.changed_data)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        for row, names in formset.changed_objects:
            _save(row, names)
        for row in formset.new_objects:
            row.save(force_insert=True)
        for row in formset.deleted_objects:
            row.delete()
        formset.save_m2m()


def _save(row: Any, names: Iterable[str]) -> None:
    stamped = [field.name for field in row._meta.concrete_fields if getattr(field, "auto_now", False)]
    columns = {field.name for field in row._meta.concrete_fields}
    changed = [name for name in names if name in columns]
    if changed:
        row.save(update_fields=[*changed, *stamped])


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
