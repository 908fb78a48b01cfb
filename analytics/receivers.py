"""A post went live: its numbers are followed from now on."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from core.actor import Actor
from jobs import enqueue
from publishing.signals import target_published


@receiver(target_published)
def follow(sender: Any, *, target_id: UUID, workspace_id: UUID, **_: Any) -> None:
    enqueue(
        kind="analytics.follow",
        actor=Actor.system(workspace_id),
        subject=("target", target_id),
        unique_key=f"analytics.follow:{target_id}",
    )
