"""Routes of patterns and of a single video, relative to /api/v1/."""

from django.urls import path

from patterns.viewsets import PatternViewSet, VideoDetailViewSet

_detail = VideoDetailViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"})

urlpatterns = [
    path("videos/<uuid:pk>", _detail, name="api-video"),
    path("videos/<uuid:pk>/analysis", VideoDetailViewSet.as_view({"get": "analysis"}), name="api-video-analysis"),
    path("videos/<uuid:pk>/analyze", VideoDetailViewSet.as_view({"post": "analyze"}), name="api-video-analyze"),
    path("videos/<uuid:pk>/similar", VideoDetailViewSet.as_view({"get": "similar"}), name="api-video-similar"),
    path("patterns", PatternViewSet.as_view({"get": "list"}), name="api-patterns"),
    path("patterns/compare", PatternViewSet.as_view({"get": "compare"}), name="api-patterns-compare"),
]
