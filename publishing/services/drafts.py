"""Drafts that a composer page saves by itself while a person writes: one per page, however often it is sent.

The page brings the id of its draft (`key`), so a first save whose answer was lost is found again. Nothing here ever
schedules or publishes, and what is scheduled is left alone.
"""

from uuid import UUID

from django.db import IntegrityError, transaction

from core.actor import Actor
from publishing import selectors
from publishing.models import Post
from publishing.services.posts import Content, create_post, update_post
from publishing.states import PostState

FIRST_VERSION = 1


def begun(actor: Actor, key: UUID | None) -> Post | None:
    """The draft that this person's page has begun under this id."""
    if key is None:
        return None
    found = selectors.posts(actor).filter(pk=key, created_by_id=actor.user_id, state=PostState.DRAFT)
    return found.first()


def begin(*, actor: Actor, key: UUID | None, content: Content) -> Post:
    """Make the draft of a page under the page's id, or under another one when that id belongs to something else."""
    try:
        with transaction.atomic():
            return create_post(actor=actor, post_id=key, source=content.source, **content.as_changes())
    except IntegrityError:
        # Two saves of one page at once; or what the page had begun is deleted or on its way by now.
        found = begun(actor, key)
        if found is None:
            return create_post(actor=actor, source=content.source, **content.as_changes())
    return _update(actor, found, FIRST_VERSION, content)


def autosave(
    *, actor: Actor, post_id: UUID | None, key: UUID | None, version: int | None, content: Content
) -> Post | None:
    """Save what a composer holds as a draft; None while there is nothing to save.

    `version` is the one that the page knows. A save that is repeated because its answer never came changes nothing;
    somebody else's newer version is a conflict, and so is a post that is no draft any more.
    """
    post = selectors.post(actor, post_id) if post_id else begun(actor, key)
    if post is not None:
        return _update(actor, post, version, content)
    return None if content.is_empty else begin(actor=actor, key=key, content=content)


def _update(actor: Actor, post: Post, version: int | None, content: Content) -> Post:
    if post.state == PostState.DRAFT and content.is_of(post):
        return post
    return update_post(
        actor=actor, post_id=post.pk, version=version or FIRST_VERSION, only_draft=True, **content.as_changes()
    )
