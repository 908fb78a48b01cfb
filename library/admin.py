"""Operator console of the library: people change these things in their workspace, operators only look."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.models import Role
from core.actor import Actor, ActorKind
from core.admin import FindsById
from core.errors import DomainError
from documents.admin import ReadOnly
from library.models import HashtagGroup, PostTag, Signature, Template, TemplateMedia, TemplateTag
from library.services import templates


class MediaInline(ReadOnly, admin.TabularInline[TemplateMedia, Template]):
    model = TemplateMedia
    fields = ("position", "file")
    readonly_fields = fields
    extra = 0


class TagInline(ReadOnly, admin.TabularInline[TemplateTag, Template]):
    model = TemplateTag
    fields = ("tag",)
    readonly_fields = fields
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[TemplateTag]:
        return super().get_queryset(request).select_related("tag")


@admin.register(Template)
class TemplateAdmin(ReadOnly, FindsById, admin.ModelAdmin[Template]):
    """Templates; what people deleted can be brought back for 30 days."""

    list_display = ("name", "workspace", "version", "source_type", "created_by", "used_at", "deleted_at", "created_at")
    list_filter = (("deleted_at", admin.EmptyFieldListFilter), "source_type", "created_at")
    search_fields = ("name",)
    list_select_related = ("workspace", "created_by")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    inlines = (MediaInline, TagInline)
    actions = ("bring_back",)

    def find(self, words: str) -> Q:
        return Q(name__icontains=words) | Q(workspace__name__icontains=words)

    @admin.action(description="Bring back from the trash")
    def bring_back(self, request: HttpRequest, rows: QuerySet[Template]) -> None:
        for row in rows:
            actor = Actor(request.user.pk, row.workspace_id, Role.ADMIN, ActorKind.ADMIN)
            try:
                templates.restore(actor=actor, template_id=row.pk)
            except DomainError as error:
                messages.error(request, f"{row}: {error.message}")
            else:
                messages.success(request, f"{row}: done.")


@admin.register(HashtagGroup)
class HashtagGroupAdmin(ReadOnly, FindsById, admin.ModelAdmin[HashtagGroup]):
    """Hashtag groups."""

    list_display = ("name", "workspace", "count", "version", "created_by", "created_at")
    search_fields = ("name",)
    list_select_related = ("workspace", "created_by")
    ordering = ("-created_at", "-id")

    @admin.display(description="hashtags")
    def count(self, row: HashtagGroup) -> int:
        return len(row.hashtags)

    def find(self, words: str) -> Q:
        return Q(name__icontains=words) | Q(workspace__name__icontains=words)


@admin.register(Signature)
class SignatureAdmin(ReadOnly, FindsById, admin.ModelAdmin[Signature]):
    """Signatures."""

    list_display = ("name", "workspace", "platform", "account", "is_default", "version", "created_at")
    list_filter = ("platform", "is_default")
    search_fields = ("name",)
    list_select_related = ("workspace", "account")
    ordering = ("-created_at", "-id")

    def find(self, words: str) -> Q:
        return Q(name__icontains=words) | Q(workspace__name__icontains=words)


@admin.register(PostTag)
class PostTagAdmin(ReadOnly, admin.ModelAdmin[Any]):
    """Tags on posts."""

    list_display = ("tag", "post", "workspace")
    search_fields = ("tag__name", "workspace__name")
    list_select_related = ("tag", "post", "workspace")
    ordering = ("-id",)
    show_full_result_count = False
