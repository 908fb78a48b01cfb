"""Operator console of people and workspaces."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from accounts.models import AuditEvent, Invitation, Membership, Preferences, RefreshSession, User, Workspace
from accounts.services import passwords, tokens
from core.admin import CappedPaginator, SavesChangedFields

admin.site.unregister(Group)
admin.site.site_header = "ElevoAI operator console"
admin.site.site_title = "ElevoAI"
admin.site.index_title = "Console"


class MembershipInline(admin.TabularInline[Membership, User]):
    model = Membership
    extra = 0
    autocomplete_fields = ("workspace",)
    fields = ("workspace", "role")


class PreferencesInline(admin.StackedInline[Preferences, User]):
    model = Preferences
    can_delete = False


@admin.register(User)
class UserAdmin(SavesChangedFields, DjangoUserAdmin):  # type: ignore[type-arg]
    list_display = (
        "email",
        "name",
        "email_verified",
        "is_active",
        "is_staff",
        "workspaces",
        "last_login",
        "created_at",
    )
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("email", "name", "id")
    ordering = ("-created_at", "id")
    readonly_fields = ("id", "last_login", "created_at", "updated_at", "avatar_file_id", "current_workspace")
    filter_horizontal = ("user_permissions",)
    inlines = (MembershipInline, PreferencesInline)
    actions = ("send_password_reset", "end_api_sessions")
    fieldsets = (
        (None, {"fields": ("id", "email", "password", "name", "email_verified_at", "current_workspace")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "user_permissions")}),
        ("Instants", {"fields": ("last_login", "created_at", "updated_at")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "name", "password1", "password2")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).annotate(workspace_count=Count("memberships"))

    @admin.display(ordering="workspace_count")
    def workspaces(self, user: User) -> int:
        return user.workspace_count  # type: ignore[attr-defined]

    @admin.display(boolean=True, ordering="email_verified_at")
    def email_verified(self, user: User) -> bool:
        return user.email_verified

    @admin.action(description="Mail a password reset link")
    def send_password_reset(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users:
            passwords.forgot(email=user.email)
        self.message_user(request, f"Links are on their way to {len(users)} people.")

    @admin.action(description="End all API sign-ins")
    def end_api_sessions(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users:
            tokens.revoke_all(user)
        self.message_user(request, f"API sign-ins of {len(users)} people ended.")


class WorkspaceMembers(admin.TabularInline[Membership, Workspace]):
    model = Membership
    extra = 0
    autocomplete_fields = ("user",)
    fields = ("user", "role")


@admin.register(Workspace)
class WorkspaceAdmin(SavesChangedFields, admin.ModelAdmin[Workspace]):
    list_display = ("name", "is_personal", "created_by", "members", "created_at")
    list_filter = ("is_personal",)
    list_select_related = ("created_by",)
    search_fields = ("name", "id", "created_by__email")
    readonly_fields = ("id", "created_by", "created_at", "updated_at")
    inlines = (WorkspaceMembers,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Workspace]:
        members = Membership.objects.filter(workspace=OuterRef("pk")).order_by().values("workspace")
        counted = members.annotate(n=Count("pk")).values("n")
        return super().get_queryset(request).annotate(member_count=Coalesce(Subquery(counted), 0))

    @admin.display(ordering="member_count")
    def members(self, workspace: Workspace) -> int:
        return workspace.member_count  # type: ignore[attr-defined]


class ReadOnly:
    """Rows that only services write."""

    paginator: Any = CappedPaginator
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Invitation)
class InvitationAdmin(ReadOnly, admin.ModelAdmin[Invitation]):
    list_display = ("email", "workspace", "role", "invited_by", "expires_at", "accepted_at")
    list_filter = ("role",)
    list_select_related = ("workspace", "invited_by")
    search_fields = ("email", "workspace__name")


@admin.register(RefreshSession)
class RefreshSessionAdmin(ReadOnly, admin.ModelAdmin[RefreshSession]):
    list_display = ("user", "created_at", "used_at", "expires_at", "revoked_at", "user_agent")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    fields = ("user", "user_agent", "created_at", "used_at", "expires_at", "revoked_at")


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnly, admin.ModelAdmin[AuditEvent]):
    list_display = ("at", "workspace", "actor_kind", "actor_user_id", "verb", "subject_type", "subject_id")
    list_filter = ("actor_kind", "verb", "subject_type")
    list_select_related = ("workspace",)
    search_fields = ("subject_id", "actor_user_id")
    date_hierarchy = "at"

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
