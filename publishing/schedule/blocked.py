"""Planned posts of an account that cannot post any more: they say so at once, not at their minute."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from core import clock
from jobs import events
from publishing.errors import TargetError
from publishing.models import AccountStatus, PostTarget, SocialAccount
from publishing.platforms.registry import adapter_for
from publishing.states import TargetState
from publishing.transitions import lock_posts, refresh_posts


def follow_accounts(account_ids: Collection[UUID]) -> int:
    """Let the planned targets of accounts say whether their account can post. How many of them changed.

    To be called by whoever has changed an account's status, once that is committed: it locks posts, which nobody should
    do while holding others. `catch_up` does what a process left undone that died in between.
    """
    count = 0
    for account in SocialAccount.objects.filter(pk__in=account_ids):
        code, sentence = standing(account)
        rows = PostTarget.objects.filter(account_id=account.pk, state=TargetState.SCHEDULED)
        rows = rows.exclude(error_code=code, error_sentence=sentence)
        with transaction.atomic():
            changed = lock_posts(rows.values("post_id"))
            count += rows.update(error_code=code, error_sentence=sentence, error_words="", updated_at=clock.now())
            refresh_posts(changed)
        state = {"state": TargetState.SCHEDULED.value}
        events.publish_events([("post", post_id, "post.state", state) for post_id in changed])
    return count


def catch_up() -> int:
    """Accounts whose planned targets say something else than they do; in the system scope. How many targets changed."""
    planned = PostTarget.objects.filter(state=TargetState.SCHEDULED)
    silent = planned.filter(error_code="").exclude(account__status=AccountStatus.CONNECTED)
    loud = planned.exclude(error_code="").filter(account__status=AccountStatus.CONNECTED)
    ids = {*silent.values_list("account_id", flat=True)[:500], *loud.values_list("account_id", flat=True)[:500]}
    return follow_accounts(ids)


def standing(account: SocialAccount) -> tuple[str, str]:
    """Code and sentence for what is planned; both empty when the account can post."""
    label = adapter_for(account.platform, account.via).label
    if account.status == AccountStatus.CONNECTED:
        return "", ""
    if account.status == AccountStatus.ERROR:
        return TargetError.ACCOUNT_TYPE, account.problem or f"{label} does not let this account be posted to."
    what = "is disconnected" if account.status == AccountStatus.DISCONNECTED else "needs to be connected again"
    sentence = f"{account.handle} {what} on {label}. Connect it before the post's time, and it goes out as planned."
    return TargetError.AUTH_EXPIRED, sentence
