"""Tokens that work: read, renewed ahead of their end or after a refusal, under a lease and never in a transaction."""

import logging
import time
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Q

from core import clock, outages
from publishing import signals
from publishing.engine import secrets, sessions
from publishing.models import AccountStatus, Grant, GrantState, SocialAccount
from publishing.platforms.base import Tokens
from publishing.platforms.errors import ErrorKind, NoAnswer, NotSent, PlatformError
from publishing.platforms.http import Caller
from publishing.platforms.registry import ADAPTERS, adapter_for
from publishing.schedule import blocked

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
AHEAD = timedelta(minutes=2)
_POLL_S = 0.1


class Busy(Exception):
    """Somebody else renews this grant and has not finished yet."""


def read(grant_id: UUID) -> Grant:
    """The grant as it is now."""
    return Grant.objects.get(pk=grant_id)


def usable(grant: Grant, *, patience_s: float = 0.0) -> Grant:
    """A grant whose access token lives a while; renewed when it does not. Raises `PlatformError` or `Busy`."""
    if grant.state != GrantState.ACTIVE:
        raise _needs_person(grant)
    if grant.expires_at is None or grant.expires_at > clock.now() + AHEAD or not grant.refresh_sealed:
        return grant
    return renew(grant, patience_s=patience_s)


def renew(grant: Grant, *, patience_s: float = 0.0) -> Grant:
    """New tokens, unless somebody has already fetched them since `grant` was read.

    Whoever comes second waits `patience_s` for the first and then raises `Busy`: a person at a page may wait a moment,
    a worker may not (the first may have been killed, and its lease lives on for a while).

    A refusal that says the consent is gone makes the grant dead and its accounts expired; any other refusal (also a
    5xx, or no answer) leaves both alone.
    """
    token = uuid4()
    if not _take_lease(grant, token):
        return _after_others(grant, patience_s)
    try:
        fresh = read(grant.pk)
        if fresh.token_version != grant.token_version:
            return fresh
        adapter = adapter_for(grant.platform)
        with sessions.caller(grant.platform, grant.login) as http:
            found = adapter.refresh(http, secrets.refresh_token(fresh), clock.now())
            kept = outages.insist(lambda: _keep(fresh, found))
            if adapter.account_tokens:
                _renew_account_tokens(kept, http)
        return kept
    except PlatformError as error:
        if error.kind is ErrorKind.AUTH_EXPIRED:
            mark_dead(grant, error.sentence)
        raise
    except (NoAnswer, NotSent) as error:
        # Nobody knows whether the platform has replaced the refresh token: presenting the old one once more tells.
        label = adapter_for(grant.platform).label
        sentence = f"{label} did not answer while the connection was renewed."
        raise PlatformError(ErrorKind.TRANSIENT, sentence, words=str(error), code="renewal_unanswered") from None
    finally:
        Grant.objects.filter(pk=grant.pk, refresh_lease=token).update(refresh_lease=None, refresh_lease_until=None)


def _take_lease(grant: Grant, token: UUID) -> bool:
    now = clock.now()
    free = Q(refresh_lease__isnull=True) | Q(refresh_lease_until__lt=now)
    rows = Grant.objects.filter(free, pk=grant.pk, token_version=grant.token_version, state=GrantState.ACTIVE)
    return bool(rows.update(refresh_lease=token, refresh_lease_until=now + LEASE))


def _after_others(grant: Grant, patience_s: float) -> Grant:
    """Wait for whoever holds the lease, then take what they fetched."""
    ends_at = time.monotonic() + patience_s
    while True:
        fresh = read(grant.pk)
        if fresh.state != GrantState.ACTIVE:
            raise _needs_person(fresh)
        if fresh.token_version != grant.token_version:
            return fresh
        if fresh.refresh_lease is None or time.monotonic() >= ends_at:
            raise Busy
        time.sleep(_POLL_S)


