"""From publishing's own signals to the jobs that tell people; each does one thing, in the writer's transaction."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

import jobs
from core.actor import Actor
from publishing import signals
from publishing.files import avatars
from publishing.notices import notify
from publishing.states import FINISHED
from publishing.states import TargetState as S

# What ends, or stops until a person acts, may be the last that the news of a post waited for.
_STOPS = frozenset({*FINISHED, S.ACTION_REQUIRED})


@receiver(signals.target_changed)
def notify_of_post(sender: Any, *, post_id: UUID, workspace_id: UUID, state: str, **_: Any) -> None:
    if state in _STOPS:
        _order_post(post_id, workspace_id)


@receiver(signals.target_asks)
def notify_of_question(sender: Any, *, post_id: UUID, workspace_id: UUID, **_: Any) -> None:
    _order_post(post_id, workspace_id)


def _order_post(post_id: UUID, workspace_id: UUID) -> None:
    jobs.enqueue(
        kind=notify.POST, actor=Actor.system(workspace_id), subject=("post", post_id), unique_key=f"tell:{post_id}"
    )


@receiver(signals.target_asks)
def notify_of_target(sender: Any, *, target_id: UUID, workspace_id: UUID, **_: Any) -> None:
    jobs.enqueue(
        kind=notify.TARGET,
        actor=Actor.system(workspace_id),
        subject=("post_target", target_id),
        unique_key=f"tell:{target_id}",
    )


@receiver(signals.account_connected)
def notify_of_connection(sender: Any, *, account_id: UUID, workspace_id: UUID, **_: Any) -> None:
    jobs.enqueue(kind=notify.CONNECTED, actor=Actor.system(workspace_id), subject=("social_account", account_id))


@receiver(signals.account_lost)
def notify_of_loss(sender: Any, *, account_id: UUID, workspace_id: UUID, **_: Any) -> None:
    jobs.enqueue(kind=notify.LOST, actor=Actor.system(workspace_id), subject=("social_account", account_id))


@receiver(signals.account_connected)
def fetch_picture(sender: Any, *, account_id: UUID, workspace_id: UUID, **_: Any) -> None:
    avatars.order(account_id, workspace_id)
