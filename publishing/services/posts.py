"""Making, changing and deleting posts. What is going out does not change any more."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import audit, policy
from accounts.policy import Action
from core import clock
from core.actor import Actor
from core.errors import Conflict, NotFound, ValidationFailed
from core.formatting import counted
from core.hooks import limits
from core.ids import uuid7
from media.models import MediaFile
from publishing import selectors
from publishing.approvals import requests as approvals
from publishing.errors import PublishingError
from publishing.models import Post, PostMedia, PostTarget, SocialAccount
from publishing.platforms.declared import Problem
from publishing.schedule import specs
from publishing.services import preflight as preflight_of
from publishing.states import EDITABLE, IN_FLIGHT, PostState, TargetState
from publishing.transitions import move, publish_schedule, refresh_posts


@dataclass(frozen=True, slots=True)
class TargetInput:
    """One account's share as a person wants it. `text` None means the post's own text."""

    account_id: UUID
    text: str | None = None
    title: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """What a post holds. Its time is not part of it: a draft has none until it is scheduled.

    `source` names what it was made from, e.g. `("script", id)`.
    """

    text: str
    media_ids: Sequence[UUID]
    targets: Sequence[TargetInput]
    campaign: str = ""
    source: tuple[str, UUID] | None = None

    @classmethod
    def of(cls, post: Post) -> "Content":
        """What a saved post says, as a copy of it is made."""
        targets = [TargetInput(row.account_id, row.text, row.title, row.options) for row in post.targets.all()]
        return cls(post.text, [row.file_id for row in post.media.all()], targets, post.campaign, ("post", post.pk))

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing yet that a person would miss; chosen accounts alone are no post."""
        own = any((item.text or "").strip() or item.title.strip() for item in self.targets)
        return not (own or self.media_ids or self.text.strip() or self.campaign.strip())

    def as_changes(self) -> dict[str, Any]:
        """The arguments of `update_post`."""
        return {"text": self.text, "media_ids": self.media_ids, "targets": self.targets, "campaign": self.campaign}

    def is_of(self, post: Post) -> bool:
        """Whether a post says exactly this."""
        saved = {row.account_id: (row.text, row.title, row.options) for row in post.targets.all()}
        return (
            (post.text, post.campaign) == (self.text, self.campaign)
            and [row.file_id for row in post.media.all()] == list(self.media_ids)
            and saved == {item.account_id: (item.text, item.title, dict(item.options)) for item in self.targets}
        )


def create_post(
    *,
    actor: Actor,
    text: str,
    media_ids: Sequence[UUID],
    targets: Sequence[TargetInput],
    campaign: str = "",
    source: tuple[str, UUID] | None = None,
    post_id: UUID | None = None,
) -> Post:
    """Make a draft. `source` names what it was made from, e.g. `("script", id)`; `post_id` is the id to give it."""
    policy.require(actor, Action.WRITE)
    limits.check(actor.workspace_id, "posts", 1)
    files = selectors.media_files(actor, media_ids)
    chosen = _distinct(targets)
    accounts = {row.account_id: selectors.account(actor, row.account_id) for row in chosen}
    with transaction.atomic():
        post = Post.objects.create(
            pk=post_id or uuid7(),
            workspace_id=actor.workspace_id,
            text=text,
            campaign=campaign,
            search=_search(text, campaign),
            source_type=source[0] if source else "",
            source_id=source[1] if source else None,
            created_by_id=actor.user_id,
        )
        _put_media(post, files)
        for wanted in chosen:
            _put_target(post, accounts[wanted.account_id], wanted)
        audit.record(actor, "post.create", ("post", post.pk), {"accounts": len(chosen)})
    return selectors.post(actor, post.pk)


