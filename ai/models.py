"""Stored answers and the ledger of every question asked.

A `ResponseTemplate` answers a later, similar request of the same workspace without asking a model again. A
`LedgerEntry` is written for every question, whatever became of it, and never changed.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.models import WorkspaceModel, WorkspaceOwned


class ResponseTemplate(WorkspaceModel):
    """An answer that may serve again. `version` counts edits; `schema_digest` pins the purpose's answer schema."""

    class Source(models.TextChoices):
        MODEL = "model", "A model's answer"
        MANUAL = "manual", "Written by hand"

    purpose = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, help_text="Of the exact fields, hard tokens and schema.")
    schema_digest = models.CharField(max_length=16)
    request = models.JSONField(default=dict)
    normalised_text = models.TextField(blank=True)
    answer = models.JSONField(default=dict)
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.MODEL)
    provider = models.CharField(max_length=32, blank=True)
    model = models.CharField(max_length=120, blank=True)
    version = models.PositiveIntegerField(default=1)
    hit_count = models.PositiveIntegerField(default=0)
    last_hit_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["workspace", "purpose", "digest"], name="ai_template_lookup"),
            models.Index(fields=["expires_at"], name="ai_template_expiry"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(source__in=["model", "manual"]), name="ai_template_source_known"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} v{self.version}"


class LedgerEntry(WorkspaceOwned):
    """One question: who asked what, who answered, what it cost. Append-only. `cost_micro_usd` null = price unknown."""

    class Outcome(models.TextChoices):
        OK = "ok", "Answered"
        REPAIRED = "repaired", "Answered after one repair"
        INVALID = "invalid", "Answer not usable"
        REFUSED = "refused", "Model refused"
        THROTTLED = "throttled", "Provider throttled"
        UNAVAILABLE = "unavailable", "Provider unavailable"
        BUDGET = "budget", "Stopped by budget or plan"

    user_id = models.UUIDField(null=True, blank=True)
    purpose = models.CharField(max_length=64)
    provider = models.CharField(max_length=32)
    model = models.CharField(max_length=120, blank=True)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    cost_micro_usd = models.BigIntegerField(null=True, blank=True)
    cached = models.BooleanField(default=False)
    offline = models.BooleanField(default=False)
    duration_ms = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    template_id = models.UUIDField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "ledger entries"
        indexes: ClassVar = [
            models.Index(fields=["workspace", "-at"], name="ai_ledger_by_workspace"),
            models.Index(fields=["-at"], name="ai_ledger_by_time"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(outcome__in=["ok", "repaired", "invalid", "refused", "throttled", "unavailable", "budget"]),
                name="ai_ledger_outcome_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.outcome} {self.at:%Y-%m-%d %H:%M}"
