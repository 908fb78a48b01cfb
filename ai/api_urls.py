"""Paths below /api/v1/."""

from django.urls import path

from ai.viewsets import GenerateViewSet, TemplateViewSet, UsageViewSet

urlpatterns = [
    path("ai/generate", GenerateViewSet.as_view({"post": "create"}), name="ai-generate"),
    path("ai/templates", TemplateViewSet.as_view({"get": "list", "post": "create"}), name="ai-templates"),
    path(
        "ai/templates/<uuid:pk>",
        TemplateViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="ai-template",
    ),
    path("ai/usage", UsageViewSet.as_view({"get": "list"}), name="ai-usage"),
]
