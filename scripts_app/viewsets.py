"""The scripts API."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from ai.throttling import GenerateThrottled
from core import clock
from core.api import ActorViewSet, endpoint
from core.serializers import PageQuery
from scripts_app import selectors, serializers, services
from scripts_app.documents import DOCX
from scripts_app.models import Script
from scripts_app.services import Made
from strategies.viewsets import AnyRenderer, file_response

_EXPECTED = timedelta(minutes=1)


class ScriptViewSet(GenerateThrottled, mixins.ListModelMixin, ActorViewSet):
    """List, generate, read, edit, delete; versions."""

    serializer_class = serializers.ScriptSerializer
    queryset = Script.objects.none()

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return selectors.scripts(self.actor, **self.query)

    @endpoint(query=serializers.FilterSerializer)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def _detail(self, script_id: UUID, *, code: int = status.HTTP_200_OK, number: int | None = None) -> Response:
        shown = selectors.shown(self.actor, script_id, number=number)
        body = serializers.ScriptSerializer(shown.script).data
        body["script"] = selectors.api_content(shown.version)
        body["provenance"] = shown.version.provenance if shown.version else {}
        body["warnings"] = shown.warnings
        others = selectors.variations(self.actor, shown.script)
        body["variations"] = [{"id": row.pk, "title": row.title, "status": row.status} for row in others]
        return Response(body, status=code)

    def _made(self, made: Made) -> Response:
        if not made.jobs:
            return self._detail(made.scripts[0].pk, code=status.HTTP_201_CREATED)
        jobs = {job.subject_id: job for job in made.jobs}
        body = {
            "id": made.scripts[0].pk,
            "task_id": made.jobs[0].pk,
            "status": made.jobs[0].status,
            "estimated_completion": clock.now() + _EXPECTED,
            "variations": [
                {"id": row.pk, "task_id": jobs[row.pk].pk if row.pk in jobs else None} for row in made.scripts
            ],
        }
        return Response(serializers.ScriptPendingSerializer(body).data, status=status.HTTP_202_ACCEPTED)

    @endpoint(
        request=serializers.ScriptGenerateSerializer,
        responses={201: serializers.ScriptDetailSerializer, 202: serializers.ScriptPendingSerializer},
    )
    def generate(self, request: Request) -> Response:
        wanted = "respond-async" in request.headers.get("Prefer", "").lower()
        return self._made(services.generate(actor=self.actor, respond_async=wanted, **self.body))

    @endpoint(query=serializers.VersionQuerySerializer, responses=serializers.ScriptDetailSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        return self._detail(pk, number=self.query.get("version"))

    @endpoint(request=serializers.ScriptUpdateSerializer, responses=serializers.ScriptDetailSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        changes = dict(self.body.get("script", {}))
        if "title" in self.body:
            changes["title"] = self.body["title"]
        services.edit(actor=self.actor, script_id=pk, version=self.body["version"], changes=changes)
        return self._detail(pk)

    @endpoint(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        services.delete(actor=self.actor, script_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @endpoint(responses=serializers.ScriptDetailSerializer)
    def undelete(self, request: Request, pk: UUID) -> Response:
        services.undelete(actor=self.actor, script_id=pk)
        return self._detail(pk)

    @endpoint(query=PageQuery, responses=serializers.ScriptVersionSerializer(many=True))
    def versions(self, request: Request, pk: UUID) -> Response:
        rows = selectors.versions(self.actor, selectors.script(self.actor, pk))
        return self.paged(rows, serializers.ScriptVersionSerializer)

    @endpoint(request=serializers.RestoreSerializer, responses=serializers.ScriptDetailSerializer)
    def restore(self, request: Request, pk: UUID, number: int) -> Response:
        services.restore(actor=self.actor, script_id=pk, number=number, version=self.body["version"])
        return self._detail(pk)


class ScriptExportViewSet(ActorViewSet):
    """A version as a file."""

    serializer_class = serializers.ScriptSerializer
    queryset = Script.objects.none()
    content_negotiation_class = AnyRenderer

    @endpoint(
        query=serializers.ScriptExportQuerySerializer,
        responses={(200, media_type): OpenApiTypes.BINARY for media_type in ("text/markdown", "application/pdf", DOCX)},
    )
    def retrieve(self, request: Request, pk: UUID) -> HttpResponse:
        return file_response(selectors.export(self.actor, pk, format_=self.query["format"]))
