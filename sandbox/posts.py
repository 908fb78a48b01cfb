"""What the imitated platforms hold as posted, and how often the same thing was sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox import audience
from sandbox.audience import Numbers, Received
from sandbox.store import Row, Tx, loads


@dataclass(frozen=True)
class Media:
    """The media of a post; several files share one hash of hashes."""

    sha256: str = ""
    size: int = 0
    duration: float = 0.0
    width: int = 0
    height: int = 0

    @classmethod
    def joined(cls, parts: list[Media]) -> Media:
        if len(parts) <= 1:
            return parts[0] if parts else cls()
        digest = hashlib.sha256("".join(part.sha256 for part in parts).encode()).hexdigest()
        first = parts[0]
        return cls(digest, sum(part.size for part in parts), first.duration, first.width, first.height)


@dataclass(frozen=True)
class Draft:
    platform: str
    account_id: str
    unit_id: str
    kind: str
    caption: str
    live_at: float
    media: Media = Media()
    visibility: str = "public"
    public_at: float | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def content_key(caption: str, media: Media) -> str:
    """Equal for the same text with the same bytes."""
    return hashlib.sha256(f"{' '.join(caption.split())}\n{media.sha256}".encode()).hexdigest()


def duplicate_of(tx: Tx, account_id: str, key: str, window_s: float) -> Row | None:
    """An earlier post of the same content on the account, not older than the window."""
    return tx.one(
        "SELECT * FROM posts WHERE account_id = ? AND content_key = ? AND deleted_at IS NULL AND committed_at > ?"
        " ORDER BY committed_at DESC LIMIT 1",
        account_id,
        key,
        tx.now - window_s,
    )


def note_refused_duplicate(tx: Tx, post: Row) -> None:
    tx.insert(
        "refused_duplicates",
        {"platform": post["platform"], "account_id": post["account_id"], "of_post": post["id"], "at": tx.now},
    )


def add(tx: Tx, post_id: str, draft: Draft) -> None:
    tx.insert(
        "posts",
        {
            "id": post_id,
            "platform": draft.platform,
            "account_id": draft.account_id,
            "unit_id": draft.unit_id,
            "kind": draft.kind,
            "caption": draft.caption,
            "visibility": draft.visibility,
            "committed_at": tx.now,
            "live_at": draft.live_at,
            "public_at": draft.live_at if draft.public_at is None else draft.public_at,
            "media_sha256": draft.media.sha256,
            "media_size": draft.media.size,
            "duration": draft.media.duration,
            "width": draft.media.width,
            "height": draft.media.height,
            "content_key": content_key(draft.caption, draft.media),
            "data": json.dumps(dict(draft.data)),
        },
    )


def get(tx: Tx, platform: str, post_id: str) -> Row | None:
    """A post that is live now."""
    return tx.one(
        "SELECT * FROM posts WHERE id = ? AND platform = ? AND deleted_at IS NULL AND live_at <= ?",
        post_id,
        platform,
        tx.now,
    )


def live(tx: Tx, platform: str, account_id: str, limit: int = 1000) -> list[Row]:
    return tx.all(
        "SELECT * FROM posts WHERE platform = ? AND account_id = ? AND deleted_at IS NULL AND live_at <= ?"
        " ORDER BY live_at DESC, id DESC LIMIT ?",
        platform,
        account_id,
        tx.now,
        limit,
    )


def listed(tx: Tx, platform: str, account_id: str, limit: int = 1000) -> list[Row]:
    """The live posts that the platform's list shows: a list may lag behind by `<platform>.listing_lag_s`."""
    since = tx.now - tx.number(f"{platform}.listing_lag_s")
    return [row for row in live(tx, platform, account_id, limit) if row["live_at"] <= since]


def received(tx: Tx, post: Row) -> Received:
    """A post as its audience sees it."""
    account = tx.account(post["account_id"])
    seed = f"{tx.setting('audience.seed')}:{post['account_id']}:{post['content_key']}"
    return Received(
        platform=data(post).get("network", post["platform"]),
        seed=seed,
        caption=post["caption"],
        duration=post["duration"],
        width=post["width"],
        height=post["height"],
        live_at=post["live_at"],
        followers=account["followers"] if account else 1000,
        timezone=account["timezone"] if account else "UTC",
    )


def numbers(tx: Tx, post: Row, at: float | None = None) -> Numbers:
    """The post's counts now, or at a moment. Private posts have no audience."""
    if post["visibility"] == "private":
        return Numbers()
    age = (tx.now if at is None else at) - post["live_at"]
    moment = post["live_at"] + age * tx.number("audience.speed")
    return audience.numbers(received(tx, post), moment, tx.number("audience.noise"))


def followers(tx: Tx, account_id: str) -> int:
    """Followers now: those of the sample account and those its live posts brought."""
    account = tx.one("SELECT platform, followers FROM accounts WHERE id = ?", account_id)
    if account is None:
        return 0
    gained = sum(numbers(tx, post).follows for post in live(tx, account["platform"], account_id))
    return int(account["followers"]) + gained


def data(post: Row) -> dict[str, Any]:
    return loads(post["data"])


def set_data(tx: Tx, post: Row, **values: Any) -> None:
    tx.update("posts", post["id"], {"data": json.dumps({**data(post), **values})})
