"""Shapes of the webhooks API."""

from typing import Any, ClassVar

from rest_framework import serializers

from core.fields import InstantField
from core.serializers import InputSerializer, PageQuery
from webhooks import catalog
from webhooks.models import (
    AttemptOutcome,
    DeliveryState,
    EndpointState,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)

_EVENTS = [(each.name, each.label) for each in catalog.types().values()]


class WebhookEndpointSerializer(serializers.ModelSerializer[WebhookEndpoint]):
    """An endpoint. No `events` means all of them, also those to come."""

    events = serializers.ListField(child=serializers.CharField())
    status = serializers.ChoiceField(choices=EndpointState.choices, source="state")

    class Meta:
        model = WebhookEndpoint
        fields: tuple[str, ...] = (
            "id", "url", "description", "events", "status", "problem", "failing_since", "former_secret_until",
            "created_at", "updated_at",
        )  # fmt: skip


class WebhookSecretSerializer(WebhookEndpointSerializer):
    """An endpoint with its new secret, which is not shown again."""

    secret = serializers.CharField(help_text="`whsec_…`: what messages are signed with.")

    class Meta(WebhookEndpointSerializer.Meta):
        fields = (*WebhookEndpointSerializer.Meta.fields, "secret")


class WebhookEndpointInput(InputSerializer):
    """A new endpoint."""

    hints: ClassVar = {"address": "url", "name": "description", "types": "events", "event_types": "events"}
    url = serializers.CharField(max_length=500, help_text="An https address on the public internet.")
    description = serializers.CharField(required=False, max_length=120, allow_blank=True, default="")
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=_EVENTS),
        required=False,
        max_length=100,
        default=list,
        help_text="Which events are sent; empty for all.",
    )


class WebhookEndpointChanges(WebhookEndpointInput):
    """What is to change; `status` pauses an endpoint and lets it go on."""

    status = serializers.ChoiceField(required=False, choices=[EndpointState.ACTIVE, EndpointState.PAUSED])


class WebhookDeliveryQuery(PageQuery):
    """Filters of the list."""

    endpoint_id = serializers.UUIDField(required=False)
    status = serializers.ChoiceField(required=False, choices=DeliveryState.choices)
    event = serializers.CharField(required=False, max_length=60, help_text="A type, like `post.published`.")


class WebhookDeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """One event on its way to one endpoint. `message_id` is its `webhook-id` header."""

    endpoint_id = serializers.UUIDField()
    message_id = serializers.CharField(source="event.message_id")
    event = serializers.CharField(source="event.type")
    subject_id = serializers.UUIDField(source="event.subject_id")
    status = serializers.ChoiceField(choices=DeliveryState.choices, source="state")

    class Meta:
        model = WebhookDelivery
        fields: tuple[str, ...] = (
            "id", "endpoint_id", "message_id", "event", "subject_id", "status", "tries", "next_at", "ended_at",
            "http_status", "error", "created_at",
        )  # fmt: skip


class WebhookAttemptSerializer(serializers.ModelSerializer[WebhookAttempt]):
    """The receipt of one try. `answer` is how the endpoint's answer begins."""

    outcome = serializers.ChoiceField(choices=[("", "Under way"), *AttemptOutcome.choices])
    headers = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = WebhookAttempt
        fields = (
            "url", "headers", "started_at", "completed_at", "duration_ms", "outcome", "http_status", "error", "answer",
        )  # fmt: skip


class WebhookReceiptSerializer(WebhookDeliverySerializer):
    """A delivery with the message that is sent and every try."""

    body = serializers.CharField(source="event.body", help_text="The JSON text that is sent and signed.")
    attempts = WebhookAttemptSerializer(many=True)

    class Meta(WebhookDeliverySerializer.Meta):
        fields = (*WebhookDeliverySerializer.Meta.fields, "body", "attempts")


class WebhookReplayInput(InputSerializer):
    """Which failed deliveries are sent again."""

    endpoint_id = serializers.UUIDField()
    since = InstantField(required=False, help_text="Only of events since then.")


class WebhookReplayedSerializer(serializers.Serializer[Any]):
    """How many deliveries are sent again."""

    replayed = serializers.IntegerField()
