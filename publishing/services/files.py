"""Deleting files of the media library: refused while a post still needs them, undone within a day."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from accounts import policy
from accounts.policy import Action
from core import clock, hooks
from core.actor import Actor
from core.errors import Conflict, NotFound
from media import trash, uses
from media.errors import MediaError
from media.models import MediaFile
from publishing.models import Delivery, Post, PostMedia, PostTarget
from publishing.states import EDITABLE, IN_FLIGHT, PLANNED

# Rows that only remember what was sent.
MEMORIES = (PostMedia, Delivery)
_THUMBNAIL = "thumbnail_file_id"


@dataclass(frozen=True, slots=True)
class PostUse:
    """A post that shows a file, or has it as its thumbnail. `needed`: something of it has not gone out yet."""

    post_id: UUID
    text: str
    needed: bool


def uses_of(actor: Actor, files: Iterable[MediaFile]) -> dict[UUID, list[PostUse]]:
    """The posts of each file, newest first. Two queries."""
    policy.require(actor, Action.READ)
    return _uses(actor.workspace_id, [file.pk for file in files])


def _uses(workspace_id: UUID, file_ids: Collection[UUID]) -> dict[UUID, list[PostUse]]:
    by_text = {str(key): key for key in file_ids}
    if not by_text:
        return {}
    targets = PostTarget.objects.for_workspace(workspace_id).filter(post__deleted_at__isnull=True)
    found: dict[UUID, dict[UUID, PostUse]] = {}
    shown = PostMedia.objects.for_workspace(workspace_id).filter(
        file_id__in=by_text.values(), post__deleted_at__isnull=True
    )
    posts: dict[UUID, set[UUID]] = {}
    for post_id, file_id in shown.values_list("post_id", "file_id"):
        posts.setdefault(post_id, set()).add(file_id)
    # Naming the key lets the few targets with a thumbnail be found by an index of their own.
    thumbs = Q(options__has_key=_THUMBNAIL, options__thumbnail_file_id__in=list(by_text))
    rows = targets.filter(thumbs | Q(post_id__in=posts)).order_by("-post_id", "id")
    for post_id, text, state, key in rows.values_list("post_id", "post__text", "state", f"options__{_THUMBNAIL}"):
        thumbnail = by_text.get(str(key or ""))
        for file_id in posts.get(post_id, set()) | ({thumbnail} if thumbnail else set()):
            known = found.setdefault(file_id, {}).get(post_id)
            # A failed share can still be tried again, but a person who deletes its file has decided against it.
            needed = state in EDITABLE | IN_FLIGHT or bool(known and known.needed)
            found[file_id][post_id] = PostUse(post_id, text, needed)
    return {file_id: list(by_post.values()) for file_id, by_post in found.items()}


def needs_of(workspace_id: UUID, file_ids: Collection[UUID]) -> list[hooks.FileUse]:
    """The posts that have not ended and need one of these files; a draft without accounts is one."""
    needing = {use.post_id for uses in _uses(workspace_id, file_ids).values() for use in uses if use.needed}
    drafts = Q(media__file_id__in=file_ids, targets__isnull=True, deleted_at__isnull=True)
    found = Post.objects.for_workspace(workspace_id).filter(Q(pk__in=needing) | drafts).distinct().in_bulk()
    shares: dict[UUID, list[PostTarget]] = {key: [] for key in found}
    for row in PostTarget.objects.for_workspace(workspace_id).filter(post_id__in=found).order_by("due_at", "id"):
        shares[row.post_id].append(row)
    ways = [_need(post, shares[post.pk]) for post in found.values()]
    return sorted(ways, key=lambda use: (use.at is None, use.at or clock.now(), use.id))


def _need(post: Post, shares: Sequence[PostTarget]) -> hooks.FileUse:
    states = {row.state for row in shares}
    how = "is going out in" if states & IN_FLIGHT else "is planned in" if states & PLANNED else "is used in"
    due = min((row.due_at for row in shares if row.due_at and row.state in EDITABLE | IN_FLIGHT), default=None)
    return hooks.FileUse("post", post.pk, str(post), post.state, how, reverse("post_detail", args=[post.pk]), due)


def get(actor: Actor, file_id: UUID, state: str = MediaFile.State.READY) -> MediaFile:
    """A file of the actor's workspace."""
    file = MediaFile.objects.for_workspace(actor.workspace_id).filter(pk=file_id, state=state).first()
    if file is None:
        raise NotFound
    return file


def delete_file(*, actor: Actor, file_id: UUID) -> MediaFile:
    """Delete a file; for a day `restore_file` brings it back. Raises `Conflict` while something needs it."""
    policy.require(actor, Action.WRITE)
    file = get(actor, file_id)
    uses.require_free(actor.workspace_id, [file.pk], str(file))
    if uses.holders(trash.users_of(file)):
        sentence = f"“{file}” belongs to a video, an edit or a brand. Delete that first."
        raise Conflict(MediaError.IN_USE, sentence)
    trash.put(actor=actor, file=file)
    return file


def restore_file(*, actor: Actor, file_id: UUID) -> MediaFile:
    """Undo a deletion."""
    policy.require(actor, Action.WRITE)
    file = get(actor, file_id, MediaFile.State.TRASHED)
    trash.restore(actor=actor, file=file)
    return file
