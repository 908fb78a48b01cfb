"""Approvals in the console: what was asked and decided, for reading."""

from django.contrib import admin

from publishing.models import ApprovalComment, ApprovalDecision, ApprovalPolicy, ApprovalRequest, ReviewLink
from publishing.read_only_admin import ReadOnlyAdmin


@admin.register(ApprovalPolicy)
class ApprovalPolicyAdmin(ReadOnlyAdmin):
    list_display = ("workspace", "mode", "allow_own", "deadline_hours", "deputy", "updated_at")
    list_filter = ("mode",)
    search_fields = ("=workspace__id", "workspace__name")
    list_select_related = ("workspace", "deputy")
    ordering = ("-created_at", "-id")


@admin.register(ApprovalRequest)
class ApprovalRequestAdmin(ReadOnlyAdmin):
    list_display = ("id", "state", "level", "workspace", "requested_by", "created_at", "deadline_at", "decided_at")
    list_filter = ("state", "created_at")
    search_fields = ("=id", "=post__id", "=workspace__id", "workspace__name", "requested_by__email")
    list_select_related = ("workspace", "requested_by")
    raw_id_fields = ("post",)
    ordering = ("-created_at", "-id")


@admin.register(ApprovalDecision)
class ApprovalDecisionAdmin(ReadOnlyAdmin):
    list_display = ("request_id", "verdict", "level", "name", "workspace", "at")
    list_filter = ("verdict", "at")
    search_fields = ("=request__id", "name", "workspace__name")
    list_select_related = ("workspace",)
    raw_id_fields = ("request", "reviewer")
    ordering = ("-id",)


@admin.register(ApprovalComment)
class ApprovalCommentAdmin(ReadOnlyAdmin):
    list_display = ("request_id", "name", "field", "time_s", "workspace", "created_at", "resolved_at")
    search_fields = ("=request__id", "name", "workspace__name")
    list_select_related = ("workspace",)
    raw_id_fields = ("request", "account", "reviewer")
    ordering = ("-created_at", "-id")


@admin.register(ReviewLink)
class ReviewLinkAdmin(ReadOnlyAdmin):
    list_display = ("name", "email", "workspace", "may_decide", "created_at", "expires_at", "revoked_at", "seen_at")
    list_filter = ("expires_at",)
    search_fields = ("=id", "name", "email", "workspace__name")
    list_select_related = ("workspace",)
    raw_id_fields = ("request",)
    ordering = ("-created_at", "-id")
    exclude = ("token_hash",)
