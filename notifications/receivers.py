"""From signals of lower layers to mail jobs; each does exactly one thing, in the writer's transaction."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from accounts import signals
from core.actor import Actor
from jobs import enqueue


@receiver(signals.email_verification_wanted)
def mail_verification(sender: Any, *, user_id: UUID, workspace_id: UUID, **_: Any) -> None:
    enqueue(kind="notifications.verify_email", actor=Actor.system(workspace_id), subject=("user", user_id))


@receiver(signals.email_change_wanted)
def mail_new_address(sender: Any, *, user_id: UUID, workspace_id: UUID, email: str, **_: Any) -> None:
    _about_address("notifications.change_email", user_id, workspace_id, {"email": email})


@receiver(signals.email_change_wanted)
def mail_present_address(sender: Any, *, user_id: UUID, workspace_id: UUID, email: str, former: str, **_: Any) -> None:
    _about_address("notifications.email_changing", user_id, workspace_id, {"email": email, "former": former})


@receiver(signals.email_changed)
def mail_former_address(sender: Any, *, user_id: UUID, workspace_id: UUID, former: str, **_: Any) -> None:
    _about_address("notifications.email_changed", user_id, workspace_id, {"former": former})


def _about_address(kind: str, user_id: UUID, workspace_id: UUID, payload: dict[str, str]) -> None:
    enqueue(kind=kind, actor=Actor.system(workspace_id), subject=("user", user_id), payload=payload)


@receiver(signals.password_reset_wanted)
def mail_reset(sender: Any, *, user_id: UUID, workspace_id: UUID, **_: Any) -> None:
    enqueue(kind="notifications.password_reset", actor=Actor.system(workspace_id), subject=("user", user_id))


@receiver(signals.invitation_made)
def mail_invitation(sender: Any, *, invitation_id: UUID, workspace_id: UUID, **_: Any) -> None:
    enqueue(kind="notifications.invitation", actor=Actor.system(workspace_id), subject=("invitation", invitation_id))
