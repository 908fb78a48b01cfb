"""Operator console of documents: read-only, with their versions; actions call services."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import Role
from core.actor import Actor, ActorKind
from core.errors import DomainError
from documents.kinds import DocumentType
from documents.services import making, trash


class ReadOnly:
    """People change these things in their workspace, operators only look."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class VersionInline(ReadOnly, admin.TabularInline[Any, Any]):
    """A document's versions. A kind adds the model."""

    fields = ("number", "reason", "note", "created_by", "created_at")
    readonly_fields = fields
    extra = 0
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("created_by").defer("content", "request")


class DocumentAdmin(ReadOnly, admin.ModelAdmin[Any]):
    """A kind adds its columns and the inlines."""

    kind: ClassVar[DocumentType[Any, Any, Any]]
    list_filter: ClassVar[Any] = ("status", "offline", ("deleted_at", admin.EmptyFieldListFilter), "created_at")
    search_fields: ClassVar[Any] = ("search", "title", "workspace__name", "created_by__email", "=id")
    list_select_related = ("workspace", "created_by")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    actions = ("try_again", "bring_back")

    @admin.action(description="Try failed generations again")
    def try_again(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self._each(request, rows, making.retry)

    @admin.action(description="Bring back from the trash")
    def bring_back(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        self._each(request, rows, trash.undelete)

    def _each(self, request: HttpRequest, rows: QuerySet[Any], act: Callable[..., Any]) -> None:
        for row in rows:
            actor = Actor(request.user.pk, row.workspace_id, Role.ADMIN, ActorKind.ADMIN)
            try:
                act(self.kind, actor=actor, document_id=row.pk)
            except DomainError as error:
                messages.error(request, f"{row}: {error.message}")
            else:
                messages.success(request, f"{row}: done.")


class VersionAdmin(ReadOnly, admin.ModelAdmin[Any]):
    """The versions of a kind, whose foreign key to the document has the kind's name."""

    kind: ClassVar[DocumentType[Any, Any, Any]]
    list_filter = ("reason", "created_at")
    ordering = ("-created_at", "-id")
    show_full_result_count = False

    def get_list_display(self, request: HttpRequest) -> Any:
        return (self.kind.name, "number", "workspace", "reason", "note", "created_by", "created_at")

    def get_search_fields(self, request: HttpRequest) -> Any:
        return (f"{self.kind.name}__title", "workspace__name", "note")

    def get_list_select_related(self, request: HttpRequest) -> Any:
        return (self.kind.name, "workspace", "created_by")
