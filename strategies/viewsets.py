"""The strategies API."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from ai.throttling import GenerateThrottled
from core import clock
from core.api import ActorViewSet
from strategies import documents, selectors, serializers, services
from strategies.models import Strategy
from strategies.services import Made

_EXPECTED = timedelta(minutes=1)


class StrategyViewSet(GenerateThrottled, mixins.ListModelMixin, ActorViewSet):
    """List, generate, read, edit, delete; versions, sections, export."""

    serializer_class = serializers.StrategySerializer
    queryset = Strategy.objects.none()
    generating = ("generate", "regenerate")

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        filters = serializers.FilterSerializer(data=self.request.query_params)
        filters.is_valid(raise_exception=True)
        return selectors.strategies(self.actor, **filters.validated_data)

    @extend_schema(parameters=[serializers.FilterSerializer])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def _detail(self, strategy_id: UUID, *, code: int = status.HTTP_200_OK, number: int | None = None) -> Response:
        shown = selectors.shown(self.actor, strategy_id, number=number)
        body = serializers.StrategySerializer(shown.strategy).data
        body["strategy"] = selectors.api_content(shown.version)
        body["provenance"] = shown.version.provenance if shown.version else {}
        body["video_ids"] = [video.video_id for video in shown.request.videos] if shown.request else []
        body["inputs"] = shown.strategy.inputs
        return Response(body, status=code)

    def _made(self, made: Made, *, code: int) -> Response:
        if made.job is None:
            return self._detail(made.strategy.pk, code=code)
        body = {
            "id": made.strategy.pk,
            "task_id": made.job.pk,
            "status": made.job.status,
            "estimated_completion": clock.now() + _EXPECTED,
        }
        return Response(serializers.PendingSerializer(body).data, status=status.HTTP_202_ACCEPTED)

    def _respond_async(self) -> bool:
        return "respond-async" in self.request.headers.get("Prefer", "").lower()

    @extend_schema(
        request=serializers.GenerateSerializer,
        responses={201: serializers.StrategyDetailSerializer, 202: serializers.PendingSerializer},
    )
    def generate(self, request: Request) -> Response:
        given = serializers.GenerateSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        made = services.generate(actor=self.actor, respond_async=self._respond_async(), **given.validated_data)
        return self._made(made, code=status.HTTP_201_CREATED)

    @extend_schema(
        responses=serializers.StrategyDetailSerializer,
        parameters=[OpenApiParameter("version", OpenApiTypes.INT, description="An older version; default the newest.")],
    )
    def retrieve(self, request: Request, pk: UUID) -> Response:
        wanted = request.query_params.get("version", "")
        return self._detail(pk, number=int(wanted) if wanted.isdigit() else None)

    @extend_schema(request=serializers.StrategyUpdateSerializer, responses=serializers.StrategyDetailSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        given = serializers.StrategyUpdateSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        changes = dict(given.validated_data.get("strategy", {}))
        if "title" in given.validated_data:
            changes["title"] = given.validated_data["title"]
        services.edit(actor=self.actor, strategy_id=pk, version=given.validated_data["version"], changes=changes)
        return self._detail(pk)

    def destroy(self, request: Request, pk: UUID) -> Response:
        services.delete(actor=self.actor, strategy_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=serializers.StrategyDetailSerializer)
    def undelete(self, request: Request, pk: UUID) -> Response:
        services.undelete(actor=self.actor, strategy_id=pk)
        return self._detail(pk)

    @extend_schema(responses=serializers.VersionSerializer(many=True))
    def versions(self, request: Request, pk: UUID) -> Response:
        rows = selectors.versions(self.actor, selectors.strategy(self.actor, pk))
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(serializers.VersionSerializer(page, many=True).data)

    @extend_schema(request=serializers.RestoreSerializer, responses=serializers.StrategyDetailSerializer)
    def restore(self, request: Request, pk: UUID, number: int) -> Response:
        given = serializers.RestoreSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        services.restore(actor=self.actor, strategy_id=pk, number=number, version=given.validated_data["version"])
        return self._detail(pk)

    @extend_schema(
        request=serializers.RegenerateSerializer,
        responses={200: serializers.StrategyDetailSerializer, 202: serializers.PendingSerializer},
    )
    def regenerate(self, request: Request, pk: UUID, key: str) -> Response:
        given = serializers.RegenerateSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        made = services.regenerate(
            actor=self.actor,
            strategy_id=pk,
            section=key,
            respond_async=self._respond_async(),
            version=given.validated_data["version"],
        )
        return self._made(made, code=status.HTTP_200_OK)


class AnyRenderer(DefaultContentNegotiation):
    """`?format=` names the file's format here, not the API's."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, str(first.media_type)


class StrategyExportViewSet(ActorViewSet):
    """A version as a file."""

    serializer_class = serializers.StrategySerializer
    queryset = Strategy.objects.none()
    content_negotiation_class = AnyRenderer

    @extend_schema(
        parameters=[OpenApiParameter("format", OpenApiTypes.STR, enum=["md", "pdf"])],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def retrieve(self, request: Request, pk: UUID) -> HttpResponse:
        wanted = request.query_params.get("format", "md")
        return file_response(selectors.export(self.actor, pk, format_=wanted))


def file_response(export: documents.Export) -> HttpResponse:
    """A download."""
    response = HttpResponse(export.body, content_type=export.content_type)
    response["Content-Disposition"] = f'attachment; filename="{export.name}"'
    return response
