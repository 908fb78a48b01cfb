"""Paths below /api/v1/."""

from django.urls import path

from strategies.viewsets import StrategyExportViewSet
from strategies.viewsets import StrategyViewSet as View

urlpatterns = [
    path("strategies", View.as_view({"get": "list"}), name="api-strategies"),
    path("strategies/generate", View.as_view({"post": "generate"}), name="api-strategies-generate"),
    path(
        "strategies/<uuid:pk>",
        View.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="api-strategy",
    ),
    path("strategies/<uuid:pk>/undelete", View.as_view({"post": "undelete"}), name="api-strategy-undelete"),
    path("strategies/<uuid:pk>/versions", View.as_view({"get": "versions"}), name="api-strategy-versions"),
    path(
        "strategies/<uuid:pk>/versions/<int:number>/restore",
        View.as_view({"post": "restore"}),
        name="api-strategy-restore",
    ),
    path(
        "strategies/<uuid:pk>/sections/<slug:key>/regenerate",
        View.as_view({"post": "regenerate"}),
        name="api-strategy-regenerate",
    ),
    path("strategies/<uuid:pk>/export", StrategyExportViewSet.as_view({"get": "retrieve"}), name="api-strategy-export"),
]
