"""Operator console: stored answers and the ledger."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import Role
from ai import response_templates
from ai.models import LedgerEntry, ResponseTemplate
from core.actor import Actor, ActorKind
from core.admin import SavesChangedFields
from core.errors import DomainError
from core.formatting import counted


@admin.register(ResponseTemplate)
class ResponseTemplateAdmin(SavesChangedFields, admin.ModelAdmin[ResponseTemplate]):
    """Contents are read-only here: people edit them in their workspace; operators switch them off."""

    list_display = (
        "purpose",
        "workspace",
        "excerpt",
        "source",
        "model",
        "hit_count",
        "is_active",
        "expires_at",
        "version",
    )
    list_filter = ("purpose", "source", "is_active", "provider")
    search_fields = ("normalised_text", "workspace__name", "model")
    list_select_related = ("workspace",)
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    actions = ("switch_off", "switch_on")

    @admin.display(description="request")
    def excerpt(self, row: ResponseTemplate) -> str:
        return row.normalised_text[:80]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def action_checkbox(self, obj: ResponseTemplate) -> SafeString:
        """The box of a row, with the version that the operator sees."""
        return format_html(
            '{}<input type="hidden" name="{}" value="{}">', super().action_checkbox(obj), _seen(obj), obj.version
        )

    @admin.action(description="Stop using the chosen answers")
    def switch_off(self, request: HttpRequest, rows: QuerySet[ResponseTemplate]) -> None:
        self._switch(request, rows, is_active=False)

    @admin.action(description="Use the chosen answers again")
    def switch_on(self, request: HttpRequest, rows: QuerySet[ResponseTemplate]) -> None:
        self._switch(request, rows, is_active=True)

    def _switch(self, request: HttpRequest, rows: QuerySet[ResponseTemplate], *, is_active: bool) -> None:
        done = 0
        for row in rows:
            actor = Actor(request.user.pk, row.workspace_id, Role.ADMIN, ActorKind.ADMIN)
            # Of rows on other pages of the list nobody has seen a version.
            given = request.POST.get(_seen(row), "")
            version = int(given) if given.isascii() and given.isdecimal() else row.version
            try:
                response_templates.update(actor=actor, template_id=row.pk, version=version, is_active=is_active)
            except DomainError as error:
                messages.error(request, f"{row}: {error.message}")
            else:
                done += 1
        if done:
            words = "used again" if is_active else "no longer used"
            messages.success(request, f"{counted(done, 'stored answer')}: {words}.")


def _seen(row: ResponseTemplate) -> str:
    """The field of the list that holds a row's version."""
    return f"version-{row.pk}"


@admin.register(LedgerEntry)
class LedgerEntryAdmin(admin.ModelAdmin[LedgerEntry]):
    """Append-only."""

    list_display = (
        "at", "workspace", "purpose", "provider", "model", "outcome", "cached", "offline", "tokens_in", "tokens_out",
        "cost_usd", "duration_ms",
    )  # fmt: skip
    list_filter = ("outcome", "purpose", "provider", "cached", "offline")
    search_fields = ("workspace__name", "model", "user_id")
    list_select_related = ("workspace",)
    date_hierarchy = "at"
    ordering = ("-at", "-id")
    show_full_result_count = False

    @admin.display(description="cost (USD)", ordering="cost_micro_usd")
    def cost_usd(self, row: LedgerEntry) -> str:
        return "unknown" if row.cost_micro_usd is None else f"{row.cost_micro_usd / 1_000_000:.4f}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
