"""From news of lower floors to mail jobs; each does exactly one thing, in the writer's transaction."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from accounts import signals
from core.actor import Actor
from jobs import enqueue


@receiver(signals.email_verification_wanted)
def mail_verification(sender: Any, *, user_id: UUID, workspace_id: UUID, **_: Any) -> None:
    enqueue(kind="notifications.verify_email", actor=Actor.system(workspace_id), subject=("user", user_id))


@receiver(signals.password_reset_wanted)
def mail_reset(sender: Any, *, user_id: UUID, workspace_id: UUID, **_: Any) -> None:
    enqueue(kind="notifications.password_reset", actor=Actor.system(workspace_id), subject=("user", user_id))


@receiver(signals.invitation_made)
def mail_invitation(sender: Any, *, invitation_id: UUID, workspace_id: UUID, **_: Any) -> None:
    enqueue(kind="notifications.invitation", actor=Actor.system(workspace_id), subject=("invitation", invitation_id))