def update_post(
    *,
    actor: Actor,
    post_id: UUID,
    version: int | None = None,
    text: str | None = None,
    media_ids: Sequence[UUID] | None = None,
    targets: Sequence[TargetInput] | None = None,
    campaign: str | None = None,
    only_draft: bool = False,
) -> Post:
    """Change what has not gone out. `version` is the one the person saw; a stale one is refused with the present.

    `only_draft` leaves what is scheduled alone (`wrong_state`).
    """
    policy.require(actor, Action.WRITE)
    post = selectors.post(actor, post_id)
    _refuse_stale(post, version)
    _refuse_going_out(post)
    if only_draft:
        _refuse_planned(post)
    files = selectors.media_files(actor, media_ids) if media_ids is not None else None
    with transaction.atomic():
        rows = Post.objects.filter(pk=post.pk, version=post.version)
        rows = rows.filter(state=PostState.DRAFT) if only_draft else rows
        changes: dict[str, Any] = {"version": post.version + 1, "updated_at": clock.now()}
        if text is not None:
            changes["text"] = text
        if campaign is not None:
            changes["campaign"] = campaign
        changes["search"] = _search(changes.get("text", post.text), changes.get("campaign", post.campaign))
        if not rows.update(**changes):
            present = selectors.post(actor, post_id)
            if only_draft:
                _refuse_planned(present)
            raise _stale(present)
        audit.record(actor, "post.update", ("post", post.pk), {"fields": sorted(set(changes) - {"search"})})
        if files is not None:
            PostMedia.objects.filter(post_id=post.pk).delete()
            _put_media(post, files)
        if targets is not None:
            _replace_targets(actor, post, _distinct(targets))
        refresh_posts([post.pk])
        approvals.follow_edit(actor=actor, post_id=post.pk)
        publish_schedule(post.workspace_id, [row.due_at for row in post.targets.all()])
    return selectors.post(actor, post_id)


def _replace_targets(actor: Actor, post: Post, wanted: Sequence[TargetInput]) -> None:
    existing = {row.account_id: row for row in post.targets.all()}
    keep = {row.account_id for row in wanted}
    PostTarget.objects.filter(post_id=post.pk, state__in=sorted(EDITABLE)).exclude(account_id__in=keep).delete()
    for row in wanted:
        known = existing.get(row.account_id)
        if known is None:
            _put_target(post, selectors.account(actor, row.account_id), row)
        else:
            PostTarget.objects.filter(pk=known.pk, state__in=sorted(EDITABLE)).update(
                text=row.text, title=row.title, options=dict(row.options), updated_at=clock.now()
            )


def delete_post(*, actor: Actor, post_id: UUID) -> bool:
    """Cancel what is scheduled and put the post away. True when something of it stays live on a platform."""
    policy.require(actor, Action.WRITE)
    post = selectors.post(actor, post_id)
    targets = list(post.targets.all())
    if any(row.state in IN_FLIGHT for row in targets):
        raise Conflict(
            PublishingError.ALREADY_GOING_OUT,
            "This post is going out right now. Cancel it first, or wait until it has ended.",
        )
    with transaction.atomic():
        for row in targets:
            if row.state in EDITABLE and not move(row, TargetState.CANCELLED):
                raise Conflict(PublishingError.ALREADY_GOING_OUT, "This post has just started to go out.")
        Post.objects.filter(pk=post.pk).update(deleted_at=clock.now(), updated_at=clock.now())
        audit.record(actor, "post.delete", ("post", post.pk))
    return any(row.state == TargetState.PUBLISHED for row in targets)


