"""The console's lists of what only the product writes, and how an operator calls a service for rows of them."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from core.actor import Actor, ActorKind
from core.admin import CappedPaginator
from core.errors import DomainError

Act = Callable[[Actor, Any], object]


def operator(request: HttpRequest, workspace_id: Any) -> Actor:
    """The operator, acting in a workspace that need not be theirs."""
    return Actor(user_id=request.user.pk, workspace_id=workspace_id, role="admin", kind=ActorKind.ADMIN)


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Rows that only the product writes."""

    list_per_page = 50
    paginator = CappedPaginator
    show_full_result_count = False
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def each(self, request: HttpRequest, rows: QuerySet[Any], act: Act, done: str) -> None:
        """Call a service for every row; refusals are shown, the rest counted."""
        count = 0
        for row in rows:
            try:
                act(operator(request, row.workspace_id), row)
                count += 1
            except DomainError as error:
                self.message_user(request, f"{row}: {error.message}", messages.WARNING)
        self.message_user(request, f"{count} {done}.")
