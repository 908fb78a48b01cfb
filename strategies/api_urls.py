"""Paths below /api/v1/."""

from django.urls import path

from documents.api_urls import routes
from strategies.viewsets import StrategyExportViewSet, StrategyViewSet

urlpatterns = [
    *routes("strategies", "strategy", StrategyViewSet, StrategyExportViewSet),
    path(
        "strategies/<uuid:pk>/sections/<slug:key>/regenerate",
        StrategyViewSet.as_view({"post": "regenerate"}),
        name="api-strategy-regenerate",
    ),
]
