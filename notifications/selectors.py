"""Reads of notices, scoped to one person in one workspace."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from accounts import policy
from accounts.policy import Action
from core.actor import Actor
from core.errors import NotFound
from notifications.models import Notice, NoticeKind

COUNT_CAP = 100


def own(actor: Actor) -> QuerySet[Notice]:
    """Everything that the app shows the actor in this workspace, also what a newer notice stands for."""
    policy.require(actor, Action.READ)
    return Notice.objects.for_workspace(actor.workspace_id).filter(recipient_id=actor.user_id, shown=True)


def notice(actor: Actor, notice_id: UUID) -> Notice:
    """One of the actor's own; `NotFound` otherwise."""
    found = own(actor).filter(pk=notice_id).first()
    if found is None:
        raise NotFound
    return found


def notices(actor: Actor, *, unread: bool = False, kind: str = "") -> QuerySet[Notice]:
    """The actor's own notices in this workspace that the app shows, newest first; those of a bundle as one."""
    rows = own(actor).filter(bundle=None)
    if unread:
        rows = rows.filter(read_at=None)
    if kind in NoticeKind.values:
        rows = rows.filter(kind=kind)
    return rows.order_by("-created_at", "-id")


def unread_count(actor: Actor) -> int:
    """How many the person has not read, counted up to 100: more is shown as "99+"."""
    return len(notices(actor, unread=True).order_by().values_list("pk", flat=True)[:COUNT_CAP])


def sent_already(workspace_id: UUID, once: Iterable[str]) -> set[str]:
    """Which of these events somebody was notified of already."""
    rows = Notice.objects.for_workspace(workspace_id).filter(once__in=list(once))
    return set(rows.values_list("once", flat=True).distinct())
