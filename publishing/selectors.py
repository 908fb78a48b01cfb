"""Reads of publishing, scoped by the actor."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Min, Prefetch, Q, QuerySet, When

from accounts import policy
from accounts.policy import Action
from core import clock
from core.actor import Actor
from core.errors import NotFound, ValidationFailed
from media import selectors as media
from media.models import MediaFile
from platforms import canonical
from publishing.errors import PublishingError
from publishing.models import AccountStatus, Attempt, Delivery, Post, PostMedia, PostTarget, SocialAccount
from publishing.platforms.registry import CONNECTORS, adapter_for
from publishing.states import EDITABLE, IN_FLIGHT, PLANNED, PostState, StateGroup, TargetState


def accounts(actor: Actor, *, platform: str = "", connected_only: bool = False) -> QuerySet[SocialAccount]:
    """The workspace's accounts; disconnected ones last."""
    policy.require(actor, Action.READ)
    rows = SocialAccount.objects.for_workspace(actor.workspace_id).select_related("grant", "picture")
    if platform:
        rows = rows.filter(platform=platform)
    if connected_only:
        rows = rows.filter(status=AccountStatus.CONNECTED)
    return rows.order_by("platform", "status", "-is_default", "username", "id")


def account(actor: Actor, account_id: UUID) -> SocialAccount:
    """One account; `NotFound` for a stranger's."""
    found = accounts(actor).filter(pk=account_id).first()
    if found is None:
        raise NotFound(
            PublishingError.ACCOUNT_UNKNOWN, "This account does not exist, or it belongs to another workspace."
        )
    return found


def missing_scopes(row: SocialAccount) -> list[str]:
    """Permissions that the product needs and the person did not give."""
    if row.grant is None or row.grant.platform not in CONNECTORS:
        return []
    way = adapter_for(row.grant.platform).way(row.grant.login)
    return [scope for scope in way.scopes if scope not in row.grant.scopes]


def missing_permissions(row: SocialAccount) -> list[str]:
    """What the missing scopes would allow, in words: `post videos (video.publish)`."""
    missing = missing_scopes(row)
    words = adapter_for(row.platform).guide.scopes if missing else {}
    return [f"{words[scope]} ({scope.rpartition('/')[2]})" if scope in words else scope for scope in missing]


def expires_in_days(row: SocialAccount) -> int | None:
    """Days until a person must consent again; None when nothing ends by itself."""
    if row.grant is None or row.grant.ends_at is None:
        return None
    return max(0, (row.grant.ends_at - clock.now()).days)


@dataclass(frozen=True, slots=True)
class Stakes:
    """What disconnecting an account would stop."""

    scheduled: int = 0
    in_flight: int = 0

    @property
    def total(self) -> int:
        return self.scheduled + self.in_flight


def stakes(actor: Actor) -> dict[UUID, Stakes]:
    """For each account how many posts are still to come or on their way; accounts without any are left out."""
    rows = PostTarget.objects.for_workspace(actor.workspace_id).filter(post__deleted_at__isnull=True)
    counts = (
        rows.filter(state__in=sorted(PLANNED | IN_FLIGHT))
        .values("account_id")
        .annotate(
            scheduled=Count("pk", filter=Q(state__in=sorted(PLANNED))),
            in_flight=Count("pk", filter=Q(state__in=sorted(IN_FLIGHT))),
        )
        .order_by()
    )
    return {row["account_id"]: Stakes(row["scheduled"], row["in_flight"]) for row in counts}


def at_stake(actor: Actor, account_id: UUID) -> QuerySet[PostTarget]:
    """The posts that disconnecting an account would stop: on their way first, then scheduled ones by their time."""
    policy.require(actor, Action.READ)
    rows = PostTarget.objects.for_workspace(actor.workspace_id).filter(
        account_id=account_id,
        post__deleted_at__isnull=True,
        state__in=sorted(PLANNED | IN_FLIGHT),
    )
    scheduled_last = Case(When(state__in=sorted(PLANNED), then=1), default=0, output_field=IntegerField())
    return rows.select_related("post").order_by(scheduled_last, "due_at", "id")


