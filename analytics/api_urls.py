"""Routes of the analytics API, relative to /api/v1/."""

from django.urls import path

from analytics import viewsets

urlpatterns = [
    path("analytics/dashboard", viewsets.Dashboard.as_view(), name="api-dashboard"),
    path("analytics/overview", viewsets.Overview.as_view(), name="api-overview"),
    path("analytics/platforms", viewsets.Platforms.as_view(), name="api-platforms"),
    path("analytics/videos/<uuid:video_id>", viewsets.VideoNumbers.as_view(), name="api-video-numbers"),
    path("analytics/posts/<uuid:post_id>", viewsets.PostNumbers.as_view(), name="api-post-numbers"),
    path("analytics/export.csv", viewsets.Export.as_view(), name="api-analytics-export"),
    path("patterns/best", viewsets.Best.as_view(), name="api-patterns-best"),
    path("patterns/scores", viewsets.Scores.as_view(), name="api-pattern-scores"),
]
