"""Reading recurring posts: rules, and the posts that were made by them."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, Min, Prefetch, Q, QuerySet
from django.urls import reverse

from accounts import policy
from accounts.policy import Action
from core import clock, hooks
from core.actor import Actor
from core.errors import NotFound
from publishing.models import PostTarget, RecurringMedia, RecurringOccurrence, RecurringPost, RecurringState


def rules(actor: Actor, *, state: str = "") -> QuerySet[RecurringPost]:
    """The workspace's rules, newest first, with `next_at`, and `made`: how many posts they have made."""
    policy.require(actor, Action.READ)
    rows = RecurringPost.objects.for_workspace(actor.workspace_id)
    if state in RecurringState.values:
        rows = rows.filter(state=state)
    to_come = Q(
        occurrences__at__gt=clock.now(), occurrences__post__isnull=False, occurrences__post__deleted_at__isnull=True
    )
    rows = rows.annotate(made=Count("occurrences"), next_at=Min("occurrences__at", filter=to_come))
    return rows.order_by("-created_at", "-id")


def rule(actor: Actor, rule_id: UUID) -> RecurringPost:
    """One rule; `NotFound` for a stranger's."""
    found = rules(actor).filter(pk=rule_id).first()
    if found is None:
        raise NotFound
    return found


def occurrences(actor: Actor, rule_id: UUID) -> QuerySet[RecurringOccurrence]:
    """The times of a rule with their posts, latest first."""
    policy.require(actor, Action.READ)
    targets = PostTarget.objects.select_related("account").order_by("platform", "id")
    rows = RecurringOccurrence.objects.for_workspace(actor.workspace_id).filter(rule_id=rule_id)
    return rows.select_related("post").prefetch_related(Prefetch("post__targets", targets)).order_by("-at", "-id")


def needs_of(workspace_id: UUID, file_ids: Collection[UUID]) -> list[hooks.FileUse]:
    """The active rules whose posts show one of these files, or have it as their thumbnail."""
    wanted = {str(key) for key in file_ids}
    active = RecurringPost.objects.for_workspace(workspace_id).filter(state=RecurringState.ACTIVE)
    shown = RecurringMedia.objects.for_workspace(workspace_id).filter(file_id__in=file_ids)
    holding = set(shown.values_list("rule_id", flat=True))
    return [
        hooks.FileUse(
            "recurring_post", row.pk, str(row), row.state, "is repeated in", reverse("recurring_post", args=[row.pk])
        )
        for row in active.order_by("-created_at", "-id")
        if row.pk in holding or any(str(share["options"].get("thumbnail_file_id")) in wanted for share in row.shares)
    ]
