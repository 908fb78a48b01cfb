"""Operator console of notifications: notices, and what became of every mail."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from core.actor import Actor, ActorKind
from core.errors import DomainError
from notifications import services
from notifications.models import Mail, Notice


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """Rows that only the product writes."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ("title", "kind", "recipient", "workspace", "shown", "mailed", "read_at", "created_at")
    list_filter = ("kind", "shown", "mail__state", "created_at")
    search_fields = ("=id", "title", "recipient__email", "workspace__name")
    list_select_related = ("recipient", "workspace", "mail")
    ordering = ("-created_at", "-id")

    @admin.display(description="mail")
    def mailed(self, row: Notice) -> str:
        mail = getattr(row, "mail", None)
        return mail.get_state_display() if mail is not None else "—"


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    list_display = ("subject", "to", "template", "state", "tries", "error", "workspace", "created_at", "sent_at")
    list_filter = ("state", "template", "created_at")
    search_fields = ("=id", "=job_id", "to", "subject", "error", "workspace__name")
    list_select_related = ("workspace",)
    ordering = ("-created_at", "-id")
    actions = ("send_again",)

    @admin.action(description="Send again (failed ones)", permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        count = 0
        for mail in queryset:
            who = Actor(user_id=request.user.pk, workspace_id=mail.workspace_id, role="admin", kind=ActorKind.ADMIN)
            try:
                services.send_again(actor=who, mail_id=mail.pk)
                count += 1
            except DomainError as error:
                self.message_user(request, f"{mail}: {error.message}", messages.WARNING)
        self.message_user(request, f"{count} being sent again.")
