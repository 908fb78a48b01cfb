"""Routes of the library API, relative to /api/v1/. `videos/<id>` belongs to patterns, which it is shown with."""

from django.urls import path

from media.body_limit import chunk, file, takes
from videos.tus import UploadsView, UploadView
from videos.viewsets import FolderViewSet, TagViewSet, VideoUploadViewSet, VideoViewSet

urlpatterns = [
    path("uploads", UploadsView.as_view(), name="api-uploads"),
    path("uploads/<uuid:pk>", takes(chunk)(UploadView.as_view()), name="api-upload"),
    path("videos", VideoViewSet.as_view({"get": "list"}), name="api-videos"),
    path("videos/upload", takes(file)(VideoUploadViewSet.as_view({"post": "create"})), name="api-video-upload"),
    path("videos/<uuid:pk>/archive", VideoViewSet.as_view({"post": "archive"}), name="api-video-archive"),
    path("videos/<uuid:pk>/unarchive", VideoViewSet.as_view({"post": "unarchive"}), name="api-video-unarchive"),
    path("videos/<uuid:pk>/restore", VideoViewSet.as_view({"post": "restore"}), name="api-video-restore"),
    path("folders", FolderViewSet.as_view({"get": "list", "post": "create"}), name="api-folders"),
    path(
        "folders/<uuid:pk>", FolderViewSet.as_view({"patch": "partial_update", "delete": "destroy"}), name="api-folder"
    ),
    path("tags", TagViewSet.as_view({"get": "list", "post": "create"}), name="api-tags"),
    path("tags/<uuid:pk>", TagViewSet.as_view({"patch": "partial_update", "delete": "destroy"}), name="api-tag"),
]
