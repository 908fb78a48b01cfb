"""Notices about posts and connections. Each function writes in the transaction that ends its job.

A post is told of as a whole, once nothing of it is about to change: what is live, what failed and why, what is still
to come. Which accounts ended, and when, names the event, so that the same outcome is told once and a new one again.
"""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

import jobs
from core import clock, formatting
from core.actor import Actor
from notifications import selectors as notices
from notifications.models import NoticeKind
from notifications.services import Message, notify
from publishing import selectors
from publishing.errors import TargetError
from publishing.models import Grant, GrantState, Post, PostTarget, SocialAccount
from publishing.platforms.registry import adapter_for
from publishing.states import PostState, StateGroup, TargetState

POST = "publish.tell_post"
TARGET = "publish.tell_target"
CONNECTED = "publish.tell_connected"
LOST = "publish.tell_lost"
EXPIRING = "publish.tell_expiring"
AHEAD = timedelta(days=7)
# Nobody wants two notices about one post within the hour.
SOON = timedelta(hours=1)
_ENDED = (TargetState.PUBLISHED, TargetState.IN_INBOX, TargetState.FAILED)
# How a post stands as a whole decides how it is told of; what is not here is not told of yet.
_KINDS: dict[PostState, NoticeKind] = {
    PostState.PUBLISHED: NoticeKind.POST_PUBLISHED,
    PostState.PARTIALLY_PUBLISHED: NoticeKind.POST_PARTLY_FAILED,
    PostState.FAILED: NoticeKind.POST_FAILED,
    PostState.NEEDS_YOU: NoticeKind.ACTION_REQUIRED,
    PostState.IN_INBOX: NoticeKind.ACTION_REQUIRED,
    PostState.WAITING: NoticeKind.POST_PARTLY_OUT,
    PostState.SCHEDULED: NoticeKind.POST_PARTLY_OUT,
}
_TITLES = {PostState.PUBLISHED: "Published", PostState.FAILED: "Failed", PostState.IN_INBOX: "In your TikTok inbox"}


def post(post_id: UUID) -> None:
    """How a post went, to whoever made it. It is judged by `Post.state`, as its page and every list judge it."""
    found = Post.objects.filter(pk=post_id, deleted_at__isnull=True).prefetch_related("targets__account").first()
    if found is None:
        return
    rows = sorted(found.targets.all(), key=lambda row: (row.platform, row.pk))
    ended = [row for row in rows if row.state in _ENDED]
    kind = _KINDS.get(PostState(found.state))
    if not ended or kind is None or any(_about_to_change(row) for row in rows):
        return
    if any(row.state == TargetState.FAILED for row in ended) and kind == NoticeKind.POST_PARTLY_OUT:
        kind = NoticeKind.POST_PARTLY_FAILED
    title = _TITLES.get(PostState(found.state)) if len({row.status_group for row in rows}) == 1 else None
    message = Message(
        kind=kind,
        once=f"post:{found.pk}:{_outcome(ended)}",
        title=f"{title or selectors.summary(found).rstrip('.')}: {_name(found)}",
        text="\n".join(_line(row) for row in rows),
        link=reverse("post_detail", args=[found.pk]),
    )
    notify(workspace_id=found.workspace_id, message=message, to=found.created_by_id)


def _about_to_change(row: PostTarget) -> bool:
    if row.status_group == StateGroup.WAITING:
        return row.next_at is not None and row.next_at < clock.now() + SOON
    return row.status_group in (StateGroup.PUBLISHING, StateGroup.UNCONFIRMED)


def _outcome(ended: list[PostTarget]) -> str:
    parts = sorted(f"{row.pk} {row.state} {row.finished_at}" for row in ended)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _name(found: Post) -> str:
    return f"“{formatting.excerpt(found.text)}”" if found.text.strip() else "a post without text"


def _where(account: SocialAccount) -> str:
    return f"{adapter_for(account.platform, account.via).label} {account.handle}"


def _line(row: PostTarget) -> str:
    if row.state == TargetState.PUBLISHED:
        return f"{_where(row.account)}: live {row.permalink}".rstrip()
    if row.state == TargetState.IN_INBOX:
        return f"{_where(row.account)}: {row.note}"
    what = row.error_sentence or row.status_group.label
    return f"{_where(row.account)}: {what}"


