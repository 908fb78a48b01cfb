"""From publishing's signals to the jobs that ask for approval and tell people, in the writer's transaction."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from publishing import signals
from publishing.approvals import news, requests
from publishing.states import TargetState


@receiver(signals.target_changed)
def ask(sender: Any, *, post_id: UUID, workspace_id: UUID, state: str, **_: Any) -> None:
    if state == TargetState.NEEDS_APPROVAL:
        requests.order(post_id, workspace_id)


@receiver(signals.approval_changed)
def tell(sender: Any, *, request_id: UUID, workspace_id: UUID, event: str, **_: Any) -> None:
    news.order(request_id, workspace_id, event)
