"""Routes of the analytics API, relative to /api/v1/."""

from django.urls import path

from analytics import viewsets as doors

urlpatterns = [
    path("analytics/dashboard", doors.Dashboard.as_view(), name="api-dashboard"),
    path("analytics/overview", doors.Overview.as_view(), name="api-overview"),
    path("analytics/platforms", doors.Platforms.as_view(), name="api-platforms"),
    path("analytics/videos/<uuid:video_id>", doors.VideoNumbers.as_view(), name="api-video-numbers"),
    path("analytics/posts/<uuid:post_id>", doors.PostNumbers.as_view(), name="api-post-numbers"),
    path("analytics/export.csv", doors.Export.as_view(), name="api-analytics-export"),
    path("patterns/best", doors.Best.as_view(), name="api-patterns-best"),
    path("patterns/scores", doors.Scores.as_view(), name="api-pattern-scores"),
]
