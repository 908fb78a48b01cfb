"""Paths below /api/v1/."""

from documents.api_urls import routes
from scripts_app.viewsets import ScriptExportViewSet, ScriptViewSet

urlpatterns = routes("scripts", "script", ScriptViewSet, ScriptExportViewSet)
