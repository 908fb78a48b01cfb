"""Making a post and keeping, scheduling or publishing it, all or nothing: for composer, API and autopilot."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import IntegrityError, transaction

from core import idempotency
from core.actor import Actor
from core.errors import Conflict
from publishing import selectors
from publishing.errors import PublishingError
from publishing.models import Post
from publishing.services import drafts, posts, queue_places, queued_posts, schedule
from publishing.services.posts import Content
from publishing.services.schedule import When
from publishing.states import PostState

_USE = "publishing.send"


@dataclass(frozen=True, slots=True)
class Draft:
    """Keep it; it goes out later or never."""


@dataclass(frozen=True, slots=True)
class Now:
    """Publish it to all accounts at once; `once_approved` as in `schedule.publish_now`."""

    once_approved: bool = False


@dataclass(frozen=True, slots=True)
class At:
    """Schedule it, each account at its own time if wanted. Conflicts as in `schedule.schedule_post`."""

    when: When
    per_account: Mapping[UUID, When] = field(default_factory=dict)
    accept_conflicts: bool = True


@dataclass(frozen=True, slots=True)
class Queued:
    """Add it to the queues of its accounts, each at its own next free time. Conflicts as in `At`."""

    accept_conflicts: bool = True


Timing = Draft | Now | At | Queued


@dataclass(frozen=True, slots=True)
class Sent:
    """The post, and sentences that a person should read (none when the call was repeated)."""

    post: Post
    notes: list[str] = field(default_factory=list)


def send(
    *,
    actor: Actor,
    content: Content,
    timing: Timing,
    key: str = "",
    post_id: UUID | None = None,
    version: int | None = None,
    draft_id: UUID | None = None,
) -> Sent:
    """Save a post and let it go out as `timing` says, in one transaction: a refusal leaves nothing behind.

    `post_id` and `version` name a post to change, `draft_id` the draft that a page has begun or begins now; without
    either a new post is made. Called again with the same `key`, content and timing within a day, it answers the same
    post and does nothing, unless that post was taken back and is a draft again.
    """
    name = hashlib.sha256(f"{key}\n{content!r}\n{timing!r}".encode()).hexdigest() if key else ""
    known = _repeated(actor, name, content, timing)
    if known is not None:
        return Sent(known)
    try:
        with transaction.atomic():
            if isinstance(timing, Queued):
                # Before the post is touched: whoever rearranges a queue locks it first too, then its posts.
                queue_places.lock(actor, [item.account_id for item in content.targets])
            post = _save(actor, content, post_id, version, draft_id)
            if name:
                idempotency.remember(actor, _USE, name, {"post_id": str(post.pk)})
            return _go(actor, post, timing)
    except (IntegrityError, Conflict):
        # The same call may have been made at the same moment, and that one was faster.
        known = _repeated(actor, name, content, timing)
        if known is None:
            raise
        return Sent(known)


def _save(actor: Actor, content: Content, post_id: UUID | None, version: int | None, draft_id: UUID | None) -> Post:
    if post_id is not None:
        return posts.update_post(actor=actor, post_id=post_id, version=version, **content.as_changes())
    if draft_id is not None:
        return drafts.begin(actor=actor, key=draft_id, content=content)
    return posts.create_post(actor=actor, source=content.source, **content.as_changes())


def _go(actor: Actor, post: Post, timing: Timing) -> Sent:
    match timing:
        case Draft():
            return Sent(post)
        case Now():
            return Sent(schedule.publish_now(actor=actor, post_id=post.pk, once_approved=timing.once_approved))
        case Queued():
            added = queued_posts.add(actor=actor, post_id=post.pk, accept_conflicts=timing.accept_conflicts)
            return Sent(added.post, list(added.notes))
        case At():
            scheduled, notes = schedule.schedule_post(
                actor=actor,
                post_id=post.pk,
                when=timing.when,
                per_account=timing.per_account,
                accept_conflicts=timing.accept_conflicts,
            )
            return Sent(scheduled, notes)


def _repeated(actor: Actor, name: str, content: Content, timing: Timing) -> Post | None:
    """The post of the first call, when this is a repetition of it."""
    result = idempotency.recall(actor, _USE, name) if name else None
    if result is None:
        return None
    post = selectors.posts(actor).filter(pk=result["post_id"]).first()
    if post is None:
        raise Conflict(
            PublishingError.WRONG_STATE, "This was sent before and deleted since. Write a new post to send it again."
        )
    if post.state == PostState.DRAFT and not (isinstance(timing, Draft) and content.is_of(post)):
        idempotency.forget(actor, _USE, name)
        return None
    return post
