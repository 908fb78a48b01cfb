"""The notifications API."""

from rest_framework.request import Request
from rest_framework.response import Response

from core.api import ActorViewSet, endpoint
from core.errors import ValidationFailed
from notifications import bundles, selectors, services
from notifications import serializers as shapes
from notifications.errors import NotificationError
from notifications.models import Notice


class NotificationViewSet(ActorViewSet):
    """The person's notices in this workspace."""

    serializer_class = shapes.NoticeSerializer
    queryset = Notice.objects.none()

    @endpoint(query=shapes.NoticeQuerySerializer)
    def list(self, request: Request) -> Response:
        """One's own notices, newest first, with the number of unread ones (counted up to 100)."""
        page = self.paginate_queryset(selectors.notices(self.actor, **self.query))
        response = self.get_paginated_response(shapes.NoticeSerializer(bundles.bundled(page or []), many=True).data)
        response.data = {**response.data, "unread": selectors.unread_count(self.actor)}
        return response

    @endpoint(request=shapes.ReadSerializer, responses=shapes.ReadResultSerializer)
    def read(self, request: Request) -> Response:
        """Mark notices as read: `ids`, or `all`."""
        ids = self.body["ids"]
        if self.body["all"]:
            marked = services.mark_all_read(actor=self.actor)
        elif ids:
            marked = services.mark_read(actor=self.actor, ids=ids)
        else:
            sentence = "Say which notices were read: ids, or all."
            raise ValidationFailed(NotificationError.NOTICES_MISSING, sentence, fields={"ids": [sentence]})
        return Response({"marked": marked, "unread": selectors.unread_count(self.actor)})
