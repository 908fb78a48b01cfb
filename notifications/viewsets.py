"""The notifications API."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ActorViewSet
from core.errors import ValidationFailed
from notifications import selectors, services
from notifications import serializers as shapes
from notifications.errors import Code
from notifications.models import Notice


class NotificationViewSet(ActorViewSet):
    """What the person was told of in this workspace."""

    serializer_class = shapes.NoticeSerializer
    queryset = Notice.objects.none()

    @extend_schema(parameters=[shapes.NoticeQuerySerializer])
    def list(self, request: Request) -> Response:
        """One's own notices, newest first, with the number of unread ones (counted up to 100)."""
        query = shapes.NoticeQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = self.paginate_queryset(selectors.notices(self.actor, **query.validated_data))
        response = self.get_paginated_response(shapes.NoticeSerializer(page, many=True).data)
        response.data = {**response.data, "unread": selectors.unread_count(self.actor)}
        return response

    @extend_schema(request=shapes.ReadSerializer, responses=shapes.ReadResultSerializer)
    def read(self, request: Request) -> Response:
        """Mark notices as read: `ids`, or `all`."""
        body = shapes.ReadSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        ids = body.validated_data["ids"]
        if body.validated_data["all"]:
            marked = services.mark_all_read(actor=self.actor)
        elif ids:
            marked = services.mark_read(actor=self.actor, ids=ids)
        else:
            sentence = "Say which notices were read: ids, or all."
            raise ValidationFailed(Code.NOTICES_MISSING, sentence, fields={"ids": [sentence]})
        return Response({"marked": marked, "unread": selectors.unread_count(self.actor)})
