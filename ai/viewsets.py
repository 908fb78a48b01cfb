"""The gateway's API: captions on demand, stored answers, use and cost."""

from typing import Any
from uuid import UUID

from rest_framework import mixins, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import policy
from accounts.policy import Action
from ai import response_templates, selectors, serializers
from ai.captions.services import write_caption
from ai.models import ResponseTemplate
from ai.throttles import GenerateThrottled
from core.api import ActorViewSet, endpoint


class GenerateViewSet(GenerateThrottled, ActorViewSet):
    """`POST /ai/generate`: a caption with hashtags for one platform."""

    serializer_class = serializers.CaptionGenerateSerializer
    generating = ("create",)

    @endpoint(request=serializers.CaptionGenerateSerializer, responses={200: serializers.CaptionSerializer})
    def create(self, request: Request) -> Response:
        text = self.body.pop("text")
        written = write_caption(actor=self.actor, text_to_fit=text, **self.body)
        return Response(serializers.CaptionSerializer(written).data)


class TemplateViewSet(mixins.ListModelMixin, ActorViewSet):
    """`/ai/templates`: answers that may serve again."""

    serializer_class = serializers.TemplateSerializer
    queryset = ResponseTemplate.objects.none()

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        policy.require(self.actor, Action.READ)
        return selectors.templates(self.actor, **self.query)

    @endpoint(query=serializers.TemplateFilterSerializer)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @endpoint(request=serializers.TemplateCreateSerializer, responses={201: serializers.TemplateSerializer})
    def create(self, request: Request) -> Response:
        template = response_templates.create(actor=self.actor, **self.body)
        return Response(serializers.TemplateSerializer(template).data, status=status.HTTP_201_CREATED)

    @endpoint(responses=serializers.TemplateSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        return Response(serializers.TemplateSerializer(response_templates.get(actor=self.actor, template_id=pk)).data)

    @endpoint(request=serializers.TemplateUpdateSerializer, responses=serializers.TemplateSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        template = response_templates.update(actor=self.actor, template_id=pk, **self.body)
        return Response(serializers.TemplateSerializer(template).data)

    @endpoint(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        response_templates.delete(actor=self.actor, template_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class UsageViewSet(ActorViewSet):
    """`GET /ai/usage`: this month's use of models and its cost."""

    serializer_class = serializers.UsageSerializer
    pagination_class = None

    @endpoint(responses={200: serializers.UsageSerializer})
    def list(self, request: Request) -> Response:
        policy.require(self.actor, Action.READ)
        return Response(serializers.UsageSerializer(selectors.usage(self.actor)).data)
