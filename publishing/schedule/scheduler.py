"""The scan: what is due goes from scheduled to queued, a thousand targets in one transaction.

However many posts fall on one minute, none of them waits for the others to be looked at one by one.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

import jobs
from core import clock
from core.actor import Actor
from core.errors import Conflict
from media.models import MediaFile
from publishing.errors import PublishingError, TargetError
from publishing.models import PostMedia, PostTarget
from publishing.schedule import queueing, specs
from publishing.states import IN_FLIGHT, TargetState
from publishing.transitions import lock_posts, move, move_many, publish_events, publish_schedule

logger = logging.getLogger(__name__)

BATCH = 1000
_PATIENCE_S = 20.0
# A target has four dozen columns; these are what freezing and ordering read.
_NEEDED = (
    "workspace_id", "post_id", "account_id", "platform", "text", "title", "options", "due_at", "state",
    "progress_pct", "post__workspace_id", "post__text", "post__deleted_at",
)  # fmt: skip


def due(now: datetime) -> QuerySet[PostTarget]:
    """What should have started by now, oldest first. Uses the partial index `target_due`."""
    rows = PostTarget.objects.filter(state="scheduled", due_at__lte=now, held=False)
    return rows.order_by("due_at", "id")


def queue_due(limit: int | None = None) -> int:
    """Queue what is due, oldest first, and tell the pages; the number queued. Called every few seconds. System scope.

    The pages are told at the end: nobody's post waits for somebody's hint.
    """
    moved = move_due(limit)
    publish_events(moved)
    by_workspace: dict[UUID, list[datetime | None]] = defaultdict(list)
    for target in moved:
        by_workspace[target.workspace_id].append(target.due_at)
    for workspace_id, times in by_workspace.items():
        publish_schedule(workspace_id, times)
    return len(moved)


def move_due(limit: int | None = None) -> list[PostTarget]:
    """From scheduled to queued, with the jobs, at most `limit` targets; those moved."""
    ends_at = time.monotonic() + _PATIENCE_S
    moved: list[PostTarget] = []
    left = BATCH if limit is None else limit
    while left > 0 and time.monotonic() < ends_at:
        seen, fresh = _batch(min(left, BATCH))
        moved.extend(fresh)
        if not seen:
            break
        left = BATCH if limit is None else left - seen
    return moved


def _batch(size: int) -> tuple[int, list[PostTarget]]:
    """How many were looked at, and those that were queued."""
    try:
        with transaction.atomic():
            return _together(size)
    except Exception:
        # One of them is odd (or somebody was quicker): it must not hold up the others.
        logger.info("A batch of due posts is queued one by one.", exc_info=True)
        ids = list(due(clock.now()).values_list("pk", flat=True)[:size])
        return len(ids), [target for target in map(_alone, ids) if target is not None]


def _together(size: int) -> tuple[int, list[PostTarget]]:
    first = due(clock.now())[:size]
    locked = lock_posts(first.values("post_id"))
    found = [target for target in first.select_related("post").only(*_NEEDED) if target.post_id in locked]
    files = _files(found)
    wanted = [(target, specs.build(target, files[target.post_id])) for target in found if _still_wanted(target)]
    keyed = [(target, specs.freeze(spec), specs.content_key(spec)) for target, spec in wanted]
    taken = _on_their_way([target for target, _, _ in keyed], [key for _, _, key in keyed])
    fresh: list[tuple[PostTarget, dict[str, Any], str]] = []
    for target, frozen, key in keyed:
        if (target.account_id, key) in taken:
            _refuse_twin(target)
        else:
            taken.add((target.account_id, key))
            fresh.append((target, frozen, key))
    now = clock.now()
    queued = [target for target, _, _ in fresh]
    changes = [(target, {"spec": frozen, "content_key": key, "queued_at": now}) for target, frozen, key in fresh]
    if not move_many(changes, TargetState.QUEUED):
        raise Conflict(PublishingError.ALREADY_GOING_OUT, "Some of them have just been moved by somebody else.")
    _order(queued)
    return len(found), queued


def _files(targets: Sequence[PostTarget]) -> dict[UUID, list[MediaFile]]:
    """The files of the targets' posts in their places."""
    found: dict[UUID, list[MediaFile]] = defaultdict(list)
    rows = PostMedia.objects.filter(post_id__in={target.post_id for target in targets})
    placed = list(rows.order_by("post_id", "position", "id").values_list("post_id", "file_id"))
    # Thousands of posts may show the same few files.
    files = MediaFile.objects.in_bulk({file_id for _, file_id in placed})
    for post_id, file_id in placed:
        found[post_id].append(files[file_id])
    return found


def _still_wanted(target: PostTarget) -> bool:
    """Deleting a post cancels what is scheduled of it; should one ever be left, it must not be due for ever."""
    if target.post.deleted_at is not None:
        move(target, TargetState.CANCELLED)
        return False
    return True


def _on_their_way(targets: Sequence[PostTarget], keys: Sequence[str]) -> set[tuple[UUID, str]]:
    """Accounts and contents among these that are in flight already."""
    rows = PostTarget.objects.filter(
        account_id__in={target.account_id for target in targets},
        content_key__in=set(keys),
        state__in=sorted(IN_FLIGHT),
    )
    return set(rows.values_list("account_id", "content_key"))


def _order(targets: Sequence[PostTarget]) -> None:
    jobs.enqueue_many(
        kind=queueing.KIND,
        orders=[
            jobs.Order(
                Actor.system(target.workspace_id),
                ("post_target", target.pk),
                queueing.job_key(target.pk),
                target.due_at or clock.now(),
            )
            for target in targets
        ],
    )


def _refuse_twin(target: PostTarget) -> None:
    move(
        target,
        TargetState.FAILED,
        error_code=TargetError.DUPLICATE_CONTENT,
        error_sentence=queueing.duplicate(specs.build(target)),
    )


def _alone(target_id: UUID) -> PostTarget | None:
    """Queue one; what cannot be queued fails with a reason instead of being due for ever."""
    rows = due(clock.now()).filter(pk=target_id).select_related("post", "account")
    target = rows.prefetch_related("post__media__file").first()
    if target is None or not _still_wanted(target):
        return None
    try:
        queueing.queue(target, Actor.system(target.workspace_id))
    except Conflict as refused:
        if refused.code == PublishingError.DUPLICATE_CONTENT:
            _refuse_twin(target)
        return None
    except Exception:
        logger.exception("A due post could not be queued (%s).", target_id)
        sentence = "Something about this post could not be read when its time came. Nothing was sent. Try again."
        move(target, TargetState.FAILED, error_code=TargetError.INTERNAL, error_sentence=sentence)
        return None
    return target
