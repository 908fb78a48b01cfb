"""Deleting files of the media library: refused while a post still needs them, undone within a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from accounts import policy
from accounts.policy import Action
from core.actor import Actor
from core.errors import Conflict, NotFound
from media import trash
from media.errors import MediaError
from media.models import MediaFile
from publishing.models import Delivery, Post, PostMedia, PostTarget
from publishing.states import EDITABLE, IN_FLIGHT, TargetState

# Rows that only remember what was sent.
_MEMORIES = (PostMedia, Delivery)


@dataclass(frozen=True, slots=True)
class Use:
    """A post that shows a file, or has it as its thumbnail."""

    post: Post
    needed: bool
    """Whether something of it has not gone out yet."""


def uses_of(actor: Actor, files: Iterable[MediaFile]) -> dict[UUID, list[Use]]:
    """The posts of each file, newest first. Two queries."""
    policy.require(actor, Action.READ)
    by_text = {str(file.pk): file.pk for file in files}
    if not by_text:
        return {}
    targets = PostTarget.objects.for_workspace(actor.workspace_id).filter(post__deleted_at__isnull=True)
    found: dict[UUID, dict[UUID, Use]] = {}
    shown = PostMedia.objects.for_workspace(actor.workspace_id).filter(
        file_id__in=by_text.values(), post__deleted_at__isnull=True
    )
    posts: dict[UUID, set[UUID]] = {}
    for post_id, file_id in shown.values_list("post_id", "file_id"):
        posts.setdefault(post_id, set()).add(file_id)
    thumbs = Q(options__thumbnail_file_id__in=list(by_text))
    for target in targets.filter(thumbs | Q(post_id__in=posts)).select_related("post").order_by("-post_id"):
        named = set(posts.get(target.post_id, ()))
        thumbnail = by_text.get(str(target.options.get("thumbnail_file_id") or ""))
        for file_id in named | ({thumbnail} if thumbnail else set()):
            known = found.setdefault(file_id, {}).get(target.post_id)
            # A failed share can still be tried again, but a person who deletes its file has decided against it.
            needed = target.state in EDITABLE | IN_FLIGHT or bool(known and known.needed)
            found[file_id][target.post_id] = Use(target.post, needed)
    return {file_id: list(by_post.values()) for file_id, by_post in found.items()}


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
    needed = [use.post for use in uses_of(actor, [file]).get(file.pk, []) if use.needed]
    drafts = PostMedia.objects.for_workspace(actor.workspace_id).filter(
        file=file, post__deleted_at__isnull=True, post__targets__isnull=True
    )
    needed.extend(row.post for row in drafts.select_related("post"))
    if needed:
        raise Conflict(
            MediaError.IN_USE, _sentence(file, needed[0], len(needed)), {"posts": [str(p.pk) for p in needed]}
        )
    if any(not isinstance(row, _MEMORIES) for row in trash.users_of(file)):
        sentence = f"“{file}” belongs to a video, an edit or a brand. Delete that first."
        raise Conflict(MediaError.IN_USE, sentence)
    trash.put(actor=actor, file=file)
    return file


def _sentence(file: MediaFile, post: Post, count: int) -> str:
    states = set(post.targets.values_list("state", flat=True))
    what = (
        "is going out in"
        if states & IN_FLIGHT
        else "is planned in"
        if TargetState.SCHEDULED in states
        else "is used in"
    )
    more = f" and {count - 1} other{'s' if count > 2 else ''}" if count > 1 else ""
    return f"“{file}” {what} the post “{post}”{more}. Cancel or change that first."


def restore_file(*, actor: Actor, file_id: UUID) -> MediaFile:
    """Undo a deletion."""
    policy.require(actor, Action.WRITE)
    file = get(actor, file_id, MediaFile.State.TRASHED)
    trash.restore(actor=actor, file=file)
    return file
