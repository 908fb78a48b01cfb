"""From due to queued: freezing what will be sent, and ordering the job that sends it."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

import jobs
from core import clock
from core.actor import Actor
from core.errors import Conflict
from publishing.errors import PublishingError
from publishing.models import PostTarget
from publishing.platforms.base import Spec
from publishing.schedule import specs
from publishing.states import IN_FLIGHT, TargetState
from publishing.transitions import move

KIND = "publish.target"
SETTLE = "publish.settle"


def duplicate(spec: Spec) -> str:
    """The refusal of a content that is on its way already."""
    return f"{specs.same_words(spec)} is already going out to this account. Wait until it is published, or change it."


def job_key(target_id: UUID) -> str:
    """At most one unfinished job moves a target."""
    return f"publish:{target_id}"


def order(target: PostTarget, actor: Actor) -> jobs.models.Job:
    """Enqueue the job of a target, in the caller's transaction; a live one is woken instead."""
    job = jobs.enqueue(kind=KIND, actor=actor, subject=("post_target", target.pk), unique_key=job_key(target.pk))
    jobs.wake_waiting(actor=actor, unique_key=job_key(target.pk))
    return job


def order_settling(target: PostTarget, after: timedelta) -> None:
    """Ask after a while what is not known yet of a live post, in the caller's transaction."""
    jobs.enqueue(
        kind=SETTLE,
        actor=Actor.system(target.workspace_id),
        subject=("post_target", target.pk),
        unique_key=f"settle:{target.pk}",
        run_at=clock.now() + after,
    )


def in_flight_twins(target: PostTarget, key: str) -> bool:
    """Whether the same content is on its way to the same account."""
    twins = PostTarget.objects.filter(account_id=target.account_id, content_key=key, state__in=sorted(IN_FLIGHT))
    return twins.exclude(pk=target.pk).exists()


def queue(target: PostTarget, actor: Actor) -> jobs.models.Job:
    """Freeze and enqueue one target in one transaction. Raises `Conflict` when its content is already on its way."""
    spec = specs.build(target)
    key = specs.content_key(spec)
    if in_flight_twins(target, key):
        raise Conflict(PublishingError.DUPLICATE_CONTENT, duplicate(spec), {"account_id": str(target.account_id)})
    now = clock.now()
    try:
        with transaction.atomic():
            moved = move(
                target,
                TargetState.QUEUED,
                spec=specs.freeze(spec),
                content_key=key,
                due_at=target.due_at or now,
                queued_at=now,
            )
            if not moved:
                raise Conflict(PublishingError.ALREADY_GOING_OUT, "This post is already going out.")
            return order(target, actor)
    except IntegrityError:
        raise Conflict(
            PublishingError.DUPLICATE_CONTENT, duplicate(spec), {"account_id": str(target.account_id)}
        ) from None


def wake(targets: Sequence[PostTarget]) -> None:
    """Let waiting targets run now."""
    for target in targets:
        order(target, Actor.system(target.workspace_id))
