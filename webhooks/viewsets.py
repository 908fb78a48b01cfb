"""The webhooks API, for admins."""

from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import policy
from accounts.policy import Action
from core.api import ActorViewSet, endpoint
from core.idempotency import idempotent
from core.serializers import PageQuery
from webhooks import selectors
from webhooks import serializers as shapes
from webhooks.models import EndpointState, WebhookDelivery, WebhookEndpoint
from webhooks.services import deliveries, endpoints


class WebhookEndpointViewSet(ActorViewSet):
    """Addresses that are sent events."""

    serializer_class = shapes.WebhookEndpointSerializer
    queryset = WebhookEndpoint.objects.none()

    @endpoint(query=PageQuery)
    def list(self, request: Request) -> Response:
        """The workspace's endpoints, the oldest first."""
        return self.paged(selectors.endpoints(self.actor))

    @endpoint(request=shapes.WebhookEndpointInput, responses={201: shapes.WebhookSecretSerializer})
    @idempotent
    def create(self, request: Request) -> Response:
        """A new endpoint. The answer holds its secret, which is not shown again."""
        row, secret = endpoints.create(actor=self.actor, **self.body)
        return Response(_with_secret(row, secret), status=status.HTTP_201_CREATED)

    @endpoint(responses=shapes.WebhookEndpointSerializer)
    def retrieve(self, request: Request, endpoint_id: UUID) -> Response:
        """One endpoint."""
        return Response(shapes.WebhookEndpointSerializer(selectors.endpoint(self.actor, endpoint_id)).data)

    @endpoint(request=shapes.WebhookEndpointChanges, partial=True, responses=shapes.WebhookEndpointSerializer)
    def partial_update(self, request: Request, endpoint_id: UUID) -> Response:
        """Change an endpoint; pause it with `status: paused`, let it go on with `status: active`."""
        wanted = self.body.pop("status", "")
        row = endpoints.update(actor=self.actor, endpoint_id=endpoint_id, **self.body)
        if wanted == EndpointState.PAUSED:
            row = endpoints.pause(actor=self.actor, endpoint_id=endpoint_id)
        elif wanted == EndpointState.ACTIVE:
            row = endpoints.resume(actor=self.actor, endpoint_id=endpoint_id)
        return Response(shapes.WebhookEndpointSerializer(row).data)

    @endpoint(responses={204: None})
    def destroy(self, request: Request, endpoint_id: UUID) -> Response:
        """Remove an endpoint with its deliveries and receipts."""
        endpoints.delete(actor=self.actor, endpoint_id=endpoint_id)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @endpoint(responses=shapes.WebhookSecretSerializer)
    def rotate_secret(self, request: Request, endpoint_id: UUID) -> Response:
        """Another secret, which is not shown again; the present one signs beside it for 24 hours."""
        return Response(_with_secret(*endpoints.rotate(actor=self.actor, endpoint_id=endpoint_id)))

    @endpoint(responses={202: shapes.WebhookDeliverySerializer})
    @idempotent
    def test(self, request: Request, endpoint_id: UUID) -> Response:
        """Send an event of the type `webhook.test` to this endpoint alone."""
        row = endpoints.test(actor=self.actor, endpoint_id=endpoint_id)
        return Response(shapes.WebhookDeliverySerializer(row).data, status=status.HTTP_202_ACCEPTED)


def _with_secret(row: WebhookEndpoint, secret: str) -> dict[str, Any]:
    return {**shapes.WebhookEndpointSerializer(row).data, "secret": secret}


class WebhookDeliveryViewSet(ActorViewSet):
    """What was sent to endpoints, with receipts."""

    serializer_class = shapes.WebhookDeliverySerializer
    queryset = WebhookDelivery.objects.none()

    @endpoint(query=shapes.WebhookDeliveryQuery)
    def list(self, request: Request) -> Response:
        """Deliveries, the newest first; they are kept for 30 days."""
        return self.paged(selectors.deliveries(self.actor, **self.query))

    @endpoint(responses=shapes.WebhookReceiptSerializer)
    def retrieve(self, request: Request, delivery_id: UUID) -> Response:
        """One delivery with its message and every try."""
        return Response(shapes.WebhookReceiptSerializer(selectors.delivery(self.actor, delivery_id)).data)

    @endpoint(responses={202: shapes.WebhookDeliverySerializer})
    def replay(self, request: Request, delivery_id: UUID) -> Response:
        """Send a message again, with its former `webhook-id`."""
        row = deliveries.replay(actor=self.actor, delivery_id=delivery_id)
        return Response(shapes.WebhookDeliverySerializer(row).data, status=status.HTTP_202_ACCEPTED)

    @endpoint(
        request=shapes.WebhookReplayInput, responses={202: shapes.WebhookReplayedSerializer},
        operation_id="webhook_deliveries_replay_failed",
    )  # fmt: skip
    def replay_failed(self, request: Request) -> Response:
        """Send everything again that failed on its way to an endpoint."""
        policy.require(self.actor, Action.MANAGE_WEBHOOKS)
        count = deliveries.replay_failed(actor=self.actor, **self.body)
        return Response({"replayed": count}, status=status.HTTP_202_ACCEPTED)
