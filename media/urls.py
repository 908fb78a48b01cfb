"""Signed media addresses, open to whoever holds them: files to read, announced files to send."""

from django.urls import path

from media.signed_urls import signed_path, signed_url
from media.views import put, signed

__all__ = ["signed_path", "signed_url", "urlpatterns"]

urlpatterns = [
    path("m/<str:token>/<str:name>", signed, name="media_signed"),
    path("m/in/<uuid:upload_id>/<str:token>/<str:name>", put, name="media_put"),
]
