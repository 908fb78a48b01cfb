"""The gateway's API: captions on demand, stored answers, use and cost."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import policy
from accounts.policy import Action
from ai import selectors, serializers, templates
from ai.captions.services import write_caption
from ai.models import ResponseTemplate
from ai.throttling import GenerateThrottled
from core.api import ActorViewSet


class GenerateViewSet(GenerateThrottled, ActorViewSet):
    """`POST /ai/generate`: a caption with hashtags for one platform."""

    serializer_class = serializers.GenerateSerializer
    generating = ("create",)

    @extend_schema(responses={200: serializers.CaptionSerializer})
    def create(self, request: Request) -> Response:
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        data = dict(given.validated_data)
        written = write_caption(actor=self.actor, text_to_fit=data.pop("text"), **data)
        return Response(serializers.CaptionSerializer(written).data)


class TemplateViewSet(mixins.ListModelMixin, ActorViewSet):
    """`/ai/templates`: answers that may serve again."""

    serializer_class = serializers.TemplateSerializer
    queryset = ResponseTemplate.objects.none()

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        policy.require(self.actor, Action.READ)
        filters = serializers.TemplateFilterSerializer(data=self.request.query_params)
        filters.is_valid(raise_exception=True)
        return selectors.templates(self.actor, **filters.validated_data)

    @extend_schema(parameters=[serializers.TemplateFilterSerializer])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=serializers.TemplateCreateSerializer, responses={201: serializers.TemplateSerializer})
    def create(self, request: Request) -> Response:
        given = serializers.TemplateCreateSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        template = templates.create(actor=self.actor, **given.validated_data)
        return Response(serializers.TemplateSerializer(template).data, status=status.HTTP_201_CREATED)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        return Response(serializers.TemplateSerializer(templates.get(actor=self.actor, template_id=pk)).data)

    @extend_schema(request=serializers.TemplateUpdateSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        given = serializers.TemplateUpdateSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        template = templates.update(actor=self.actor, template_id=pk, **given.validated_data)
        return Response(serializers.TemplateSerializer(template).data)

    def destroy(self, request: Request, pk: UUID) -> Response:
        templates.delete(actor=self.actor, template_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class UsageViewSet(ActorViewSet):
    """`GET /ai/usage`: this month's use of models and its cost."""

    serializer_class = serializers.UsageSerializer
    pagination_class = None

    @extend_schema(responses={200: serializers.UsageSerializer})
    def list(self, request: Request) -> Response:
        policy.require(self.actor, Action.READ)
        return Response(serializers.UsageSerializer(selectors.usage(self.actor)).data)
