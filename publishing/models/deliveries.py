"""Delivery copies: what a platform is given for one target, and for how long it is kept."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.models import WorkspaceModel
from publishing.models.posts import PostTarget


class DeliveryState(models.TextChoices):
    """Whether the bytes to be delivered are there."""

    READY = "ready", "Ready"
    MAKING = "making", "Being converted"
    FAILED = "failed", "Failed"


class Delivery(WorkspaceModel):
    """One file of one target as it is delivered: the original by reference, or a converted copy (`file`).

    `recipe` says how the copy is made of the original; empty means that the original goes out as it is. The row and
    its copy go some days after the target has ended, the original stays.
    """

    target = models.ForeignKey(PostTarget, on_delete=models.CASCADE, related_name="deliveries")
    source = models.ForeignKey("media.MediaFile", on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey("media.MediaFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recipe = models.JSONField(default=dict, blank=True)
    recipe_key = models.CharField(max_length=64, blank=True, help_text="Equal recipes have equal keys.")
    state = models.CharField(max_length=8, choices=DeliveryState.choices, default=DeliveryState.READY)
    sentence = models.CharField(max_length=300, blank=True, help_text="What was converted, or why it could not be.")

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["target", "source", "recipe_key"], name="delivery_once"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="delivery_state_known"),
        ]
        indexes: ClassVar = [models.Index(fields=["source", "recipe_key"], name="delivery_by_recipe")]

    def __str__(self) -> str:
        return f"{self.source_id} for {self.target_id}"
