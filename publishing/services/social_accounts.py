"""Accounts that are connected: refreshed, made the default, let go."""

from typing import NoReturn
from uuid import UUID

from django.db import transaction
from django.urls import reverse

from accounts import audit, policy
from accounts.policy import Action
from core import clock
from core.actor import Actor
from core.errors import Conflict, Unavailable
from core.formatting import counted
from publishing import selectors
from publishing.engine import grants, secrets
from publishing.engine.account_calls import ask
from publishing.errors import PublishingError
from publishing.files import avatars
from publishing.models import AccountStatus, SocialAccount
from publishing.platforms.base import AccountInfo
from publishing.platforms.errors import ErrorKind, NoAnswer, NotSent, PlatformError
from publishing.platforms.registry import adapter_for
from publishing.schedule import blocked
from publishing.services import revocation

STAKES_LISTED = 50
DESCRIPTION = ("username", "name", "avatar_url", "profile_url", "follower_count", "facts", "checked_at")


def describe(account: SocialAccount, info: AccountInfo) -> None:
    """Take over what the platform says of an account; nothing is saved."""
    account.username = info.username[:120]
    account.name = info.name[:160]
    account.avatar_url = info.avatar_url[:1000]
    account.profile_url = info.profile_url[:500]
    account.follower_count = info.follower_count
    account.facts = {**account.facts, **info.facts}
    account.checked_at = clock.now()


def disconnect(*, actor: Actor, account_id: UUID, confirmed: bool = False) -> selectors.Stakes:
    """Let an account go: its consent is given back and its tokens are destroyed. Its posts stay where they are.

    Raises `Conflict` with the posts that it would stop, until the person has seen them and `confirmed`.
    """
    policy.require(actor, Action.MANAGE_CONNECTIONS)
    account = selectors.account(actor, account_id)
    if account.status == AccountStatus.DISCONNECTED:
        raise Conflict(PublishingError.ACCOUNT_NOT_CONNECTED, "This account is disconnected already.")
    stakes = selectors.stakes(actor).get(account.pk, selectors.Stakes())
    if stakes.total and not confirmed:
        _refuse_unseen(actor, account, stakes)
    grant = account.grant
    with transaction.atomic():
        SocialAccount.objects.filter(pk=account.pk).update(
            status=AccountStatus.DISCONNECTED,
            grant=None,
            token_sealed="",
            is_default=False,
            problem="",
            updated_at=clock.now(),
        )
        lost = revocation.drop(grant) if grant is not None and not grant.accounts.exists() else None
        audit.record(actor, "account.disconnect", ("social_account", account.pk), {"account": account.handle})
    blocked.follow_accounts([account.pk])
    if lost is not None:
        revocation.tell_platform(lost)
    return stakes


def _refuse_unseen(actor: Actor, account: SocialAccount, stakes: selectors.Stakes) -> NoReturn:
    rows = selectors.at_stake(actor, account.pk)[:STAKES_LISTED]
    uses = [
        {
            "type": "post",
            "id": str(row.post_id),
            "title": str(row.post),
            "status": row.state,
            "scheduled_at": row.due_at.isoformat() if row.due_at else None,
            "url": reverse("post_detail", args=[row.post_id]),
        }
        for row in rows
    ]
    stops = counted(stakes.total, "post")
    sentence = f"Disconnecting {account.handle} would stop {stops}. Look at them, then ask again with confirm=true."
    raise Conflict(PublishingError.ACCOUNT_IN_USE, sentence, {"uses": uses, "total": stakes.total})


def refresh_account(*, actor: Actor, account_id: UUID) -> SocialAccount:
    """Ask the platform again who the account is and how many follow it; proves that the connection works."""
    policy.require(actor, Action.MANAGE_CONNECTIONS)
    return look_at(selectors.account(actor, account_id))


def look_at(account: SocialAccount) -> SocialAccount:
    """Fetch an account's description and keep it. Raises `DomainError` with the reason when it does not work."""
    adapter = adapter_for(account.platform, account.via)
    if account.grant_id is None:
        raise Conflict(PublishingError.ACCOUNT_NOT_CONNECTED, "This account is disconnected. Connect it again first.")
    try:
        info = ask(account, adapter.account)
    except PlatformError as error:
        if error.kind is ErrorKind.ACCOUNT_TYPE:
            _refuse_type(account, error.sentence)
        raise Conflict(PublishingError.ACCOUNT_NOT_CONNECTED, error.sentence, {"platform": error.words}) from None
    except (NoAnswer, NotSent, grants.Busy):
        raise Unavailable(
            PublishingError.CONNECT_FAILED, f"{adapter.label} did not answer. Try again in a moment."
        ) from None
    if info is None:
        raise Conflict(
            PublishingError.ACCOUNT_NOT_CONNECTED,
            f"{adapter.label} does not show {account.handle} for this consent any more.",
        )
    if info.problem:
        _refuse_type(account, info.problem)
    describe(account, info)
    if info.token:
        account.token_sealed = secrets.seal_account_token(account, info.token)
    account.status, account.problem = AccountStatus.CONNECTED, ""
    _keep(account, "token_sealed", "status", "problem", *DESCRIPTION)
    avatars.order(account.pk, account.workspace_id)
    return account


def _refuse_type(account: SocialAccount, sentence: str) -> NoReturn:
    """The account became one that cannot be posted to (a personal Instagram account): say so, with the way out."""
    account.status, account.problem = AccountStatus.ERROR, sentence[:300]
    _keep(account, "status", "problem")
    raise Conflict(PublishingError.ACCOUNT_TYPE, sentence)


def _keep(account: SocialAccount, *fields: str) -> None:
    """Save what was learnt, unless the account was let go or reconnected while its platform was asked."""
    assert account.grant_id is not None
    rows = SocialAccount.objects.filter(pk=account.pk, grant_id=account.grant_id)
    values = {name: getattr(account, name) for name in fields}
    if not rows.exclude(status=AccountStatus.DISCONNECTED).update(**values, updated_at=clock.now()):
        raise Conflict(PublishingError.ACCOUNT_NOT_CONNECTED, "This account was disconnected or reconnected meanwhile.")
    blocked.follow_accounts([account.pk])


def make_default(*, actor: Actor, account_id: UUID) -> SocialAccount:
    """The account that a platform's name alone means."""
    policy.require(actor, Action.MANAGE_CONNECTIONS)
    account = selectors.account(actor, account_id)
    if account.status == AccountStatus.DISCONNECTED:
        raise Conflict(PublishingError.ACCOUNT_NOT_CONNECTED, "This account is disconnected. Connect it again first.")
    with transaction.atomic():
        rows = SocialAccount.objects.for_workspace(actor.workspace_id).filter(platform=account.platform)
        rows.filter(is_default=True).update(is_default=False)
        rows.filter(pk=account.pk).update(is_default=True, updated_at=clock.now())
        audit.record(actor, "account.make_default", ("social_account", account.pk))
    return selectors.account(actor, account_id)
