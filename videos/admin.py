"""Operator console of the library. States change only through services."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from core.actor import Actor
from core.errors import DomainError
from media.admin import WrittenByTheProduct, operator_actor
from media.formatting import duration_words, size_words
from videos.models import Folder, Tag, Video, VideoTag
from videos.services import library, processing


class VideoTagInline(admin.TabularInline[VideoTag, Video]):
    model = VideoTag
    extra = 0
    can_delete = False
    fields = ("tag",)
    readonly_fields = ("tag",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[VideoTag]:
        return super().get_queryset(request).select_related("tag")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Video)
class VideoAdmin(WrittenByTheProduct):
    list_display = (
        "title", "status", "stage", "workspace", "length", "size", "created_by", "created_at", "archived_at",
        "deleted_at", "error",
    )  # fmt: skip
    list_filter = ("status", "stage", "error_code", ("deleted_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("=id", "search", "workspace__name", "=media__sha256")
    list_select_related = ("workspace", "media", "created_by")
    ordering = ("-created_at", "-id")
    inlines = (VideoTagInline,)
    actions = ("process_again", "move_to_trash", "restore")

    @admin.display(description="length", ordering="media__duration_s")
    def length(self, video: Video) -> str:
        return duration_words(video.media.duration_s)

    @admin.display(description="size", ordering="media__size_bytes")
    def size(self, video: Video) -> str:
        return size_words(video.media.size_bytes)

    @admin.action(description="Process failed videos again", permissions=["view"])
    def process_again(self, request: HttpRequest, queryset: QuerySet[Video]) -> None:
        self._each(request, queryset, lambda actor, pk: processing.retry(actor=actor, video_id=pk), "started again")

    @admin.action(description="Move to the trash", permissions=["view"])
    def move_to_trash(self, request: HttpRequest, queryset: QuerySet[Video]) -> None:
        self._each(request, queryset, lambda actor, pk: library.delete(actor=actor, video_id=pk), "in the trash")

    @admin.action(description="Take out of the trash", permissions=["view"])
    def restore(self, request: HttpRequest, queryset: QuerySet[Video]) -> None:
        self._each(request, queryset, lambda actor, pk: library.restore(actor=actor, video_id=pk), "restored")

    def _each(
        self, request: HttpRequest, queryset: QuerySet[Video], act: Callable[[Actor, UUID], object], done: str
    ) -> None:
        count = 0
        for video in queryset:
            try:
                act(operator_actor(request, video.workspace_id), video.pk)
                count += 1
            except DomainError as error:
                self.message_user(request, f"{video.title}: {error.message}", messages.WARNING)
        self.message_user(request, f"{count} {done}.")


@admin.register(Folder)
class FolderAdmin(WrittenByTheProduct):
    list_display = ("name", "parent", "workspace", "video_count", "created_at", "deleted_at")
    list_filter = (("deleted_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("=id", "name", "workspace__name")
    list_select_related = ("workspace", "parent")
    ordering = ("-created_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Folder]:
        return super().get_queryset(request).annotate(counted=Count("videos"))

    @admin.display(description="videos", ordering="counted")
    def video_count(self, folder: Folder) -> int:
        return int(getattr(folder, "counted", 0))


@admin.register(Tag)
class TagAdmin(WrittenByTheProduct):
    list_display = ("name", "workspace", "video_count", "created_at")
    search_fields = ("=id", "name", "workspace__name")
    list_select_related = ("workspace",)
    ordering = ("-created_at", "-id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        return super().get_queryset(request).annotate(counted=Count("video_tags"))

    @admin.display(description="videos", ordering="counted")
    def video_count(self, tag: Tag) -> int:
        return int(getattr(tag, "counted", 0))
