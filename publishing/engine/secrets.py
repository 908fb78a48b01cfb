"""The secret part of rows: tokens of grants and upload addresses of checkpoints, each sealed for its own field."""

import json
import logging
from uuid import UUID

from core import crypto
from publishing.models import Grant, PostTarget, SocialAccount
from publishing.platforms.base import Checkpoint
from publishing.platforms.errors import ErrorKind, PlatformError

logger = logging.getLogger(__name__)

_GRANT = "publishing.grant"
_ACCOUNT = "publishing.socialaccount"
_TARGET = "publishing.posttarget"


def seal_tokens(grant: Grant, *, access: str | None = None, refresh: str | None = None) -> dict[str, str]:
    """The columns to write. A refresh token is never overwritten with nothing."""
    columns: dict[str, str] = {}
    if access:
        columns["access_sealed"] = crypto.seal(access, model=_GRANT, pk=grant.pk, field="access")
    if refresh:
        columns["refresh_sealed"] = crypto.seal(refresh, model=_GRANT, pk=grant.pk, field="refresh")
    return columns


def access_token(grant: Grant) -> str:
    """The access token in the clear; empty when there is none."""
    return _open(grant.access_sealed, _GRANT, grant.pk, "access")


def refresh_token(grant: Grant) -> str:
    """The refresh token in the clear; empty when there is none."""
    return _open(grant.refresh_sealed, _GRANT, grant.pk, "refresh")


def _open(sealed: str, model: str, pk: UUID, field: str) -> str:
    """A stored secret. One that cannot be read (its key is gone, it was altered) is a matter for a new consent."""
    if not sealed:
        return ""
    try:
        return crypto.unseal(sealed, model=model, pk=pk, field=field)
    except crypto.SecretUnreadable:
        logger.error("A stored secret of %s %s cannot be read.", model, pk)
        sentence = "The stored permission for this account cannot be read any more. Reconnect it."
        raise PlatformError(ErrorKind.AUTH_EXPIRED, sentence, code="grant_unreadable") from None


def seal_account_token(account: SocialAccount, token: str) -> str:
    """An account's own token as the column keeps it."""
    return crypto.seal(token, model=_ACCOUNT, pk=account.pk, field="token") if token else ""


def account_token(account: SocialAccount) -> str:
    """The account's own token in the clear; empty when it has none."""
    return _open(account.token_sealed, _ACCOUNT, account.pk, "token")


def checkpoint_of(target: PostTarget) -> Checkpoint:
    """Where a target's work stands."""
    secret: dict[str, str] = {}
    if target.checkpoint_sealed:
        plain = crypto.unseal(target.checkpoint_sealed, model=_TARGET, pk=target.pk, field="checkpoint")
        secret = json.loads(plain)
    return Checkpoint(dict(target.checkpoint), secret, target.checkpoint_expires_at)


def checkpoint_columns(target: PostTarget, checkpoint: Checkpoint) -> dict[str, object]:
    """The columns that keep a checkpoint."""
    sealed = ""
    if checkpoint.secret:
        sealed = crypto.seal(json.dumps(dict(checkpoint.secret)), model=_TARGET, pk=target.pk, field="checkpoint")
    return {
        "checkpoint": dict(checkpoint.data),
        "checkpoint_sealed": sealed,
        "checkpoint_expires_at": checkpoint.expires_at,
    }
