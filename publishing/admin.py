"""Operator console of publishing: every grant, account, post, target and receipt; what can be done are actions.

Rows are written by the product only. No token is ever shown: the sealed columns are left out by name.
"""

from functools import reduce
from operator import and_
from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, StrIndex
from django.db.models.lookups import GreaterThan
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import Workspace
from core import clock
from core.admin import FindsById
from media.formatting import size_words
from publishing.approvals import admin as approvals_admin  # noqa: F401
from publishing.errors import TargetError
from publishing.insight import overview
from publishing.models import (
    Attempt,
    BlackoutDay,
    CalendarFeed,
    Delivery,
    Grant,
    OAuthState,
    PlatformClock,
    Post,
    PostMedia,
    PostTarget,
    Queue,
    QueuePlace,
    QuotaWindow,
    RateSlot,
    RecurringMedia,
    RecurringOccurrence,
    RecurringPost,
    SocialAccount,
    in_group,
)
from publishing.read_only_admin import ReadOnlyAdmin
from publishing.services import posts, social_accounts, targets
from publishing.states import StateGroup, TargetState

# So many accounts or workspaces of a name are looked at.
_MOST_FOUND = 200


class Attention(admin.SimpleListFilter):
    """What an operator looks for first."""

    title = "attention"
    parameter_name = "attention"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("asks", "Asks a person"),
            ("unconfirmed", "Unconfirmed, being looked for"),
            ("moving", "On its way"),
            ("waiting", "Waiting for a time"),
            ("in_inbox", "Draft in an inbox"),
            ("late", "Due, not started"),
            ("failed", "Failed within a day"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PostTarget]) -> QuerySet[PostTarget]:
        now = clock.now()
        wanted = {
            "asks": in_group(StateGroup.NEEDS_YOU) & overview.OPEN,
            "unconfirmed": in_group(StateGroup.UNCONFIRMED),
            "moving": in_group(StateGroup.PUBLISHING),
            "waiting": in_group(StateGroup.WAITING),
            "in_inbox": in_group(StateGroup.IN_INBOX),
            "late": Q(state=TargetState.SCHEDULED, due_at__lt=now, held=False),
            "failed": Q(state=TargetState.FAILED, finished_at__gte=now - overview.RECENT),
        }
        return queryset.filter(wanted[self.value() or ""]) if self.value() in wanted else queryset


class ErrorCode(admin.SimpleListFilter):
    """One of the known codes: reading which ones occur would read every row."""

    title = "error code"
    parameter_name = "error_code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code.value, code.value) for code in TargetError]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PostTarget]) -> QuerySet[PostTarget]:
        return queryset.filter(error_code=self.value()) if self.value() else queryset


