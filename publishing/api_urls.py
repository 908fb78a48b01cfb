"""Routes of the publishing API, relative to /api/v1/."""

from django.urls import URLPattern, path

from publishing.approvals.viewsets import ApprovalViewSet
from publishing.bulk.viewsets import BulkViewSet
from publishing.calendar.viewsets import CalendarViewSet
from publishing.connections.viewsets import CallbackView, ConnectionViewSet
from publishing.posts.file_viewsets import MediaDeletionViewSet
from publishing.posts.viewsets import PostViewSet
from publishing.queues.viewsets import BlackoutViewSet, QueueViewSet
from publishing.recurring.viewsets import RecurringViewSet


def _accounts(prefix: str, names: str) -> list[URLPattern]:
    one = f"{prefix}/<uuid:pk>"
    view = ConnectionViewSet.as_view
    return [
        path(prefix, view({"get": "list", "post": "list"}), name=f"{names}s"),
        path(one, view({"get": "retrieve", "delete": "destroy"}), name=names),
        path(f"{one}/refresh", view({"post": "refresh"}), name=f"{names}-refresh"),
        path(f"{one}/default", view({"post": "make_default"}), name=f"{names}-default"),
        path(f"{one}/stats", view({"get": "stats"}), name=f"{names}-stats"),
    ]


_post = PostViewSet.as_view
_approval = ApprovalViewSet.as_view
_bulk = BulkViewSet.as_view
_calendar = CalendarViewSet.as_view
_queue = QueueViewSet.as_view
_blackout = BlackoutViewSet.as_view
_recurring = RecurringViewSet.as_view
_file = MediaDeletionViewSet.as_view
_ONE = "posts/<uuid:pk>"
_QUEUE = "queues/<uuid:pk>"
_RULE = "recurring-posts/<uuid:pk>"
_TARGET = f"{_ONE}/targets/<uuid:target_id>"

urlpatterns = [
    path("oauth/<str:platform>/connect", ConnectionViewSet.as_view({"get": "connect"}), name="api-oauth-connect"),
    path("oauth/<str:platform>/callback", CallbackView.as_view(), name="api-oauth-callback"),
    path("oauth/<str:service>/key", ConnectionViewSet.as_view({"post": "key"}), name="api-oauth-key"),
    path(
        "oauth/choices/<uuid:pk>",
        ConnectionViewSet.as_view({"get": "choice", "post": "choose"}),
        name="api-oauth-choice",
    ),
    *_accounts("social/accounts", "api-social-account"),
    *_accounts("social-accounts", "api-social-account-alias"),
    path("media/<uuid:pk>", _file({"get": "retrieve", "delete": "destroy"}), name="api-media-file"),
    path("media/<uuid:pk>/restore", _file({"post": "restore"}), name="api-media-restore"),
    path("posts", _post({"get": "list", "post": "create"}), name="api-posts"),
    path("posts/publish", _post({"post": "publish_new"}), name="api-posts-publish"),
    path("posts/schedule", _post({"post": "schedule_new"}), name="api-posts-schedule"),
    path("posts/retry", _post({"post": "retry_all"}), name="api-posts-retry"),
    path("posts/scheduled", _post({"get": "scheduled"}), name="api-posts-scheduled"),
    path("posts/bulk", _bulk({"post": "apply"}), name="api-posts-bulk"),
    path("posts/bulk/undo", _bulk({"post": "undo"}), name="api-posts-bulk-undo"),
    path("posts/limits", _post({"get": "limits"}), name="api-posts-limits"),
    path(f"{_ONE}/preview", _post({"post": "preview"}), name="api-post-preview"),
    path(f"{_ONE}/optimize", _post({"post": "optimize"}), name="api-post-optimize"),
    path(_ONE, _post({"get": "retrieve", "put": "update", "patch": "update", "delete": "destroy"}), name="api-post"),
    path(f"{_ONE}/publish", _post({"post": "publish"}), name="api-post-publish"),
    path(f"{_ONE}/schedule", _post({"post": "schedule"}), name="api-post-schedule"),
    path(f"{_ONE}/move", _calendar({"post": "move"}), name="api-post-move"),
    path(f"{_ONE}/queue", _queue({"post": "add", "delete": "remove"}), name="api-post-queue"),
    path("queues", _queue({"get": "list"}), name="api-queues"),
    path(_QUEUE, _queue({"get": "retrieve", "put": "update"}), name="api-queue"),
    path(f"{_QUEUE}/preview", _queue({"post": "preview"}), name="api-queue-preview"),
    path(f"{_QUEUE}/slots", _queue({"get": "slots"}), name="api-queue-slots"),
    path(f"{_QUEUE}/posts", _queue({"get": "posts"}), name="api-queue-posts"),
    path(f"{_QUEUE}/order", _queue({"post": "order"}), name="api-queue-order"),
    path(f"{_QUEUE}/shuffle", _queue({"post": "shuffle"}), name="api-queue-shuffle"),
    path(f"{_QUEUE}/pause", _queue({"post": "pause"}), name="api-queue-pause"),
    path(f"{_QUEUE}/resume", _queue({"post": "resume"}), name="api-queue-resume"),
    path(f"{_QUEUE}/rearrange", _queue({"post": "rearrange"}), name="api-queue-rearrange"),
    path("blackout-days", _blackout({"get": "list", "post": "create"}), name="api-blackout-days"),
    path("blackout-days/<uuid:pk>", _blackout({"delete": "destroy"}), name="api-blackout-day"),
    path("calendar", _calendar({"get": "list"}), name="api-calendar"),
    path("calendar/undo", _calendar({"post": "undo"}), name="api-calendar-undo"),
    path(
        "calendar/feed",
        _calendar({"get": "feed", "post": "renew_feed", "delete": "revoke_feed"}),
        name="api-calendar-feed",
    ),
    path(f"{_ONE}/approval", _approval({"post": "submit"}), name="api-post-approval"),
    path("approvals", _approval({"get": "list"}), name="api-approvals"),
    path("approvals/rules", _approval({"get": "rules", "patch": "change_rules"}), name="api-approval-rules"),
    path("approvals/<uuid:pk>", _approval({"get": "retrieve"}), name="api-approval"),
    path("approvals/<uuid:pk>/approve", _approval({"post": "approve"}), name="api-approval-approve"),
    path("approvals/<uuid:pk>/changes", _approval({"post": "request_changes"}), name="api-approval-changes"),
    path("approvals/<uuid:pk>/withdraw", _approval({"post": "withdraw"}), name="api-approval-withdraw"),
    path("approvals/<uuid:pk>/comments", _approval({"post": "comment"}), name="api-approval-comments"),
    path("approvals/comments/<uuid:pk>/resolve", _approval({"post": "resolve"}), name="api-approval-comment-resolve"),
    path("recurring-posts", _recurring({"get": "list", "post": "create"}), name="api-recurring-posts"),
    path(_RULE, _recurring({"get": "retrieve", "patch": "partial_update"}), name="api-recurring-post"),
    path(f"{_RULE}/stop", _recurring({"post": "stop"}), name="api-recurring-post-stop"),
    path(f"{_RULE}/occurrences", _recurring({"get": "occurrences"}), name="api-recurring-post-occurrences"),
    path(f"{_ONE}/attempts", _post({"get": "attempts"}), name="api-post-attempts"),
    path(f"{_TARGET}/retry", _post({"post": "retry"}), name="api-target-retry"),
    path(f"{_TARGET}/cancel", _post({"post": "cancel"}), name="api-target-cancel"),
    path(f"{_TARGET}/resolve", _post({"post": "resolve"}), name="api-target-resolve"),
]