def target(target_id: UUID) -> None:
    """A post needs a person: reconnect, change the account, or say whether it is live."""
    rows = PostTarget.objects.select_related("post", "account__grant")
    found = rows.filter(pk=target_id, post__deleted_at__isnull=True).first()
    if found is None or not (found.waits_for_answer or found.state == TargetState.ACTION_REQUIRED):
        return
    label, name = adapter_for(found.platform, found.account.via).label, _name(found.post)
    if found.waits_for_answer:
        once, title = f"asks:{found.pk}:{found.asked_at}", f"Is it live on {label}? {name}"
    elif found.error_code == TargetError.AUTH_EXPIRED and found.account.grant is not None:
        # Many posts may wait for one connection: it is told of once.
        message = _loss(found.account)
        notify(workspace_id=found.workspace_id, message=message, to=found.post.created_by_id)
        return
    else:
        once, title = f"needs:{found.pk}:{found.queued_at}", f"{_where(found.account)} needs you: {name}"
    link = reverse("post_detail", args=[found.post_id])
    message = Message(NoticeKind.ACTION_REQUIRED, once, title, found.error_sentence, link)
    notify(workspace_id=found.workspace_id, message=message, to=found.post.created_by_id)


def connected(account_id: UUID) -> None:
    """Somebody connected an account: every admin learns of it, so that none comes in unseen.

    Reconnecting keeps the grant, so it is no new event; a grant given after a disconnection is another one.
    """
    account = SocialAccount.objects.select_related("grant__connected_by").filter(pk=account_id).first()
    if account is None:
        return
    person = account.grant.connected_by if account.grant else None
    who = person.get_full_name() if person else "Somebody"
    text = f"{who} connected it. Posts can go there now. If nobody of you did this, disconnect it and change passwords."
    once = f"connected:{account.pk}:{account.grant_id}"
    message = Message(NoticeKind.CONNECTION_MADE, once, f"{_where(account)} was connected", text, _card(account))
    notify(workspace_id=account.workspace_id, message=message, admins=True)


def lost(account_id: UUID) -> None:
    """A connection is dead until a person gives a new consent: told to every admin."""
    account = SocialAccount.objects.select_related("grant").filter(pk=account_id, grant__isnull=False).first()
    if account is not None and account.grant is not None and account.grant.state == GrantState.DEAD:
        notify(workspace_id=account.workspace_id, message=_loss(account), admins=True)


def _loss(account: SocialAccount) -> Message:
    version = account.grant.token_version if account.grant else 0
    title = f"Reconnect {_where(account)}"
    text = f"{account.problem}\nPosts for it wait, and continue automatically once it is connected again.".lstrip()
    once = f"lost:{account.pk}:{account.grant_id}:{version}"
    return Message(NoticeKind.ACTION_REQUIRED, once, title, text, _card(account))


def _card(account: SocialAccount) -> str:
    return f"{reverse('connections')}#account-{account.pk}"


def _ends_name(grant: Grant) -> str:
    return f"ends:{grant.pk}:{grant.ends_at:%Y-%m-%d}"


def order_expiring() -> int:
    """A job for each connection that a person must renew within seven days and that nobody was told of yet."""
    now = clock.now()
    soon = Q(refresh_expires_at__gt=now, refresh_expires_at__lte=now + AHEAD) | Q(
        refresh_expires_at=None, refresh_sealed="", expires_at__gt=now, expires_at__lte=now + AHEAD
    )
    count = 0
    for grant in Grant.objects.filter(soon, state=GrantState.ACTIVE).order_by("id"):
        if not notices.sent_already(grant.workspace_id, [_ends_name(grant)]):
            actor, subject = Actor.system(grant.workspace_id), ("grant", grant.pk)
            jobs.enqueue(kind=EXPIRING, actor=actor, subject=subject, unique_key=f"tell:{grant.pk}")
            count += 1
    return count


def expiring(grant_id: UUID) -> None:
    """A connection will need a person within seven days."""
    grant = Grant.objects.filter(pk=grant_id, state=GrantState.ACTIVE).first()
    if grant is None or grant.ends_at is None or grant.ends_at > clock.now() + AHEAD:
        return
    accounts = list(grant.accounts.order_by("username", "id"))
    if not accounts:
        return
    names = ", ".join(account.handle for account in accounts)
    label = adapter_for(grant.platform).label
    text = (
        f"{label} asks for a new consent by {grant.ends_at:%-d %B %Y}. Press Reconnect before then, and no post waits. "
        f"It concerns {names}."
    )
    title = f"Reconnect {label} by {grant.ends_at:%-d %B}"
    message = Message(NoticeKind.CONNECTION_EXPIRING, _ends_name(grant), title, text, _card(accounts[0]))
    notify(workspace_id=grant.workspace_id, message=message, admins=True)


NOTIFIERS: dict[str, Callable[[UUID], None]] = {
    POST: post,
    TARGET: target,
    CONNECTED: connected,
    LOST: lost,
    EXPIRING: expiring,
}
