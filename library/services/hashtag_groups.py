"""Making, changing and deleting hashtag groups."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import audit, policy
from accounts.policy import Action
from core.actor import Actor
from core.errors import ValidationFailed
from library import hashtags, selectors
from library.errors import LibraryError
from library.models import HashtagGroup
from library.services import saving

LONGEST_NAME = 80


def create(*, actor: Actor, name: str, tags: Sequence[str]) -> HashtagGroup:
    """Make a group; a name is used once in a workspace."""
    policy.require(actor, Action.WRITE)
    name, tags = saving.clean_name(name, longest=LONGEST_NAME), checked(tags)

    def make() -> HashtagGroup:
        group = HashtagGroup.objects.create(
            workspace_id=actor.workspace_id, name=name, hashtags=tags, created_by_id=actor.user_id
        )
        audit.record(actor, "hashtag_group.create", ("hashtag_group", group.pk), {"name": name, "count": len(tags)})
        return group

    return saving.once_named(make, name)


def update(
    *, actor: Actor, group_id: UUID, version: int | None, name: str | None = None, tags: Sequence[str] | None = None
) -> HashtagGroup:
    """Change a group. `version` is the one that the person saw."""
    policy.require(actor, Action.WRITE)
    group = selectors.hashtag_group(actor, group_id)
    saving.require_version(group, version, as_json)
    name = group.name if name is None else saving.clean_name(name, longest=LONGEST_NAME)
    tags = group.hashtags if tags is None else checked(tags)

    def change() -> HashtagGroup:
        saving.save_over(group, {"name": name, "hashtags": tags}, as_json)
        audit.record(actor, "hashtag_group.update", ("hashtag_group", group.pk), {"name": name, "count": len(tags)})
        return group

    return saving.once_named(change, name)


def delete(*, actor: Actor, group_id: UUID) -> HashtagGroup:
    """Delete a group; posts keep the hashtags that came from it."""
    policy.require(actor, Action.WRITE)
    group = selectors.hashtag_group(actor, group_id)
    with transaction.atomic():
        audit.record(actor, "hashtag_group.delete", ("hashtag_group", group.pk), {"name": group.name})
        HashtagGroup.objects.filter(pk=group.pk).delete()
    return group


def as_json(group: HashtagGroup) -> dict[str, Any]:
    """What a group says, for whoever saved an older version."""
    return {"name": group.name, "hashtags": group.hashtags}


def checked(given: Sequence[str]) -> list[str]:
    """Hashtags as they are kept; a refusal names each that is none."""
    tags = hashtags.cleaned(given)
    wrong = [sentence for sentence in map(hashtags.problem, tags) if sentence]
    if not tags:
        wrong = ["Give at least one hashtag."]
    elif len(tags) > hashtags.MOST:
        wrong = [f"A group has {hashtags.MOST} hashtags at most; these are {len(tags)}."]
    if wrong:
        raise ValidationFailed(LibraryError.HASHTAG_INVALID, wrong[0], fields={"hashtags": wrong[:10]})
    return tags