def pick_accounts(actor: Actor, platforms: Sequence[str]) -> list[SocialAccount]:
    """For each platform its default account, else the only one, else a refusal that names the choices."""
    picked: list[SocialAccount] = []
    for platform in dict.fromkeys(map(canonical, platforms)):
        label = adapter_for(platform).label
        rows = list(accounts(actor, platform=platform, connected_only=True))
        chosen = [row for row in rows if row.is_default] or (rows if len(rows) == 1 else [])
        if not rows:
            raise ValidationFailed(
                PublishingError.ACCOUNT_NOT_CONNECTED,
                f"No {label} account is connected. Connect one under Connected platforms.",
                fields={"platforms": [f"No {label} account is connected."]},
            )
        if not chosen:
            choices = [{"id": str(row.pk), "name": row.handle} for row in rows]
            sentence = f"Several {label} accounts are connected. Name one by account_ids, or set a default."
            raise ValidationFailed(PublishingError.ACCOUNT_CHOICE, sentence, {"platform": platform, "choices": choices})
        picked.append(chosen[0])
    return picked


def _posts(actor: Actor) -> QuerySet[Post]:
    policy.require(actor, Action.READ)
    rows = Post.objects.for_workspace(actor.workspace_id).filter(deleted_at__isnull=True)
    return rows.order_by("-created_at", "-id")


# What only the engine reads of a target; for a list it is much to fetch.
OF_THE_ENGINE = ("spec", "booking", "checkpoint", "checkpoint_sealed", "content_key")
# What a line of a list shows of a target: its platform, its account's name, its state.
_OF_A_LINE = (
    "post", "workspace", "platform", "state", "asked_at", "error_code", "account__platform", "account__username",
    "account__name", "account__external_id",
)  # fmt: skip


def posts(actor: Actor) -> QuerySet[Post]:
    """The workspace's posts with targets and media, newest first."""
    targets = PostTarget.objects.select_related("account").order_by("platform", "id")
    media = PostMedia.objects.select_related("file")
    return _posts(actor).prefetch_related(Prefetch("targets", targets), Prefetch("media", media))


def filtered_posts(
    actor: Actor, *, state: str = "", platform: str = "", campaign: str = "", search: str = ""
) -> QuerySet[Post]:
    """Posts by state, platform, campaign and words, with targets and media, without what only the engine reads."""
    targets = PostTarget.objects.select_related("account").defer(*OF_THE_ENGINE).order_by("platform", "id")
    media = PostMedia.objects.select_related("file").defer("file__probe")
    rows = _filtered(actor, state=state, platform=platform, campaign=campaign, search=search)
    return rows.prefetch_related(Prefetch("targets", targets), Prefetch("media", media))


def post_lines(
    actor: Actor, *, state: str = "", platform: str = "", campaign: str = "", search: str = ""
) -> QuerySet[Post]:
    """Posts by state, platform, campaign and words, with as much of their targets as `summary` says."""
    targets = PostTarget.objects.select_related("account").only(*_OF_A_LINE).order_by("platform", "id")
    rows = _filtered(actor, state=state, platform=platform, campaign=campaign, search=search)
    return rows.prefetch_related(Prefetch("targets", targets))


def _filtered(actor: Actor, *, state: str, platform: str, campaign: str, search: str) -> QuerySet[Post]:
    rows = _posts(actor)
    if state in PostState.values:
        rows = rows.filter(state=state)
    if platform:
        targets = PostTarget.objects.for_workspace(actor.workspace_id).filter(platform=platform)
        rows = rows.filter(pk__in=targets.values("post_id"))
    if campaign:
        rows = rows.filter(campaign=campaign)
    for word in search.lower().split():
        rows = rows.filter(search__contains=word)
    return rows


def option_names(
    actor: Actor, *, state: str = "", platform: str = "", campaign: str = "", search: str = ""
) -> set[tuple[str, str]]:
    """Platform and name of every option that the targets of these posts have."""
    posts = _filtered(actor, state=state, platform=platform, campaign=campaign, search=search).order_by()
    rows = PostTarget.objects.for_workspace(actor.workspace_id).filter(post_id__in=posts.values("pk"))
    found = rows.exclude(options={}).values_list("platform", "options")
    return {(key, name) for key, options in found.iterator(chunk_size=2_000) for name in options}


def post(actor: Actor, post_id: UUID) -> Post:
    """One post; `NotFound` for a stranger's or a deleted one."""
    found = posts(actor).filter(pk=post_id).first()
    if found is None:
        raise NotFound
    return found


