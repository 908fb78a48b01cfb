"""The API of a kind of document. A kind's viewset names its serializers, and says how it lists and generates."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import mixins, status
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from ai.throttles import GenerateThrottled
from core import clock
from core.api import ActorViewSet, endpoint
from core.serializers import InputSerializer, PageQuery
from documents import selectors
from documents.export import CONTENT_TYPES, Export
from documents.kinds import DocumentType, Made
from documents.serializers import (
    FilterSerializer,
    PendingSerializer,
    RegenerateSerializer,
    RestoreSerializer,
    VersionQuerySerializer,
)
from documents.services import making, trash, versions

_EXPECTED = timedelta(minutes=1)


class DocumentViewSet(GenerateThrottled, mixins.ListModelMixin, ActorViewSet):
    """List, generate, read, edit, delete; versions, sections.

    `rows` is the kind's selector of the list and `make` its service; `serializer_class` is a row of the list,
    `detail_serializer` one document with its content under the kind's name, `pending_serializer` the answer while a job
    still works.
    """

    kind: ClassVar[DocumentType[Any, Any, Any]]
    rows: ClassVar[Callable[..., QuerySet[Any]]]
    make: ClassVar[Callable[..., Made[Any]]]
    generate_serializer: ClassVar[type[InputSerializer]]
    update_serializer: ClassVar[type[InputSerializer]]
    detail_serializer: ClassVar[type[BaseSerializer[Any]]]
    version_serializer: ClassVar[type[BaseSerializer[Any]]]
    pending_serializer: ClassVar[type[BaseSerializer[Any]]] = PendingSerializer
    generating = ("generate", "regenerate")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Declare what each action of the kind takes and answers."""
        super().__init_subclass__(**kwargs)
        detail, pending = cls.detail_serializer, cls.pending_serializer
        cls.queryset = cls.kind.model.objects.none()
        for name, declared in {
            "generate": endpoint(request=cls.generate_serializer, responses={201: detail, 202: pending}),
            "retrieve": endpoint(query=VersionQuerySerializer, responses=detail),
            "partial_update": endpoint(request=cls.update_serializer, responses=detail),
            "undelete": endpoint(responses=detail),
            "versions": endpoint(query=PageQuery, responses=cls.version_serializer(many=True)),
            "restore": endpoint(request=RestoreSerializer, responses=detail),
            "regenerate": endpoint(request=RegenerateSerializer, responses={200: detail, 202: pending}),
        }.items():
            setattr(cls, name, declared(getattr(cls, name)))

    def more(self, shown: Any) -> dict[str, Any]:
        """What the detail shows besides the row, the content and where it came from."""
        return {}

    def still_pending(self, made: Any) -> dict[str, Any]:
        """What the answer of an unfinished generation shows besides the first document and its job."""
        return {}

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return self.rows(self.actor, **self.query).select_related(None)

    @endpoint(query=FilterSerializer)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    def _detail(self, document_id: UUID, *, code: int = status.HTTP_200_OK, number: int | None = None) -> Response:
        shown = selectors.shown(self.kind, self.actor, document_id, number=number)
        row: Any = self.serializer_class
        body = row(shown.document).data
        body[self.kind.name] = shown.version.content if shown.version else {}
        body["provenance"] = shown.provenance
        return Response({**body, **self.more(shown)}, status=code)

    def _made(self, made: Made[Any], *, code: int) -> Response:
        if made.job is None:
            return self._detail(made.document.pk, code=code)
        body = {
            "id": made.document.pk,
            "task_id": made.job.pk,
            "status": made.job.status,
            "estimated_completion": clock.now() + _EXPECTED,
            **self.still_pending(made),
        }
        return Response(self.pending_serializer(body).data, status=status.HTTP_202_ACCEPTED)

    def _respond_async(self) -> bool:
        return "respond-async" in self.request.headers.get("Prefer", "").lower()

    def generate(self, request: Request) -> Response:
        made = self.make(actor=self.actor, respond_async=self._respond_async(), **self.body)
        return self._made(made, code=status.HTTP_201_CREATED)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        return self._detail(pk, number=self.query.get("version"))

    def partial_update(self, request: Request, pk: UUID) -> Response:
        changes = dict(self.body.get(self.kind.name, {}))
        if "title" in self.body:
            changes["title"] = self.body["title"]
        versions.edit(self.kind, actor=self.actor, document_id=pk, version=self.body["version"], changes=changes)
        return self._detail(pk)

    @endpoint(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        trash.delete(self.kind, actor=self.actor, document_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def undelete(self, request: Request, pk: UUID) -> Response:
        trash.undelete(self.kind, actor=self.actor, document_id=pk)
        return self._detail(pk)

    def versions(self, request: Request, pk: UUID) -> Response:
        document = selectors.document(self.kind, self.actor, pk)
        return self.paged(selectors.versions(self.actor, document), self.version_serializer)

    def restore(self, request: Request, pk: UUID, number: int) -> Response:
        versions.restore(self.kind, actor=self.actor, document_id=pk, number=number, version=self.body["version"])
        return self._detail(pk)

    def regenerate(self, request: Request, pk: UUID, key: str) -> Response:
        made = making.regenerate(
            self.kind,
            actor=self.actor,
            document_id=pk,
            section=key,
            respond_async=self._respond_async(),
            version=self.body["version"],
        )
        return self._made(made, code=status.HTTP_200_OK)


class FormatIsOurs(DefaultContentNegotiation):
    """`?format=` names the file's format here, not the API's."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, str(first.media_type)


class DocumentExportViewSet(ActorViewSet):
    """A version as a file."""

    kind: ClassVar[DocumentType[Any, Any, Any]]
    export_serializer: ClassVar[type[InputSerializer]]
    content_negotiation_class = FormatIsOurs

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Declare the kind's formats."""
        super().__init_subclass__(**kwargs)
        cls.queryset = cls.kind.model.objects.none()
        types = (CONTENT_TYPES[name].partition(";")[0] for name in cls.kind.formats)
        answers = {(200, media_type): OpenApiTypes.BINARY for media_type in types}
        cls.retrieve = endpoint(query=cls.export_serializer, responses=answers)(cls.retrieve)  # type: ignore[method-assign]

    def retrieve(self, request: Request, pk: UUID) -> HttpResponse:
        return file_response(selectors.export(self.kind, self.actor, pk, format_=self.query["format"]))


def file_response(export: Export) -> HttpResponse:
    """A download."""
    response = HttpResponse(export.body, content_type=export.content_type)
    response["Content-Disposition"] = f'attachment; filename="{export.name}"'
    return response
