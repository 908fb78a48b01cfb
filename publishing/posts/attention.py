"""What needs the person, each reason said once, however many posts wait for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from core import clock
from core.actor import Actor
from publishing.errors import TargetError
from publishing.models import AccountStatus, PostTarget, SocialAccount, in_group
from publishing.states import StateGroup, group_of, shown_state

SHOWN, POSTS = 6, 3
_LOOK_AT = 200
LATELY = timedelta(days=14)
# Reasons of the account: they end with it, and concern every post to it alike.
_OF_THE_ACCOUNT = (TargetError.AUTH_EXPIRED, TargetError.ACCOUNT_TYPE)


@dataclass(slots=True)
class Reason:
    """One thing to see to: its sentence, the posts that wait for it, and the account when that is what is wrong.

    `posts`: the text of each, by id."""

    sentence: str
    state: str
    platform: str
    account: SocialAccount | None = None
    posts: dict[UUID, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.posts)

    @property
    def shown(self) -> list[tuple[UUID, str]]:
        return list(self.posts.items())[:POSTS]

    @property
    def more(self) -> int:
        return max(0, self.count - POSTS)


def reasons(actor: Actor) -> list[Reason]:
    """What needs the person or failed lately, connections that do not work first, the newest first. Two queries."""
    asks = in_group(StateGroup.NEEDS_YOU) | in_group(StateGroup.UNCONFIRMED) | in_group(StateGroup.IN_INBOX)
    failed = in_group(StateGroup.FAILED) & Q(updated_at__gte=clock.now() - LATELY)
    rows = PostTarget.objects.for_workspace(actor.workspace_id).filter(asks | failed, post__deleted_at__isnull=True)
    accounts = SocialAccount.objects.for_workspace(actor.workspace_id).exclude(status=AccountStatus.CONNECTED)
    away = {account.pk: account for account in accounts.order_by("platform", "id")}
    ends = [account for account in away.values() if account.status in (AccountStatus.EXPIRED, AccountStatus.ERROR)]
    found = {account.pk: _broken(account) for account in ends[:SHOWN]}
    newest = rows.order_by("-updated_at", "-id").values_list(*_READ)[:_LOOK_AT]
    return [*_gathered(newest, away, found)][:SHOWN]


def _broken(account: SocialAccount) -> Reason:
    return Reason(account.problem or account.get_status_display(), "needs_you", account.platform, account)


_READ = (
    "account_id", "platform", "state", "asked_at", "error_code", "error_sentence", "note", "post_id", "post__text",
)  # fmt: skip


def _gathered(
    rows: Iterable[tuple[Any, ...]], away: Mapping[UUID, SocialAccount], found: dict[UUID, Reason]
) -> list[Reason]:
    others: dict[tuple[str, str], Reason] = {}
    for account_id, platform, state, asked_at, code, error, note, post_id, text in rows:
        if code in _OF_THE_ACCOUNT and account_id in away:
            reason = found.setdefault(account_id, Reason(error, "needs_you", platform, away[account_id]))
        else:
            group = group_of(state, asked=asked_at is not None, stopped=code != "")
            sentence = error or note or group.label
            reason = others.setdefault((platform, sentence), Reason(sentence, shown_state(state, group), platform))
        reason.posts.setdefault(post_id, text)
    return [*found.values(), *others.values()]
