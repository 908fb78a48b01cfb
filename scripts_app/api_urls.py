"""Paths below /api/v1/."""

from django.urls import path

from scripts_app.viewsets import ScriptExportViewSet
from scripts_app.viewsets import ScriptViewSet as View

urlpatterns = [
    path("scripts", View.as_view({"get": "list"}), name="api-scripts"),
    path("scripts/generate", View.as_view({"post": "generate"}), name="api-scripts-generate"),
    path(
        "scripts/<uuid:pk>",
        View.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="api-script",
    ),
    path("scripts/<uuid:pk>/undelete", View.as_view({"post": "undelete"}), name="api-script-undelete"),
    path("scripts/<uuid:pk>/versions", View.as_view({"get": "versions"}), name="api-script-versions"),
    path(
        "scripts/<uuid:pk>/versions/<int:number>/restore", View.as_view({"post": "restore"}), name="api-script-restore"
    ),
    path("scripts/<uuid:pk>/export", ScriptExportViewSet.as_view({"get": "retrieve"}), name="api-script-export"),
]
