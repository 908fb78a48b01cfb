"""Routes of the media library API, relative to /api/v1/."""

from django.urls import path

from media import body_limit
from media.viewsets import MediaViewSet

_view = MediaViewSet.as_view

urlpatterns = [
    path("media", body_limit.takes(body_limit.file)(_view({"get": "list", "post": "create"})), name="api-media"),
    path("media/presign", _view({"post": "presign"}), name="api-media-presign"),
    path("posts/upload-media", body_limit.takes(body_limit.file)(_view({"post": "create"})), name="api-media-alias"),
]
