"""Endpoints of a workspace, the events that happened, and each event's delivery to each endpoint with its receipts.

Endpoint:  active ⇄ paused         (deliveries wait until it is active again)
           active → disabled       (it answered 410, or failed for days) → active
Delivery:  pending ──2xx──▶ delivered
             │ └──no luck in all tries, or the endpoint was disabled──▶ failed
             └◀──replay── delivered, failed
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import WorkspaceModel, WorkspaceOwned


class EndpointState(models.TextChoices):
    """Whether an endpoint is sent to."""

    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    DISABLED = "disabled", "Switched off"


class WebhookEndpoint(WorkspaceModel):
    """An address that wants to hear of events, and the secret that signs what it is sent.

    No `events` means all of them, also those that are invented later. After a rotation the former secret signs as well
    until `former_secret_until`. `failing_since` is when the row of failures began that no success has ended.
    """

    url = models.URLField(max_length=500)
    description = models.CharField(max_length=120, blank=True)
    events: models.JSONField[list[str], list[str]] = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=8, choices=EndpointState.choices, default=EndpointState.ACTIVE)
    problem = models.CharField(max_length=300, blank=True, help_text="Why it was switched off, for a person.")
    secret_sealed = models.TextField(editable=False)
    former_secret_sealed = models.TextField(blank=True, editable=False)
    former_secret_until = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    last_failed_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["workspace", "created_at", "id"], name="webhook_endpoint_oldest")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=EndpointState.values), name="webhook_endpoint_state_known"),
        ]

    def __str__(self) -> str:
        return self.description or self.url

    def wants(self, event: str) -> bool:
        """Whether it subscribed to a type of event."""
        return not self.events or event in self.events


class WebhookEvent(WorkspaceModel):
    """Something that happened, as its message says it: `body` is what is sent, byte for byte, however often.

    `once` names the news that it came from, so that the news make one event however often they are recorded.
    """

    type = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    occurred_at = models.DateTimeField()
    once = models.CharField(max_length=120, editable=False)
    body = models.TextField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["created_at"], name="webhook_event_by_age")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["workspace", "once"], name="webhook_event_once")]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"

    @property
    def message_id(self) -> str:
        """The `webhook-id` header: the same for every try, by which receivers know a message that came twice."""
        return f"msg_{self.pk.hex}"


class DeliveryState(models.TextChoices):
    """Where a delivery stands."""

    PENDING = "pending", "Waiting"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"


class WebhookDelivery(WorkspaceModel):
    """One event on its way to one endpoint. `tries` counts the failures since it was ordered or replayed."""

    event = models.ForeignKey(WebhookEvent, on_delete=models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True, help_text="When it is tried (again).")
    ended_at = models.DateTimeField(null=True, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of the last answer.")
    error = models.CharField(max_length=300, blank=True, help_text="Why the last try did not work, for a person.")

    class Meta:
        verbose_name_plural = "webhook deliveries"
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-created_at", "-id"], name="webhook_delivery_newest"),
            models.Index(fields=["endpoint", "-created_at", "-id"], name="webhook_delivery_of_endpoint"),
            models.Index(
                fields=["endpoint", "next_at", "id"], condition=Q(state="pending"), name="webhook_delivery_due"
            ),
            models.Index(fields=["-created_at", "-id"], name="webhook_delivery_newest_of_all"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "endpoint"], name="webhook_delivery_once"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="webhook_delivery_state_known"),
            models.CheckConstraint(
                condition=Q(state="pending", next_at__isnull=False) | (~Q(state="pending") & Q(next_at__isnull=True)),
                name="webhook_delivery_pending_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Delivery {self.pk}"


class AttemptOutcome(models.TextChoices):
    """How a try ended. An open row has none: the call is under way, or its process died."""

    DELIVERED = "delivered", "Delivered"
    REFUSED = "refused", "Refused"
    NO_ANSWER = "no_answer", "No answer"
    NOT_SENT = "not_sent", "Not sent"
    INTERRUPTED = "interrupted", "Interrupted"


class WebhookAttempt(WorkspaceOwned):
    """The receipt of one try: written before the call, completed after it."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="attempts")
    url = models.URLField(max_length=500)
    headers: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=AttemptOutcome.choices, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    answer = models.TextField(blank=True, help_text="How the answer begins.")

    class Meta:
        ordering = ("id",)
        indexes: ClassVar = [
            models.Index(fields=["delivery", "id"], name="webhook_attempt_of_delivery"),
            models.Index(fields=["delivery"], condition=Q(completed_at__isnull=True), name="webhook_attempt_open"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome__in=["", *AttemptOutcome.values]), name="webhook_attempt_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True, outcome="") | (Q(completed_at__isnull=False) & ~Q(outcome="")),
                name="webhook_attempt_completed_has_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"Try at {self.started_at:%Y-%m-%d %H:%M:%S}"
