"""Operator console of core."""

import re
from collections.abc import Iterable
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from core.models import IdempotencyKey

_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class CappedPaginator(Paginator[Any]):
    """Counts no further than a console's reader turns pages: in a large table the count costs more than the list."""

    MOST = 5000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        # Without the columns that a list works out for each of its rows.
        return int(rows.order_by().values("pk")[: self.MOST].count())


class FindsById:
    """A console's search: an id finds by its key alone, anything else by the words of `find`."""

    paginator: Any = CappedPaginator
    show_full_result_count = False
    id_fields: tuple[str, ...] = ("pk",)

    def find(self, words: str) -> Q:
        """The rows that words find."""
        raise NotImplementedError

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        words = search_term.strip()
        if not words:
            return queryset, False
        # An id as the product writes it; what a platform calls its posts may look like one without dashes.
        if _ID.fullmatch(words):
            return queryset.filter(reduce(or_, (Q(**{name: words}) for name in self.id_fields))), False
        return queryset.filter(self.find(words)), False


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
