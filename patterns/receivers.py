"""What this app does on signals of lower layers: enqueue a job, in the writer's transaction."""

from typing import Any
from uuid import UUID

from core.actor import Actor
from patterns.services import enqueue_analysis


def measure_prepared_video(sender: object, *, video_id: UUID, actor: Actor, **kwargs: Any) -> None:
    """A video's file is checked and has its previews."""
    enqueue_analysis(actor=actor, video_id=video_id)
