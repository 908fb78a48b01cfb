"""Operator console of files and uploads. Bytes and rows are written by the product; here they are seen and removed."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.actor import Actor, ActorKind
from core.admin import CappedPaginator
from core.errors import DomainError
from media import resumable_uploads, services
from media.formatting import duration_words, size_words
from media.models import DirectUpload, MediaFile, UploadSession
from media.signed_urls import signed_path


def operator_actor(request: HttpRequest, workspace_id: Any) -> Actor:
    """The operator, acting in a workspace that need not be theirs."""
    return Actor(user_id=request.user.pk, workspace_id=workspace_id, role="admin", kind=ActorKind.ADMIN)


class WrittenByTheProduct(admin.ModelAdmin[Any]):
    """Rows that are only looked at; what can be done to them are the actions."""

    list_per_page = 50
    paginator = CappedPaginator
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(MediaFile)
class MediaFileAdmin(WrittenByTheProduct):
    list_display = (
        "original_name", "kind", "state", "workspace", "content_type", "size", "length", "shape", "created_at", "open",
    )  # fmt: skip
    list_filter = ("kind", "state", "content_type", "created_at")
    search_fields = ("=id", "original_name", "=sha256", "storage_key", "workspace__name")
    list_select_related = ("workspace",)
    ordering = ("-created_at", "-id")
    actions = ("delete_unused",)

    @admin.display(description="size", ordering="size_bytes")
    def size(self, file: MediaFile) -> str:
        return size_words(file.size_bytes)

    @admin.display(description="length", ordering="duration_s")
    def length(self, file: MediaFile) -> str:
        return duration_words(file.duration_s)

    @admin.display(description="shape")
    def shape(self, file: MediaFile) -> str:
        return f"{file.width}×{file.height}" if file.width else "—"

    @admin.display(description="file")
    def open(self, file: MediaFile) -> SafeString:
        return format_html('<a href="{}">open</a>', signed_path(file))

    @admin.action(description="Delete files that nothing uses", permissions=["view"])
    def delete_unused(self, request: HttpRequest, queryset: QuerySet[MediaFile]) -> None:
        deleted = 0
        for file in queryset:
            try:
                services.delete_file(actor=operator_actor(request, file.workspace_id), file=file)
                deleted += 1
            except DomainError as error:
                self.message_user(request, error.message, messages.WARNING)
        self.message_user(request, f"{deleted} deleted.")


@admin.register(UploadSession)
class UploadSessionAdmin(WrittenByTheProduct):
    list_display = ("filename", "state", "workspace", "user", "arrived", "created_at", "expires_at", "subject_id")
    list_filter = ("state", "created_at")
    search_fields = ("=id", "filename", "user__email", "workspace__name")
    list_select_related = ("workspace", "user")
    ordering = ("-created_at", "-id")
    actions = ("give_up",)

    @admin.display(description="arrived", ordering="offset")
    def arrived(self, upload: UploadSession) -> str:
        return f"{size_words(upload.offset)} of {size_words(upload.length)}"

    @admin.action(description="Give up and free what they stored", permissions=["view"])
    def give_up(self, request: HttpRequest, queryset: QuerySet[UploadSession]) -> None:
        count = 0
        for upload in queryset:
            count += resumable_uploads.give_up(upload)
        self.message_user(request, f"{count} given up; those being finished were left.")


@admin.register(DirectUpload)
class DirectUploadAdmin(WrittenByTheProduct):
    list_display = ("filename", "state", "workspace", "user", "content_type", "size", "created_at", "expires_at")
    list_filter = ("state", "created_at")
    search_fields = ("=id", "filename", "user__email", "workspace__name")
    list_select_related = ("workspace", "user")
    ordering = ("-created_at", "-id")

    @admin.display(description="size", ordering="size_bytes")
    def size(self, upload: DirectUpload) -> str:
        return size_words(upload.size_bytes)
