"""The editing API."""

from typing import Any
from uuid import UUID

from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock
from core.api import ActorViewSet, endpoint
from editing import selectors, serializers, services
from editing.models import Edit, Rendition
from editing.services.renders import expected_duration


def _accepted(edit: Edit, job_id: UUID | None) -> dict[str, Any]:
    body = {
        "task_id": job_id,
        "status": "queued",
        "estimated_completion": clock.now() + expected_duration(edit),
        "id": edit.pk,
    }
    return dict(serializers.AcceptedSerializer(body).data)


class VideoEditViewSet(ActorViewSet):
    """`POST /videos/{id}/edit`."""

    serializer_class = serializers.EditRequestSerializer
    queryset = Edit.objects.none()

    @endpoint(
        request=serializers.EditRequestSerializer, responses={202: serializers.AcceptedSerializer}, tags=["edits"]
    )
    def create(self, request: Request, video_id: UUID) -> Response:
        wanted = serializers.as_request(video_id, self.body)
        edit = services.create_edit(actor=self.actor, request=wanted, title=self.body["title"])
        return Response(_accepted(edit, edit.job_id), status=status.HTTP_202_ACCEPTED)


class EditViewSet(mixins.ListModelMixin, ActorViewSet):
    """List, read, delete, preview, render and cancel edits; several at once."""

    serializer_class = serializers.EditSerializer
    queryset = Edit.objects.none()

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return selectors.edits(self.actor, selectors.Filters(**self.query))

    @endpoint(query=serializers.EditFilterSerializer)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @endpoint(responses=serializers.EditDetailSerializer)
    def retrieve(self, request: Request, edit_id: UUID) -> Response:
        return Response(serializers.EditDetailSerializer(selectors.edit(self.actor, edit_id)).data)

    @endpoint(responses={204: None})
    def destroy(self, request: Request, edit_id: UUID) -> Response:
        services.delete(actor=self.actor, edit_id=edit_id)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @endpoint(request=serializers.KeysSerializer, responses={202: serializers.AcceptedSerializer})
    def preview(self, request: Request, edit_id: UUID) -> Response:
        edit = services.preview(actor=self.actor, edit_id=edit_id, keys=self.body.get("outputs"))
        return Response(_accepted(edit, edit.preview_job_id), status=status.HTTP_202_ACCEPTED)

    @endpoint(request=serializers.KeysSerializer, responses={202: serializers.AcceptedSerializer})
    def render(self, request: Request, edit_id: UUID) -> Response:
        edit = services.render(actor=self.actor, edit_id=edit_id, keys=self.body.get("outputs"))
        return Response(_accepted(edit, edit.job_id), status=status.HTTP_202_ACCEPTED)

    @endpoint(responses=serializers.EditSerializer)
    def cancel(self, request: Request, edit_id: UUID) -> Response:
        services.cancel(actor=self.actor, edit_id=edit_id)
        return Response(serializers.EditSerializer(selectors.edit(self.actor, edit_id)).data)

    @endpoint(request=serializers.BatchSerializer, responses={202: serializers.BatchAnswerSerializer})
    def batch(self, request: Request) -> Response:
        wanted = [serializers.as_request(each["video_id"], each) for each in self.body["edits"]]
        answers = services.batch(
            actor=self.actor, requests=wanted, titles=[each["title"] for each in self.body["edits"]]
        )
        items = [
            _accepted(answer, answer.job_id) if isinstance(answer, Edit) else answer.as_dict() for answer in answers
        ]
        return Response({"items": items}, status=status.HTTP_202_ACCEPTED)


class RenditionViewSet(mixins.ListModelMixin, ActorViewSet):
    """Finished files."""

    serializer_class = serializers.RenditionSerializer
    queryset = Rendition.objects.none()

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        wanted = self.query
        return selectors.renditions(
            self.actor, video_id=wanted["video_id"], platform=wanted["platform"], aspect=wanted["aspect_ratio"]
        )

    @endpoint(query=serializers.RenditionFilterSerializer)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)
