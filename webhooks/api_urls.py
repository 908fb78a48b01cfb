"""Routes of the webhooks API, relative to /api/v1/."""

from django.urls import path

from webhooks.viewsets import WebhookDeliveryViewSet as Deliveries
from webhooks.viewsets import WebhookEndpointViewSet as Endpoints

_ENDPOINT = "webhook-endpoints/<uuid:endpoint_id>"
_DELIVERY = "webhook-deliveries/<uuid:delivery_id>"

urlpatterns = [
    path("webhook-endpoints", Endpoints.as_view({"get": "list", "post": "create"}), name="api-webhook-endpoints"),
    path(
        _ENDPOINT,
        Endpoints.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="api-webhook-endpoint",
    ),
    path(f"{_ENDPOINT}/rotate-secret", Endpoints.as_view({"post": "rotate_secret"}), name="api-webhook-rotate-secret"),
    path(f"{_ENDPOINT}/test", Endpoints.as_view({"post": "test"}), name="api-webhook-test"),
    path("webhook-deliveries", Deliveries.as_view({"get": "list"}), name="api-webhook-deliveries"),
    path("webhook-deliveries/replay", Deliveries.as_view({"post": "replay_failed"}), name="api-webhook-replay-failed"),
    path(_DELIVERY, Deliveries.as_view({"get": "retrieve"}), name="api-webhook-delivery"),
    path(f"{_DELIVERY}/replay", Deliveries.as_view({"post": "replay"}), name="api-webhook-replay"),
]
