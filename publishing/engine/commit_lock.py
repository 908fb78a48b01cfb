"""Steps that may become public are serial for each account: a lock that one target holds at a time."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from core import clock
from publishing.models import PostTarget, SocialAccount

HOLD = timedelta(minutes=10)


def acquire(target: PostTarget) -> bool:
    """Take the account's lock for this target (again, if it already holds it)."""
    now = clock.now()
    free = Q(commit_lease__isnull=True) | Q(commit_lease_until__lt=now) | Q(commit_lease=target.pk)
    rows = SocialAccount.objects.filter(free, pk=target.account_id)
    return bool(rows.update(commit_lease=target.pk, commit_lease_until=now + HOLD))


def release(target_id: UUID, account_id: UUID) -> None:
    """Give the lock back, if this target holds it."""
    SocialAccount.objects.filter(pk=account_id, commit_lease=target_id).update(
        commit_lease=None, commit_lease_until=None
    )
