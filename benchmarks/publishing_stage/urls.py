"""The addresses that notices name, without the pages behind them: those layers are not installed here."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def nothing(request: HttpRequest, **_: object) -> HttpResponse:
    """Never asked for."""
    return HttpResponse(status=404)


urlpatterns = [
    path("settings/connections/", nothing, name="connections"),
    path("posts/<uuid:post_id>/", nothing, name="post_detail"),
    path("settings/notifications/", nothing, name="notification_settings"),
]
