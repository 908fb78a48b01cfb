"""Paths below /api/v1/."""

from django.urls import path

from editing.viewsets import EditViewSet, RenditionViewSet, VideoEditViewSet

urlpatterns = [
    path("videos/<uuid:video_id>/edit", VideoEditViewSet.as_view({"post": "create"}), name="api-video-edit"),
    path("edits", EditViewSet.as_view({"get": "list"}), name="api-edits"),
    path("edits/batch", EditViewSet.as_view({"post": "batch"}), name="api-edits-batch"),
    path("edits/<uuid:edit_id>", EditViewSet.as_view({"get": "retrieve", "delete": "destroy"}), name="api-edit"),
    path("edits/<uuid:edit_id>/preview", EditViewSet.as_view({"post": "preview"}), name="api-edit-preview"),
    path("edits/<uuid:edit_id>/render", EditViewSet.as_view({"post": "render"}), name="api-edit-render"),
    path("edits/<uuid:edit_id>/cancel", EditViewSet.as_view({"post": "cancel"}), name="api-edit-cancel"),
    path("renditions", RenditionViewSet.as_view({"get": "list"}), name="api-renditions"),
]