def target(actor: Actor, post_id: UUID, target_id: UUID) -> PostTarget:
    """One target of one post."""
    policy.require(actor, Action.READ)
    rows = PostTarget.objects.for_workspace(actor.workspace_id).select_related("post", "account")
    found = rows.filter(pk=target_id, post_id=post_id, post__deleted_at__isnull=True).first()
    if found is None:
        raise NotFound
    return found


def names(actor: Actor, post_ids: Collection[UUID]) -> dict[UUID, str]:
    """How these posts are called in a sentence, by their first words; deleted ones too."""
    policy.require(actor, Action.READ)
    rows = Post.objects.for_workspace(actor.workspace_id).filter(pk__in=list(post_ids)).only("text")
    return {row.pk: str(row) if row.text.strip() else "Post without text" for row in rows}


def made_from(actor: Actor, source_type: str, source_ids: Collection[UUID]) -> list[tuple[UUID, UUID, bool]]:
    """What was made from these: source, post, and whether the post was deleted since; oldest first."""
    policy.require(actor, Action.READ)
    rows = Post.objects.for_workspace(actor.workspace_id).filter(
        source_type=source_type, source_id__in=list(source_ids)
    )
    found = rows.order_by("created_at", "id").values_list("source_id", "pk", "deleted_at")
    return [(source, pk, deleted_at is not None) for source, pk, deleted_at in found if source is not None]


def present(actor: Actor, post_ids: Collection[UUID]) -> list[UUID]:
    """Those of these posts that are here and not deleted."""
    return list(_posts(actor).filter(pk__in=list(post_ids)).values_list("pk", flat=True))


def planned_times(actor: Actor, start: datetime, end: datetime) -> set[tuple[UUID, datetime]]:
    """Account and minute of everything that is planned in [start, end)."""
    policy.require(actor, Action.READ)
    rows = PostTarget.objects.for_workspace(actor.workspace_id).filter(
        state=TargetState.SCHEDULED, post__deleted_at__isnull=True, due_at__gte=start, due_at__lt=end
    )
    found = rows.values_list("account_id", "due_at")
    return {(account_id, at.replace(second=0, microsecond=0)) for account_id, at in found if at is not None}


def first_due(actor: Actor, post_ids: Sequence[UUID]) -> dict[UUID, float]:
    """When each of these posts goes out first (seconds since 1970); those without a time are left out."""
    rows = PostTarget.objects.for_workspace(actor.workspace_id).filter(
        post_id__in=list(post_ids), state__in=sorted(PLANNED), due_at__isnull=False
    )
    found = rows.values("post_id").annotate(first=Min("due_at")).order_by()
    return {row["post_id"]: row["first"].timestamp() for row in found if row["first"]}