def _keep(grant: Grant, found: Tokens) -> Grant:
    """Write what came, even if the lease ran out meanwhile: a rotated refresh token exists nowhere else."""
    columns: dict[str, object] = {
        **secrets.seal_tokens(grant, access=found.access, refresh=found.refresh),
        "expires_at": found.expires_at,
        "refreshed_at": clock.now(),
        "problem": "",
    }
    if found.refresh_expires_at is not None:
        columns["refresh_expires_at"] = found.refresh_expires_at
    if found.scopes:
        columns["scopes"] = list(found.scopes)
    rows = Grant.objects.filter(pk=grant.pk, token_version=grant.token_version)
    rows.update(token_version=F("token_version") + 1, updated_at=clock.now(), **columns)
    return read(grant.pk)


def _renew_account_tokens(grant: Grant, http: Caller) -> None:
    """Accounts with tokens of their own get those that the renewed consent gives them."""
    own = {row.external_id: row for row in SocialAccount.objects.filter(grant_id=grant.pk)}
    first = next(iter(own.values()), None)
    if first is None:
        return
    try:
        infos = adapter_for(grant.platform).accounts(sessions.of(first, grant, http))
    except (PlatformError, NoAnswer, NotSent):
        logger.warning("%s did not list the accounts of a renewed consent.", grant.platform)
        return
    for info in infos:
        account = own.get(info.external_id)
        if account is not None and info.token:
            sealed = secrets.seal_account_token(account, info.token)
            SocialAccount.objects.filter(pk=account.pk).update(token_sealed=sealed, updated_at=clock.now())


def replaced(grant: Grant, sentence: str) -> bool:
    """Whether a refused token was replaced meanwhile: that says nothing about the new one. Else the grant is buried."""
    present = read(grant.pk)
    if present.token_version != grant.token_version and present.state == GrantState.ACTIVE:
        return True
    mark_dead(present, sentence)
    return False


def mark_dead(grant: Grant, sentence: str) -> None:
    """The consent is gone: nothing works until the person gives it again."""
    with transaction.atomic():
        rows = Grant.objects.filter(pk=grant.pk, token_version=grant.token_version, state=GrantState.ACTIVE)
        if not rows.update(state=GrantState.DEAD, problem=sentence[:300], updated_at=clock.now()):
            return
        connected, lost = SocialAccount.objects.filter(grant_id=grant.pk, status=AccountStatus.CONNECTED), []
        for account_id, workspace_id in list(connected.values_list("pk", "workspace_id")):
            # Unless it was disconnected or reconnected since it was listed.
            expired = {"status": AccountStatus.EXPIRED, "problem": sentence[:300], "updated_at": clock.now()}
            if connected.filter(pk=account_id).update(**expired):
                lost.append(account_id)
                signals.account_lost.send(SocialAccount, account_id=account_id, workspace_id=workspace_id)
    blocked.follow_accounts(lost)


def reconnected(account: SocialAccount) -> bool:
    """Whether the account was connected since `account` was read. In a transaction: until it ends, nobody can.

    Without the lock a post could be parked just after a reconnect has taken up everything that was parked, for ever.
    """
    row = SocialAccount.objects.select_for_update().only("connected_at").get(pk=account.pk)
    return row.connected_at != account.connected_at


def _needs_person(grant: Grant) -> PlatformError:
    label = adapter_for(grant.platform).label
    sentence = grant.problem or f"Your {label} connection expired. Please reconnect to publish."
    return PlatformError(ErrorKind.AUTH_EXPIRED, sentence, code="grant_dead")


def renewal_due(grant: Grant) -> bool:
    """Whether a grant's access token ends so soon that it should be renewed now."""
    ahead = adapter_for(grant.platform).renew_ahead
    return grant.expires_at is not None and grant.expires_at <= clock.now() + ahead


def due_for_renewal() -> list[Grant]:
    """Active grants whose access token ends soon and that can renew it by themselves, each asked now and then only."""
    now, soon = clock.now(), Q(pk__in=[])
    for name, adapter in ADAPTERS.items():
        rested = Q(refreshed_at__isnull=True) | Q(refreshed_at__lte=now - adapter.renew_ahead / 10)
        soon |= rested & Q(platform=name, expires_at__lte=now + adapter.renew_ahead)
    rows = Grant.objects.filter(soon, state="active", expires_at__isnull=False).exclude(refresh_sealed="")
    return list(rows.order_by("expires_at", "id")[:200])
