"""Operator console: edits with their outputs, read-only; actions call services."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from accounts.models import Role
from core.actor import Actor, ActorKind
from core.errors import DomainError
from editing import services
from editing.models import Edit, Rendition
from media.formatting import duration_words, size_words


class ReadOnly:
    """People change these things in their workspace; operators look, retry and cancel."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RenditionInline(ReadOnly, admin.TabularInline[Rendition, Edit]):
    model = Rendition
    fields = ("purpose", "key", "aspect", "platform", "state", "media", "error_code", "error")
    readonly_fields = fields
    extra = 0
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rendition]:
        return super().get_queryset(request).select_related("media")


@admin.register(Edit)
class EditAdmin(ReadOnly, admin.ModelAdmin[Edit]):
    list_display = (
        "title", "workspace", "state", "ready", "plan_version", "error_code", "created_by", "created_at", "finished_at",
    )  # fmt: skip
    list_filter = ("state", "error_code", "created_at")
    search_fields = ("title", "workspace__name", "video__title", "created_by__email", "id", "job_id")
    list_select_related = ("workspace", "created_by")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    inlines = (RenditionInline,)
    actions = ("render_again", "cancel")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edit]:
        exports = Q(renditions__purpose=Rendition.Purpose.EXPORT)
        return (
            super()
            .get_queryset(request)
            .defer("plan", "notes", "request")
            .annotate(
                files=Count("renditions", filter=exports),
                files_ready=Count("renditions", filter=exports & Q(renditions__state=Rendition.State.DONE)),
            )
        )

    @admin.display(description="files")
    def ready(self, row: Any) -> str:
        return f"{row.files_ready} of {row.files}"

    @admin.action(description="Render again")
    def render_again(self, request: HttpRequest, rows: QuerySet[Edit]) -> None:
        self._each(request, rows, services.render)

    @admin.action(description="Cancel the render")
    def cancel(self, request: HttpRequest, rows: QuerySet[Edit]) -> None:
        self._each(request, rows, services.cancel)

    def _each(self, request: HttpRequest, rows: QuerySet[Edit], act: Callable[..., Any]) -> None:
        for row in rows:
            try:
                actor = Actor(request.user.pk, row.workspace_id, Role.ADMIN, ActorKind.ADMIN)
                act(actor=actor, edit_id=row.pk)
            except DomainError as error:
                messages.error(request, f"{row}: {error.message}")
            else:
                messages.success(request, f"{row}: done.")


@admin.register(Rendition)
class RenditionAdmin(ReadOnly, admin.ModelAdmin[Rendition]):
    list_display = (
        "key", "edit", "workspace", "purpose", "platform", "state", "length", "size", "error_code", "created_at",
    )  # fmt: skip
    list_filter = ("state", "purpose", "platform", "aspect", "created_at")
    search_fields = ("edit__title", "workspace__name", "key", "media__sha256", "id")
    list_select_related = ("edit", "workspace", "media")
    ordering = ("-created_at", "-id")

    @admin.display(description="length", ordering="media__duration_s")
    def length(self, row: Rendition) -> str:
        return duration_words(row.media.duration_s) if row.media else "—"

    @admin.display(description="size", ordering="media__size_bytes")
    def size(self, row: Rendition) -> str:
        return size_words(row.media.size_bytes) if row.media else "—"