@admin.register(PostTarget)
class PostTargetAdmin(FindsById, ReadOnlyAdmin):
    list_display = (
        "id", "platform", "account", "state", "wait_reason", "error_code", "short_sentence", "due_at", "next_at",
        "published_at", "workspace", "link",
    )  # fmt: skip
    list_filter = (Attention, "state", "platform", ErrorCode, "wait_reason", "due_at")
    # Shows the field; `find` says what is looked at.
    search_fields = ("=id",)
    search_help_text = "Id of the target or post, the platform's id, account, workspace, words of an error"
    id_fields = ("pk", "post_id")
    list_select_related = ("account", "workspace")
    ordering = ("-updated_at", "-id")
    exclude = ("checkpoint_sealed",)
    actions = ("retry", "cancel", "reconcile")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, below what is where and which errors there are."""
        context = {"platform_lines": overview.lines(), "troubles": overview.troubles(), **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, context)
        return response

    def find(self, words: str) -> Q:
        accounts = SocialAccount.objects.filter(username__icontains=words)
        workspaces = Workspace.objects.filter(name__icontains=words)
        said = ~Q(error_words="") & Q(error_words__icontains=words)
        return (
            Q(external_id=words)
            | Q(account__in=list(accounts.values_list("pk", flat=True)[:_MOST_FOUND]))
            | Q(workspace__in=list(workspaces.values_list("pk", flat=True)[:_MOST_FOUND]))
            | said
        )

    @admin.display(description="sentence")
    def short_sentence(self, row: PostTarget) -> str:
        return row.error_sentence[:90]

    @admin.display(description="live")
    def link(self, row: PostTarget) -> SafeString | str:
        return format_html('<a href="{}" rel="noreferrer">open</a>', row.permalink) if row.permalink else "—"

    @admin.action(description="Try again now", permissions=["view"])
    def retry(self, request: HttpRequest, queryset: QuerySet[PostTarget]) -> None:
        self.each(
            request,
            queryset,
            lambda who, row: targets.retry(actor=who, post_id=row.post_id, target_id=row.pk),
            "retried",
        )

    @admin.action(description="Cancel (only before anything may be public)", permissions=["view"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[PostTarget]) -> None:
        self.each(
            request,
            queryset,
            lambda who, row: targets.cancel(actor=who, post_id=row.post_id, target_id=row.pk),
            "cancelled",
        )

    @admin.action(description="Look now whether it is live", permissions=["view"])
    def reconcile(self, request: HttpRequest, queryset: QuerySet[PostTarget]) -> None:
        self.each(
            request,
            queryset,
            lambda who, row: targets.look_again(actor=who, post_id=row.post_id, target_id=row.pk),
            "being looked for",
        )


@admin.register(Post)
class PostAdmin(FindsById, ReadOnlyAdmin):
    list_display = ("id", "words", "state", "accounts", "live", "campaign", "workspace", "created_at", "deleted_at")
    list_filter = ("state", "created_at", "deleted_at")
    # Shows the field; `find` says what is looked at.
    search_fields = ("=id",)
    search_help_text = "Id of the post, words of its text, campaign or workspace"
    list_select_related = ("workspace",)
    ordering = ("-created_at", "-id")
    actions = ("delete_here",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        # Subqueries are worked out for the rows of one page; a join would count for every post there is.
        targets = PostTarget.objects.filter(post=OuterRef("pk")).order_by().values("post")
        live = targets.filter(state=TargetState.PUBLISHED)
        return (
            super()
            .get_queryset(request)
            .annotate(
                n_targets=Coalesce(Subquery(targets.annotate(n=Count("pk")).values("n")), 0),
                n_live=Coalesce(Subquery(live.annotate(n=Count("pk")).values("n")), 0),
            )
        )

    def find(self, words: str) -> Q:
        workspaces = Workspace.objects.filter(name__icontains=words)
        # Places, not LIKE: behind row security the planner takes every LIKE for rare, and would sort all that it finds.
        found = (GreaterThan(StrIndex("search", Value(word)), 0) for word in words.lower().split())
        text = reduce(and_, map(Q, found))
        return text | Q(workspace__in=list(workspaces.values_list("pk", flat=True)[:_MOST_FOUND]))

    @admin.display(description="text")
    def words(self, row: Post) -> str:
        return str(row)

    @admin.display(description="accounts")
    def accounts(self, row: Any) -> int:
        return int(row.n_targets)

    @admin.display(description="live")
    def live(self, row: Any) -> int:
        return int(row.n_live)

    @admin.action(description="Delete here (what is live stays live)", permissions=["view"])
    def delete_here(self, request: HttpRequest, queryset: QuerySet[Post]) -> None:
        self.each(request, queryset, lambda who, row: posts.delete_post(actor=who, post_id=row.pk), "deleted")


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    list_display = (
        "id", "target_id", "platform", "step", "effect", "outcome", "http_status", "platform_code", "took",
        "started_at",
    )  # fmt: skip
    list_filter = ("outcome", "effect", "step", "target__platform", "http_status", "started_at")
    search_fields = ("=target__id", "=target__post__id", "platform_code", "platform_message")
    list_select_related = ("target",)
    ordering = ("-id",)

    @admin.display(description="platform")
    def platform(self, row: Attempt) -> str:
        return row.target.platform

    @admin.display(description="took")
    def took(self, row: Attempt) -> str:
        return f"{(row.completed_at - row.started_at).total_seconds():.1f} s" if row.completed_at else "open"


@admin.register(SocialAccount)
class SocialAccountAdmin(ReadOnlyAdmin):
    list_display = (
        "handle", "platform", "status", "is_default", "follower_count", "workspace", "connected_at", "hold_until",
        "problem",
    )  # fmt: skip
    list_filter = ("platform", "status", "is_default")
    search_fields = ("=id", "username", "name", "external_id", "workspace__name")
    list_select_related = ("workspace",)
    ordering = ("-connected_at", "-id")
    actions = ("check_connection",)
    exclude = ("token_sealed",)

    @admin.action(description="Check that they work", permissions=["view"])
    def check_connection(self, request: HttpRequest, queryset: QuerySet[SocialAccount]) -> None:
        self.each(
            request, queryset, lambda who, row: social_accounts.refresh_account(actor=who, account_id=row.pk), "checked"
        )


@admin.register(Grant)
class GrantAdmin(ReadOnlyAdmin):
    list_display = (
        "platform", "subject", "state", "workspace", "expires_at", "refresh_expires_at", "token_version",
        "refreshed_at",
        "refresh_lease_until", "problem",
    )  # fmt: skip
    list_filter = ("platform", "state", "expires_at")
    search_fields = ("=id", "subject", "workspace__name", "connected_by__email")
    list_select_related = ("workspace",)
    ordering = ("-created_at", "-id")
    exclude = ("access_sealed", "refresh_sealed")


@admin.register(OAuthState)
class OAuthStateAdmin(ReadOnlyAdmin):
    list_display = ("platform", "user", "workspace", "origin", "created_at", "expires_at", "used_at")
    list_filter = ("platform", "origin", "created_at")
    search_fields = ("=id", "user__email", "workspace__name")
    list_select_related = ("user", "workspace")
    ordering = ("-created_at", "-id")
    exclude = ("sealed", "state_hash")


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnlyAdmin):
    list_display = ("id", "workspace", "created_by", "created_at", "read_at")
    search_fields = ("=id", "=workspace__id", "workspace__name", "created_by__email")
    list_select_related = ("workspace", "created_by")
    ordering = ("-created_at", "-id")
    exclude = ("token_sealed", "token_hash")


@admin.register(Queue)
class QueueAdmin(ReadOnlyAdmin):
    list_display = ("id", "account", "workspace", "zone", "paused_at", "version", "updated_at")
    list_filter = ("account__platform", "paused_at")
    search_fields = ("=id", "=account__id", "account__username", "workspace__name")
    list_select_related = ("account", "workspace")
    ordering = ("-created_at", "-id")


@admin.register(QueuePlace)
class QueuePlaceAdmin(ReadOnlyAdmin):
    list_display = ("id", "queue", "target", "at", "workspace")
    search_fields = ("=id", "=queue__id", "=target__id", "=target__post__id")
    list_select_related = ("queue", "target", "workspace")
    ordering = ("-created_at", "-id")


@admin.register(BlackoutDay)
class BlackoutDayAdmin(ReadOnlyAdmin):
    list_display = ("id", "day", "account", "note", "workspace")
    list_filter = ("day",)
    search_fields = ("=id", "=account__id", "note", "workspace__name")
    list_select_related = ("account", "workspace")


@admin.register(RecurringPost)
class RecurringPostAdmin(ReadOnlyAdmin):
    """Rules of posts that come again; `problem` says what keeps the next post from being made."""

    list_display = ("id", "workspace", "rhythm", "at", "zone", "ends_on", "state", "problem", "check_at", "created_at")
    list_filter = ("state", "rhythm", "created_at")
    search_fields = ("=id", "=workspace__id", "workspace__name", "created_by__email")
    list_select_related = ("workspace",)
    raw_id_fields = ("source", "created_by")
    ordering = ("-created_at", "-id")


@admin.register(RecurringOccurrence)
class RecurringOccurrenceAdmin(ReadOnlyAdmin):
    list_display = ("rule_id", "number", "at", "post_id", "workspace")
    search_fields = ("=rule__id", "=post__id")
    list_select_related = ("workspace",)
    ordering = ("-created_at", "-id")


@admin.register(RecurringMedia)
class RecurringMediaAdmin(ReadOnlyAdmin):
    list_display = ("rule_id", "position", "file", "workspace")
    search_fields = ("=rule__id", "=file__id", "file__original_name")
    list_select_related = ("file", "workspace")
    ordering = ("-created_at", "-id")


@admin.register(PostMedia)
class PostMediaAdmin(ReadOnlyAdmin):
    list_display = ("post_id", "position", "file", "workspace")
    search_fields = ("=post__id", "=file__id", "file__original_name")
    list_select_related = ("file", "workspace")
    ordering = ("-created_at", "-id")


@admin.register(QuotaWindow)
class QuotaWindowAdmin(ReadOnlyAdmin):
    list_display = ("bucket", "period", "used", "limit", "resets_at")
    list_filter = ("resets_at",)
    search_fields = ("bucket",)
    ordering = ("-resets_at", "bucket")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """What each target was given: the original, or a converted copy, until some days after its end."""

    list_display = ("target", "state", "sentence", "copy_bytes", "created_at")
    list_filter = ("state", "target__platform")
    list_select_related = ("target__post", "target__account", "file")
    raw_id_fields = ("target", "source", "file")

    @admin.display(description="copy", ordering="file__size_bytes")
    def copy_bytes(self, row: Delivery) -> str:
        return size_words(row.file.size_bytes) if row.file else "the original"


@admin.register(RateSlot)
class RateSlotAdmin(ReadOnlyAdmin):
    """Booked calls in short rate windows: whose window is full, and until when."""

    list_display = ("key", "number", "used_at", "free_at")
    list_filter = ("free_at",)
    search_fields = ("key",)
    ordering = ("-free_at", "id")


@admin.register(PlatformClock)
class PlatformClockAdmin(ReadOnlyAdmin):
    """How far the platforms' clocks are from ours."""

    list_display = ("platform", "distance_s", "measured_at")
    ordering = ("platform",)
