"""The strategies API."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import mixins, status
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from ai.throttling import GenerateThrottled
from core import clock
from core.api import ActorViewSet, endpoint
from core.serializers import PageQuery
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
        return selectors.strategies(self.actor, **self.query)

    @endpoint(query=serializers.FilterSerializer)
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
        return Response(serializers.StrategyPendingSerializer(body).data, status=status.HTTP_202_ACCEPTED)

    def _respond_async(self) -> bool:
        return "respond-async" in self.request.headers.get("Prefer", "").lower()

    @endpoint(
        request=serializers.StrategyGenerateSerializer,
        responses={201: serializers.StrategyDetailSerializer, 202: serializers.StrategyPendingSerializer},
    )
    def generate(self, request: Request) -> Response:
        made = services.generate(actor=self.actor, respond_async=self._respond_async(), **self.body)
        return self._made(made, code=status.HTTP_201_CREATED)

    @endpoint(query=serializers.VersionQuerySerializer, responses=serializers.StrategyDetailSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        return self._detail(pk, number=self.query.get("version"))

    @endpoint(request=serializers.StrategyUpdateSerializer, responses=serializers.StrategyDetailSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        changes = dict(self.body.get("strategy", {}))
        if "title" in self.body:
            changes["title"] = self.body["title"]
        services.edit(actor=self.actor, strategy_id=pk, version=self.body["version"], changes=changes)
        return self._detail(pk)

    @endpoint(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        services.delete(actor=self.actor, strategy_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @endpoint(responses=serializers.StrategyDetailSerializer)
    def undelete(self, request: Request, pk: UUID) -> Response:
        services.undelete(actor=self.actor, strategy_id=pk)
        return self._detail(pk)

    @endpoint(query=PageQuery, responses=serializers.StrategyVersionSerializer(many=True))
    def versions(self, request: Request, pk: UUID) -> Response:
        rows = selectors.versions(self.actor, selectors.strategy(self.actor, pk))
        return self.paged(rows, serializers.StrategyVersionSerializer)

    @endpoint(request=serializers.RestoreSerializer, responses=serializers.StrategyDetailSerializer)
    def restore(self, request: Request, pk: UUID, number: int) -> Response:
        services.restore(actor=self.actor, strategy_id=pk, number=number, version=self.body["version"])
        return self._detail(pk)

    @endpoint(
        request=serializers.RegenerateSerializer,
        responses={200: serializers.StrategyDetailSerializer, 202: serializers.StrategyPendingSerializer},
    )
    def regenerate(self, request: Request, pk: UUID, key: str) -> Response:
        made = services.regenerate(
            actor=self.actor,
            strategy_id=pk,
            section=key,
            respond_async=self._respond_async(),
            version=self.body["version"],
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

    @endpoint(
        query=serializers.StrategyExportQuerySerializer,
        responses={(200, "text/markdown"): OpenApiTypes.BINARY, (200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def retrieve(self, request: Request, pk: UUID) -> HttpResponse:
        return file_response(selectors.export(self.actor, pk, format_=self.query["format"]))


def file_response(export: documents.Export) -> HttpResponse:
    """A download."""
    response = HttpResponse(export.body, content_type=export.content_type)
    response["Content-Disposition"] = f'attachment; filename="{export.name}"'
    return response
