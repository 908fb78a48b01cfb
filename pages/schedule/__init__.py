"""The calendar of posts: months, weeks and lists; moving what stands in it."""

from django.urls import path

from pages.schedule import feed, moving, recurring, target_move, views

urlpatterns = [
    path("schedule/", views.schedule_page, name="schedule"),
    path("schedule/cells/", views.schedule_cells, name="schedule_cells"),
    path("schedule/drafts/", views.schedule_drafts, name="schedule_drafts"),
    path("schedule/undo/", moving.schedule_undo, name="schedule_undo"),
    path("schedule/feed/", feed.feed_settings, name="calendar_feed_settings"),
    path("schedule/feed/renew/", feed.feed_renew, name="calendar_feed_renew"),
    path("schedule/feed/revoke/", feed.feed_revoke, name="calendar_feed_revoke"),
    path("schedule/recurring/", recurring.recurring_posts, name="recurring_posts"),
    path("schedule/recurring/<uuid:rule_id>/", recurring.recurring_post, name="recurring_post"),
    path("schedule/recurring/<uuid:rule_id>/edit/", recurring.recurring_edit, name="recurring_post_edit"),
    path("schedule/recurring/<uuid:rule_id>/stop/", recurring.recurring_stop, name="recurring_post_stop"),
    path("posts/<uuid:post_id>/repeat/", recurring.post_repeat, name="post_repeat"),
    path("calendar/<str:token>.ics", feed.feed, name="calendar_feed"),
    path("posts/<uuid:post_id>/move/", moving.post_move, name="post_move"),
    path("posts/<uuid:post_id>/targets/<uuid:target_id>/move/", target_move.schedule_move, name="schedule_move"),
]