def accounts_of_targets(actor: Actor, target_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The account of each of these targets, also of those of deleted posts."""
    policy.require(actor, Action.READ)
    rows = PostTarget.objects.for_workspace(actor.workspace_id).filter(pk__in=list(target_ids))
    return dict(rows.values_list("pk", "account_id"))


def attempts(actor: Actor, post_id: UUID) -> QuerySet[Attempt]:
    """Receipts of a post, oldest first; none where the post is another workspace's."""
    rows = Attempt.objects.for_workspace(actor.workspace_id).filter(target__post_id=post_id)
    return rows.select_related("target", "target__account").order_by("id")


def deliveries(actor: Actor, post_id: UUID) -> QuerySet[Delivery]:
    """Which files each target of a post was given, for as long as that is kept."""
    rows = Delivery.objects.for_workspace(actor.workspace_id).filter(target__post_id=post_id)
    return rows.select_related("file").order_by("id")


def scheduled(
    actor: Actor, *, start: datetime | None = None, end: datetime | None = None, platform: str = ""
) -> QuerySet[PostTarget]:
    """Targets still to come, in the half-open range [start, end), soonest first."""
    policy.require(actor, Action.READ)
    rows = PostTarget.objects.for_workspace(actor.workspace_id).filter(
        state__in=sorted(PLANNED), due_at__isnull=False, post__deleted_at__isnull=True
    )
    if start is not None:
        rows = rows.filter(due_at__gte=start)
    if end is not None:
        rows = rows.filter(due_at__lt=end)
    if platform:
        rows = rows.filter(platform=platform)
    media = Prefetch("post__media", PostMedia.objects.select_related("file"))
    return rows.select_related("post", "account").prefetch_related(media).order_by("due_at", "id")


def planned(actor: Actor, *, start: datetime, end: datetime, limit: int = 200) -> list[tuple[UUID, str, datetime, str]]:
    """What waits for its time in [start, end), soonest first: post, platform, time, text."""
    rows = PostTarget.objects.for_workspace(actor.workspace_id).filter(
        state__in=sorted({*PLANNED, TargetState.QUEUED}), due_at__gte=start, due_at__lt=end
    )
    found = rows.order_by("due_at", "id").values_list("post_id", "platform", "due_at", "post__text")[:limit]
    return [(post_id, platform, at, text) for post_id, platform, at, text in found if at is not None]


def next_due(actor: Actor) -> datetime | None:
    """When the next planned post goes out."""
    rows = PostTarget.objects.for_workspace(actor.workspace_id)
    planned = rows.filter(state=TargetState.SCHEDULED, post__deleted_at__isnull=True)
    return planned.order_by("due_at").values_list("due_at", flat=True).first()


def media_files(actor: Actor, ids: Sequence[UUID]) -> list[MediaFile]:
    """Files by id, in the given order; refuses unknown and unfinished ones."""
    rows = MediaFile.objects.for_workspace(actor.workspace_id).filter(state=MediaFile.State.READY)
    found = rows.in_bulk(list(ids))
    if len(found) != len(set(ids)):
        raise ValidationFailed(
            PublishingError.MEDIA_UNKNOWN,
            "One of the files does not exist here, or is still being uploaded. Choose it again.",
            fields={"media_ids": ["Unknown or unfinished file."]},
        )
    return [found[pk] for pk in ids]


def campaigns(actor: Actor) -> list[str]:
    """Campaign names in use, for filters and suggestions."""
    rows = Post.objects.for_workspace(actor.workspace_id).filter(deleted_at__isnull=True).exclude(campaign="")
    return list(rows.order_by("campaign").values_list("campaign", flat=True).distinct()[:100])


def publishable(actor: Actor, *, without: QuerySet[Any, Any] | None = None, limit: int = 60) -> list[MediaFile]:
    """Pictures, videos and rendered editions that can be posted, newest first; `without`: ids of files left out."""
    rows = media.library(actor)
    return list((rows if without is None else rows.exclude(pk__in=without))[:limit])


def may_change(row: Post) -> bool:
    """Whether nothing of a post has begun to go out, so that its text and files may still change."""
    return all(item.state in EDITABLE or item.state == TargetState.CANCELLED for item in row.targets.all())


def may_send(row: Post) -> bool:
    """Whether something of a post is still to be sent."""
    return any(item.state in EDITABLE for item in row.targets.all())


# What a summary says of some of a post's accounts, for one and for several; the worst for a person first.
_PARTS: tuple[tuple[StateGroup, str, str], ...] = (
    (StateGroup.NEEDS_YOU, "needs you", "need you"),
    (StateGroup.FAILED, "failed", "failed"),
    (StateGroup.UNCONFIRMED, "is being checked", "are being checked"),
    (StateGroup.IN_INBOX, "waits in your TikTok inbox", "wait in your TikTok inbox"),
    (StateGroup.WAITING, "is waiting", "are waiting"),
    (StateGroup.PUBLISHING, "is on its way", "are on their way"),
    (StateGroup.NEEDS_APPROVAL, "waits for approval", "wait for approval"),
    (StateGroup.SCHEDULED, "is scheduled", "are scheduled"),
    (StateGroup.DRAFT, "has a draft", "have a draft"),
    (StateGroup.CANCELLED, "was cancelled", "were cancelled"),
)


def summary(row: Post) -> str:
    """`Published to 3 of 4 platforms; 1 waits in your TikTok inbox.`: what is public first, else the worst first."""
    groups = [item.status_group for item in row.targets.all()]
    if not groups:
        return "No accounts chosen yet."
    total, done = len(groups), groups.count(StateGroup.PUBLISHED)
    if total == 1:
        return "Published successfully." if done else f"{PostState(row.state).label}."
    one = "platform" if len({item.platform for item in row.targets.all()}) == total else "account"
    rest = [(groups.count(group), *words) for group, *words in _PARTS if group in groups]
    if done == total:
        return f"Published to {done} of {total} {one}s successfully."
    said = [f"{count} {single if count == 1 else several}" for count, single, several in rest]
    if not done:
        share = "" if rest[0][0] == total else f" of {total}"
        said[0] = said[0].replace(" ", f"{share} {one}s ", 1)
        return f"{'; '.join(said)}."
    return f"Published to {done} of {total} {one}s; {'; '.join(said)}."
