"""What a calendar shows: the posts of a stretch of time, each at the instants at which it goes out, and counts.

An entry is one post at one instant, to one account or to several: what a person moves as one thing.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Prefetch, Q, QuerySet

from accounts import policy
from accounts.policy import Action
from core.actor import Actor
from media.models import MediaFile
from publishing.models import Post, PostMedia, PostTarget, in_group
from publishing.states import PLANNED, PostState, StateGroup, TargetState, group_of

# What was called off is shown to those who ask for it.
SHOWN = tuple(group for group in StateGroup if group not in (StateGroup.DRAFT, StateGroup.CANCELLED))
GROUPS = (*SHOWN, StateGroup.CANCELLED)
_OF_AN_ENTRY = (
    "workspace", "post", "account", "platform", "text", "due_at", "zone", "wall_time", "state", "asked_at",
    "error_code", "error_sentence", "wait_reason", "next_at", "held_since", "held", "delays", "started_at",
    "published_at",
    "post__text", "post__campaign", "post__workspace", "account__platform", "account__username", "account__name",
    "account__external_id", "account__via",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person wants to see; an empty set leaves nothing out."""

    accounts: frozenset[UUID] = frozenset()
    platforms: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    campaigns: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.accounts or self.platforms or self.groups or self.campaigns)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where an entry stands in time."""

    at: datetime
    post_id: UUID


@dataclass(frozen=True, slots=True)
class Entry:
    """One post at one instant, with the targets that go out then."""

    at: datetime
    targets: Sequence[PostTarget]

    @property
    def first(self) -> PostTarget:
        return self.targets[0]

    @property
    def movable(self) -> bool:
        """Whether all of it is still to come, so that it may be given another time."""
        return all(target.state in PLANNED for target in self.targets)

    @property
    def shown_state(self) -> str:
        """The state of the target that a person should know of first."""
        return min(self.targets, key=lambda target: _WORST.index(target.status_group)).shown_state

    @property
    def file(self) -> MediaFile | None:
        """The first file of the post."""
        return next((row.file for row in self.first.post.media.all()), None)


_WORST = (
    StateGroup.NEEDS_YOU, StateGroup.FAILED, StateGroup.UNCONFIRMED, StateGroup.WAITING, StateGroup.IN_INBOX,
    StateGroup.PUBLISHING, StateGroup.NEEDS_APPROVAL, StateGroup.SCHEDULED, StateGroup.PUBLISHED,
    StateGroup.CANCELLED, StateGroup.DRAFT,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facets:
    """How many shares of posts a stretch has by each thing to filter by, the other filters applied."""

    accounts: Mapping[UUID, int] = field(default_factory=dict)
    platforms: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[str, int] = field(default_factory=dict)
    campaigns: Mapping[str, int] = field(default_factory=dict)


def places(actor: Actor, start: datetime, end: datetime, filters: Filters) -> list[Place]:
    """Where the entries of [start, end) stand, soonest first."""
    rows = _chosen(_between(actor, start, end), filters).values_list("due_at", "post_id").distinct()
    return [Place(at, post_id) for at, post_id in rows.order_by("due_at", "post_id") if at is not None]


def entries(actor: Actor, wanted: Collection[Place], filters: Filters, *, files: bool = False) -> list[Entry]:
    """The entries at these places, soonest first; with `files` their posts' media are read too."""
    if not wanted:
        return []
    rows = _chosen(_between(actor, min(wanted).at, None), filters).filter(due_at__lte=max(wanted).at)
    rows = rows.filter(post_id__in={place.post_id for place in wanted}).select_related("post", "account")
    rows = rows.only(*_OF_AN_ENTRY).order_by("due_at", "post_id", "platform", "id")
    if files:
        rows = rows.prefetch_related(Prefetch("post__media", PostMedia.objects.select_related("file")))
    grouped = ((place, list(found)) for place, found in groupby(rows, key=_place))
    places = frozenset(wanted)
    return [Entry(place.at, targets) for place, targets in grouped if place in places]


def facets(actor: Actor, start: datetime, end: datetime, filters: Filters) -> Facets:
    """The counts of [start, end) in one query: as many rows as combinations occur."""
    rows = _between(actor, start, end).annotate(
        asked=Q(asked_at__isnull=False), stopped=~Q(error_code=""), campaign=F("post__campaign")
    )
    found = rows.values_list("account_id", "platform", "campaign", "state", "asked", "stopped").annotate(Count("pk"))
    cube = [
        ((account, platform, campaign, group_of(state, asked=asked, stopped=stopped).value), count)
        for account, platform, campaign, state, asked, stopped, count in found.order_by()
    ]
    wanted = (filters.accounts, filters.platforms, filters.campaigns, filters.groups or frozenset(SHOWN))
    accounts, platforms, campaigns, groups = (_counted(cube, wanted, axis) for axis in range(4))
    del campaigns[""]
    return Facets(accounts, platforms, groups, campaigns)


def _counted(cube: Iterable[tuple[tuple[Any, ...], int]], wanted: Sequence[frozenset[Any]], axis: int) -> Counter[Any]:
    """How many there are by the values of one axis, of what passes the filters on the others."""
    found: Counter[Any] = Counter()
    others = [(place, chosen) for place, chosen in enumerate(wanted) if chosen and place != axis]
    for values, count in cube:
        if all(values[place] in chosen for place, chosen in others):
            found[values[axis]] += count
    return found


def changed_since(actor: Actor, at: datetime) -> bool:
    """Whether any post or share of the workspace was written from this instant on."""
    policy.require(actor, Action.READ)
    shares = PostTarget.objects.for_workspace(actor.workspace_id).filter(updated_at__gte=at)
    return shares.exists() or Post.objects.for_workspace(actor.workspace_id).filter(updated_at__gte=at).exists()


def drafts(actor: Actor) -> QuerySet[Post]:
    """Drafts that have no time yet, newest first."""
    policy.require(actor, Action.READ)
    rows = Post.objects.for_workspace(actor.workspace_id).filter(deleted_at__isnull=True, state=PostState.DRAFT)
    targets = PostTarget.objects.select_related("account").only(
        "post", "workspace", "platform", "account__platform", "account__username", "account__name",
        "account__external_id",
    )  # fmt: skip
    return rows.prefetch_related(Prefetch("targets", targets.order_by("platform", "id"))).order_by("-created_at", "-id")


def _between(actor: Actor, start: datetime, end: datetime | None) -> QuerySet[PostTarget]:
    policy.require(actor, Action.READ)
    rows = PostTarget.objects.for_workspace(actor.workspace_id).filter(post__deleted_at__isnull=True, due_at__gte=start)
    rows = rows.exclude(state=TargetState.DRAFT)
    return rows if end is None else rows.filter(due_at__lt=end)


def _chosen(rows: QuerySet[PostTarget], filters: Filters) -> QuerySet[PostTarget]:
    if filters.accounts:
        rows = rows.filter(account_id__in=filters.accounts)
    if filters.platforms:
        rows = rows.filter(platform__in=filters.platforms)
    if filters.campaigns:
        rows = rows.filter(post__campaign__in=filters.campaigns)
    if not filters.groups:
        return rows.exclude(state=TargetState.CANCELLED)
    wanted = Q()
    for group in sorted(filters.groups):
        wanted |= in_group(group)
    return rows.filter(wanted)


def _place(target: PostTarget) -> Place:
    if target.due_at is None:
        raise ValueError("Only what has a time stands in a calendar.")
    return Place(target.due_at, target.post_id)
