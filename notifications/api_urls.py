"""Routes of the notifications API, relative to /api/v1/."""

from django.urls import path

from notifications.viewsets import NotificationViewSet

urlpatterns = [
    path("notifications", NotificationViewSet.as_view({"get": "list"}), name="api-notifications"),
    path("notifications/read", NotificationViewSet.as_view({"post": "read"}), name="api-notifications-read"),
]
