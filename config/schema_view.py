"""Where the schema is read: as JSON, or as YAML."""

from typing import Any

from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import Asked, endpoint
from core.serializers import InputSerializer


class SchemaQuery(InputSerializer):
    """As what file."""

    format = serializers.ChoiceField(choices=["json", "yaml"], required=False)


class ByName(DefaultContentNegotiation):
    """`?format=yaml` goes before the Accept header."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        wanted = request.query_params.get("format")
        named = next((item for item in renderers if wanted and wanted in item.media_type), None)
        return (named, named.media_type) if named else super().select_renderer(request, renderers, format_suffix)


class OneYaml(OpenApiYamlRenderer):
    media_type = "application/yaml"


class OneJson(OpenApiJsonRenderer):
    media_type = "application/json"


class SchemaView(Asked, SpectacularAPIView):
    """The schema as JSON, or with `?format=yaml` (or by the Accept header) as YAML."""

    renderer_classes = [OneJson, OneYaml, OpenApiJsonRenderer, OpenApiYamlRenderer]
    content_negotiation_class = ByName

    @endpoint(query=SchemaQuery, exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
