"""What needs the person, each reason said once, however many posts wait for it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from core import clock
from core.actor import Actor
from publishing.errors import TargetError
from publishing.models import AccountStatus, Post, PostTarget, SocialAccount, in_group
from publishing.states import Group

SHOWN, POSTS = 6, 3
_LOOK_AT = 200
LATELY = timedelta(days=14)
# Reasons of the account: they end with it, and concern every post to it alike.
_OF_THE_ACCOUNT = (TargetError.AUTH_EXPIRED, TargetError.ACCOUNT_TYPE)


@dataclass(slots=True)
class Reason:
    """One thing to see to: its sentence, the posts that wait for it, and the account when that is what is wrong."""

    sentence: str
    state: str
    platform: str
    account: SocialAccount | None = None
    posts: dict[UUID, Post] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.posts)

    @property
    def shown(self) -> list[Post]:
        return list(self.posts.values())[:POSTS]

    @property
    def more(self) -> int:
        return max(0, self.count - POSTS)


def reasons(actor: Actor) -> list[Reason]:
    """What needs the person or failed lately, connections that do not work first, the newest first. Two queries."""
    asks = in_group(Group.NEEDS_YOU) | in_group(Group.UNCONFIRMED) | in_group(Group.IN_INBOX)
    failed = in_group(Group.FAILED) & Q(updated_at__gte=clock.now() - LATELY)
    rows = PostTarget.objects.for_workspace(actor.workspace_id).filter(asks | failed, post__deleted_at__isnull=True)
    rows = rows.select_related("post", "account").order_by("-updated_at", "-id")[:_LOOK_AT]
    accounts = SocialAccount.objects.for_workspace(actor.workspace_id).filter(
        status__in=[AccountStatus.EXPIRED, AccountStatus.ERROR]
    )
    found = {account.pk: _broken(account) for account in accounts.order_by("platform", "id")[:SHOWN]}
    return [*_gathered(rows, found)][:SHOWN]


def _broken(account: SocialAccount) -> Reason:
    return Reason(account.problem or account.get_status_display(), "needs_you", account.platform, account)


def _gathered(rows: Iterable[PostTarget], found: dict[UUID, Reason]) -> list[Reason]:
    others: dict[tuple[str, str], Reason] = {}
    for row in rows:
        if row.error_code in _OF_THE_ACCOUNT and row.account.status != AccountStatus.CONNECTED:
            reason = found.setdefault(
                row.account_id, Reason(row.error_sentence, "needs_you", row.platform, row.account)
            )
        else:
            sentence = row.error_sentence or row.note or row.status_group.label
            reason = others.setdefault((row.platform, sentence), Reason(sentence, row.shown_state, row.platform))
        reason.posts.setdefault(row.post_id, row.post)
    return [*found.values(), *others.values()]
