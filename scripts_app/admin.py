"""Operator console: scripts with their versions."""

from typing import Any

from django.contrib import admin

from documents.admin import DocumentAdmin, VersionAdmin, VersionInline
from scripts_app.document import SCRIPT
from scripts_app.models import Script, ScriptVersion


class ScriptVersionInline(VersionInline):
    model = ScriptVersion


@admin.register(Script)
class ScriptAdmin(DocumentAdmin):
    kind = SCRIPT
    list_display: Any = (
        "title", "workspace", "platform", "duration_s", "status", "version", "variation", "offline", "created_by",
        "created_at", "deleted_at",
    )  # fmt: skip
    list_filter = ("status", "platform", *DocumentAdmin.list_filter[1:])
    search_fields = (*DocumentAdmin.search_fields, "=group_id")
    inlines = (ScriptVersionInline,)


@admin.register(ScriptVersion)
class ScriptVersionAdmin(VersionAdmin):
    kind = SCRIPT
