"""From the news of the floors below to jobs that record them; each does one thing, in the writer's transaction."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from editing import signals as editing
from publishing import signals as publishing
from videos import signals as videos
from webhooks.services import event_recording


@receiver(publishing.posts_changed)
def posts(sender: Any, *, workspace_id: UUID, post_ids: Sequence[UUID], state: str, **_: Any) -> None:
    event_recording.order(f"post.{state}", workspace_id, post_ids)


@receiver(publishing.target_published)
def target_published(sender: Any, *, workspace_id: UUID, target_id: UUID, **_: Any) -> None:
    event_recording.order("target.published", workspace_id, [target_id])


@receiver(publishing.target_failed)
def target_failed(sender: Any, *, workspace_id: UUID, target_id: UUID, **_: Any) -> None:
    event_recording.order("target.failed", workspace_id, [target_id])


@receiver(publishing.account_lost)
def account_lost(sender: Any, *, workspace_id: UUID, account_id: UUID, **_: Any) -> None:
    event_recording.order("account.lost", workspace_id, [account_id])


@receiver(publishing.approval_changed)
def approval_changed(sender: Any, *, workspace_id: UUID, request_id: UUID, event: str, **_: Any) -> None:
    event_recording.order(f"approval.{event}", workspace_id, [request_id])


@receiver(videos.video_processed)
def video_processed(sender: Any, *, workspace_id: UUID, video_id: UUID, **_: Any) -> None:
    event_recording.order("analysis.finished", workspace_id, [video_id])


@receiver(videos.video_failed)
def video_failed(sender: Any, *, workspace_id: UUID, video_id: UUID, **_: Any) -> None:
    event_recording.order("analysis.failed", workspace_id, [video_id])


@receiver(editing.edit_finished)
def edit_finished(sender: Any, *, workspace_id: UUID, edit_id: UUID, **_: Any) -> None:
    event_recording.order("edit.finished", workspace_id, [edit_id])


@receiver(editing.edit_failed)
def edit_failed(sender: Any, *, workspace_id: UUID, edit_id: UUID, **_: Any) -> None:
    event_recording.order("edit.failed", workspace_id, [edit_id])
