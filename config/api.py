"""Composes /api/v1 from what each app offers in its `api_urls`. A route belongs to the highest app it needs."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularSwaggerSplitView

from accounts import api_urls as accounts
from ai import api_urls as ai
from analytics import api_urls as analytics
from config.schema_view import SchemaView
from core.api import api_not_found
from editing import api_urls as editing
from flows import api_urls as flows
from jobs import api_urls as jobs
from library import api_urls as library
from media import api_urls as media
from notifications import api_urls as notifications
from patterns import api_urls as patterns
from publishing import api_urls as publishing
from scripts_app import api_urls as scripts
from strategies import api_urls as strategies
from videos import api_urls as videos
from webhooks import api_urls as webhooks

urlpatterns = [
    *flows.urlpatterns,
    *webhooks.urlpatterns,
    *analytics.urlpatterns,
    *library.urlpatterns,
    *publishing.urlpatterns,
    *editing.urlpatterns,
    *scripts.urlpatterns,
    *strategies.urlpatterns,
    *patterns.urlpatterns,
    *videos.urlpatterns,
    *ai.urlpatterns,
    *media.urlpatterns,
    *notifications.urlpatterns,
    *jobs.urlpatterns,
    *accounts.urlpatterns,
    path("schema", SchemaView.as_view(), name="api-schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
    re_path(r"^.*$", api_not_found),
]
