"""Planned posts of an account that cannot post any more: they say so at once, not at their minute."""

from collections.abc import Collection
from uuid import UUID

from core import clock
from jobs import events
from publishing.errors import TargetError
from publishing.models import AccountStatus, Post, PostTarget, SocialAccount
from publishing.platforms.registry import adapter_for
from publishing.states import TargetState
from publishing.transitions import refresh_posts


def follow_accounts(account_ids: Collection[UUID]) -> int:
    """Let the planned targets of accounts say whether their account can post. How many of them changed.

    To be called by whoever changes an account's status, in the same transaction.
    """
    changed: set[UUID] = set()
    count = 0
    for account in SocialAccount.objects.filter(pk__in=account_ids):
        code, sentence = standing(account)
        rows = PostTarget.objects.filter(account_id=account.pk, state=TargetState.SCHEDULED)
        rows = rows.exclude(error_code=code, error_sentence=sentence)
        posts = set(rows.values_list("post_id", flat=True))
        # Posts first, in the order of their keys: the same order as everywhere, so that nobody waits in a circle.
        list(Post.objects.select_for_update().filter(pk__in=posts).order_by("pk").values_list("pk"))
        count += rows.update(error_code=code, error_sentence=sentence, error_words="", updated_at=clock.now())
        changed |= posts
    refresh_posts(changed)
    events.send_many([("post", post_id, "post.state", {"state": TargetState.SCHEDULED.value}) for post_id in changed])
    return count


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
