"""What an adapter works with during a call: the right app's caller, the account's token, its files."""

from collections.abc import Callable, Iterator
from datetime import datetime

from core import clock
from publishing.engine import secrets
from publishing.files import deliveries
from publishing.models import Grant, SocialAccount
from publishing.platforms.base import MediaSpec, Session
from publishing.platforms.http import Caller
from publishing.platforms.registry import adapter_for
from publishing.schedule import specs

Read = Callable[[MediaSpec, int, int], Iterator[bytes]]


def no_bytes(media: MediaSpec, offset: int, length: int) -> Iterator[bytes]:
    """For calls that send no file."""
    return iter(())


def caller(platform: str, login: str = "") -> Caller:
    """A caller with the hosts and credentials of the way by which a consent came."""
    return Caller(platform, app=adapter_for(platform).way(login).app)


def of(
    account: SocialAccount, grant: Grant, http: Caller, read: Read = no_bytes, sent_at: datetime | None = None
) -> Session:
    """A session for one account by its present tokens."""
    person = secrets.access_token(grant)
    return Session(
        http,
        secrets.account_token(account) or person,
        specs.account_ref(account),
        clock.now(),
        read,
        deliveries.link,
        grant.login,
        person,
        sent_at,
    )