def restore_post(*, actor: Actor, post_id: UUID, cancelled: Collection[UUID] | None = None) -> Post:
    """Bring back a deleted post of which nothing was ever sent, as a draft.

    What was cancelled stays cancelled, so that its accounts get new shares with the same content. `cancelled` names the
    shares that the deletion cancelled: then only these are made anew, and what was sent of the post stays as it is.
    """
    policy.require(actor, Action.WRITE)
    post = Post.objects.for_workspace(actor.workspace_id).filter(pk=post_id).first()
    if post is None:
        raise NotFound
    rows = [row for row in post.targets.select_related("account") if cancelled is None or row.pk in cancelled]
    if post.deleted_at is None or any(row.queued_at is not None for row in rows):
        sentence = "Only a post that was deleted before any of it was sent can be brought back."
        raise Conflict(PublishingError.WRONG_STATE, sentence)
    with transaction.atomic():
        if not Post.objects.filter(pk=post.pk, deleted_at=post.deleted_at).update(
            deleted_at=None, updated_at=clock.now()
        ):
            raise Conflict(PublishingError.WRONG_STATE, "This post is back already.")
        PostTarget.objects.filter(pk__in=[row.pk for row in rows]).delete()
        for row in rows:
            _put_target(post, row.account, TargetInput(row.account_id, row.text, row.title, row.options))
        refresh_posts([post.pk])
        audit.record(actor, "post.restore", ("post", post.pk))
    return selectors.post(actor, post_id)


@dataclass(frozen=True, slots=True)
class Finding:
    """What stands in the way of one target."""

    target_id: UUID
    account_id: UUID
    platform: str
    account: str
    problem: Problem


def preflight(post: Post) -> list[Finding]:
    """Everything wrong with what has not gone out, for all accounts at once, before anything is sent."""
    found: list[Finding] = []
    for row in post.targets.all():
        if row.state not in EDITABLE:
            continue
        row.post = post
        account = row.account
        problems = preflight_of.inspect(account, specs.build(row)).problems
        found.extend(Finding(row.pk, account.pk, row.platform, account.handle, problem) for problem in problems)
    return found


def require_ready(post: Post) -> None:
    """Raise with every finding unless the post can be sent."""
    if not post.targets.all():
        raise ValidationFailed(PublishingError.NO_TARGETS, "Choose at least one account to publish to.")
    findings = preflight(post)
    if findings:
        fields: dict[str, list[str]] = {}
        for finding in findings:
            fields.setdefault(f"{finding.platform}.{finding.problem.field}", []).append(finding.problem.sentence)
        details = [
            {
                "account_id": str(item.account_id),
                "platform": item.platform,
                "field": item.problem.field,
                "code": item.problem.code,
                "message": item.problem.sentence,
            }
            for item in findings
        ]
        count = len(findings)
        sentence = f"{counted(count, 'thing')} to fix first: {findings[0].problem.sentence}"
        raise ValidationFailed(PublishingError.NOT_READY, sentence, {"problems": details}, fields=fields)


def _search(text: str, campaign: str) -> str:
    return " ".join(f"{text} {campaign}".lower().split())


def _put_media(post: Post, files: Sequence[MediaFile]) -> None:
    for position, file in enumerate(files):
        PostMedia.objects.create(workspace_id=post.workspace_id, post=post, file=file, position=position)


def _put_target(post: Post, account: SocialAccount, wanted: TargetInput) -> None:
    PostTarget.objects.create(
        workspace_id=post.workspace_id,
        post=post,
        account=account,
        platform=account.platform,
        text=wanted.text,
        title=wanted.title,
        options=dict(wanted.options),
    )


def _distinct(targets: Sequence[TargetInput]) -> list[TargetInput]:
    return list({row.account_id: row for row in targets}.values())


def _stale(post: Post) -> Conflict:
    sentence = "Somebody else changed this post in the meantime. Look at the current version before you save yours."
    return Conflict(PublishingError.STALE_VERSION, sentence, {"version": post.version, "text": post.text})


def _refuse_stale(post: Post, version: int | None) -> None:
    if version is not None and version != post.version:
        raise _stale(post)


def _refuse_planned(post: Post) -> None:
    if post.state != PostState.DRAFT:
        raise Conflict(
            PublishingError.WRONG_STATE, "This post is no draft any more, so changes are saved only when you say so."
        )


def _refuse_going_out(post: Post) -> None:
    if not selectors.may_change(post):
        raise Conflict(
            PublishingError.ALREADY_GOING_OUT, "This post is already going out, so it cannot be changed any more."
        )
