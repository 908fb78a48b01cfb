"""Paths of a kind of document below /api/v1/."""

from typing import Any

from django.urls import URLPattern, path

from documents.viewsets import DocumentExportViewSet, DocumentViewSet


def routes(
    plural: str, name: str, view: type[DocumentViewSet], export: type[DocumentExportViewSet]
) -> list[URLPattern]:
    """What every kind serves, under `plural`; the names of the routes begin with `api-`."""
    one = f"{plural}/<uuid:pk>"
    found: list[tuple[str, str, Any]] = [
        (plural, plural, view.as_view({"get": "list"})),
        (f"{plural}/generate", f"{plural}-generate", view.as_view({"post": "generate"})),
        (one, name, view.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"})),
        (f"{one}/undelete", f"{name}-undelete", view.as_view({"post": "undelete"})),
        (f"{one}/versions", f"{name}-versions", view.as_view({"get": "versions"})),
        (f"{one}/versions/<int:number>/restore", f"{name}-restore", view.as_view({"post": "restore"})),
        (f"{one}/export", f"{name}-export", export.as_view({"get": "retrieve"})),
    ]
    return [path(address, served, name=f"api-{route}") for address, route, served in found]
