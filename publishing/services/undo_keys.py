"""The key that takes a change of posts back: what each was before, and is now, signed and good for ten minutes."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing

from core.errors import ValidationFailed

_SALT = "publishing.undo"
# Longer than the message that offers it stays.
UNDO_WITHIN_S = 10 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class FormerShare:
    """One account's share of a post: its time and zone before a change, its time after it. None: it had no time."""

    target_id: UUID
    before: datetime | None
    zone: str
    after: datetime | None


@dataclass(frozen=True, slots=True)
class FormerPost:
    """One post before a change: its shares' times, its campaign (before, after), the copy that was made of it."""

    post_id: UUID
    shares: Sequence[FormerShare] = ()
    campaign: tuple[str, str] | None = None
    copy_id: UUID | None = None


def make(change: str, posts: Sequence[FormerPost]) -> str:
    """The key of a change that was made to some posts. About 100 characters for a post to two accounts."""
    return signing.dumps([change, [as_json(post) for post in posts]], salt=_SALT, compress=True)


def read(key: str, changes: Collection[str]) -> tuple[str, list[FormerPost]]:
    """The change and the posts of a key, when it is one of these changes. Raises `ValidationFailed`."""
    try:
        change, posts = signing.loads(key, salt=_SALT, max_age=UNDO_WITHIN_S)
    except signing.BadSignature:
        raise _expired() from None
    if change not in changes:
        raise _expired()
    return change, [from_json(post) for post in posts]


def as_json(post: FormerPost) -> list[Any]:
    """A post as a short JSON value, which `from_json` reads."""
    shares = [
        [_short(share.target_id), _number(share.before), share.zone, _number(share.after)] for share in post.shares
    ]
    copy = _short(post.copy_id) if post.copy_id else None
    return [_short(post.post_id), shares, list(post.campaign) if post.campaign else None, copy]


def from_json(value: Sequence[Any]) -> FormerPost:
    """What `as_json` wrote."""
    post_id, shares, campaign, copy = value
    return FormerPost(
        _long(post_id),
        [FormerShare(_long(key), _instant(before), zone, _instant(after)) for key, before, zone, after in shares],
        (campaign[0], campaign[1]) if campaign else None,
        _long(copy) if copy else None,
    )


def _expired() -> ValidationFailed:
    return ValidationFailed("undo_expired", "This can no longer be undone. Change the posts yourself.")


def _short(key: UUID) -> str:
    return urlsafe_b64encode(key.bytes).decode().rstrip("=")


def _long(text: str) -> UUID:
    return UUID(bytes=urlsafe_b64decode(f"{text}=="))


def _number(at: datetime | None) -> int | None:
    """Microseconds since 1970: exact, which a float is not."""
    return None if at is None else (at - _EPOCH) // _MICROSECOND


def _instant(number: int | None) -> datetime | None:
    return None if number is None else _EPOCH + number * _MICROSECOND
