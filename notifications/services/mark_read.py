"""What a person does to their notices."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from core import clock
from core.actor import Actor
from core.errors import NotFound
from notifications import selectors
from notifications.errors import NotificationError
from notifications.models import Notice
from notifications.services.notices import announce


def mark_read(*, actor: Actor, ids: Sequence[UUID]) -> int:
    """Mark one's own notices as read; `NotFound` when one of them is not the actor's. Returns how many were unread."""
    wanted = set(ids)
    mine = selectors.own(actor).filter(pk__in=wanted)
    if mine.count() != len(wanted):
        raise NotFound(
            NotificationError.NOTICE_UNKNOWN, "One of these notices does not exist, or it is somebody else's."
        )
    return _read(actor, wanted)


def mark_all_read(*, actor: Actor) -> int:
    """Mark all of one's notices in this workspace as read. Returns how many were unread."""
    return _read(actor, selectors.notices(actor).values_list("pk", flat=True))


def _read(actor: Actor, ids: "Collection[UUID] | QuerySet[Notice, UUID]") -> int:
    """Mark these as read, with those that they stand for. A bundle counts once."""
    now = clock.now()
    with transaction.atomic():
        rows = Notice.objects.for_workspace(actor.workspace_id).filter(recipient_id=actor.user_id, read_at=None)
        rows.filter(bundle__in=ids).update(read_at=now, updated_at=now)
        count = rows.filter(pk__in=ids).update(read_at=now, updated_at=now)
        if count and actor.user_id is not None:
            announce(actor.workspace_id, actor.user_id)
    return count
