"""Drafts in the library: posts of publishing, with the tags that only the library knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import audit, policy
from accounts.policy import Action
from core import clock
from core.actor import Actor
from core.errors import Conflict
from library import selectors, using
from library.content import PlatformPart, content_of
from library.errors import LibraryError
from library.models import Template
from library.services import tags
from library.using import NOTHING_ADDED, Extras, Filled
from platforms import PLATFORMS
from publishing import selectors as publishing
from publishing.models import Post, SocialAccount
from publishing.posts.request_body import title_from
from publishing.services import posts, sending
from publishing.services.posts import Content, TargetInput
from publishing.states import PostState


@dataclass(frozen=True, slots=True)
class Made:
    """A draft, and sentences that a person should read."""

    post: Post
    notes: list[str] = field(default_factory=list)


def use(
    *,
    actor: Actor,
    template_id: UUID,
    values: Mapping[str, str],
    account_ids: Sequence[UUID] | None = None,
    campaign: str = "",
    extras: Extras = NOTHING_ADDED,
    key: str = "",
) -> Made:
    """Make a draft of a template with values for its variables.

    Without `account_ids` each of its platforms gets its default account, or the only one; what is left out is told.
    Called again with the same `key` it answers the same draft.
    """
    policy.require(actor, Action.WRITE)
    template = selectors.template(actor, template_id)
    content = content_of(template)
    filled = using.require_values(content, values)
    accounts, notes = _accounts(actor, filled, account_ids)
    wanted = [_target(account, filled, extras) for account in accounts]
    signature = extras.signature
    if signature is not None and not any(selectors.belongs_to(signature, account) for account in accounts):
        notes += [] if extras.is_for_all else [f"“{signature}” was not added: it is for none of these accounts."]
    post = Content(extras.added(filled.text), content.media_ids, wanted, campaign, ("template", template.pk))
    with transaction.atomic():
        sent = sending.send(actor=actor, content=post, timing=sending.Draft(), key=key)
        tags.put(sent.post, content.tags)
        Template.objects.filter(pk=template.pk).update(used_at=clock.now())
        audit.record(actor, "template.use", ("template", template.pk), {"post_id": str(sent.post.pk)})
    return Made(sent.post, notes)


def _accounts(
    actor: Actor, filled: Filled, account_ids: Sequence[UUID] | None
) -> tuple[list[SocialAccount], list[str]]:
    if account_ids is not None:
        return [publishing.account(actor, pk) for pk in dict.fromkeys(account_ids)], []
    connected: dict[str, list[SocialAccount]] = {}
    for row in publishing.accounts(actor, connected_only=True) if filled.platforms else ():
        connected.setdefault(row.platform, []).append(row)
    chosen, notes = [], []
    for platform in filled.platforms:
        rows = connected.get(platform, [])
        default = [row for row in rows if row.is_default] or (rows if len(rows) == 1 else [])
        chosen += default[:1]
        label = PLATFORMS[platform].label
        if not rows:
            notes.append(f"No {label} account is connected, so its part of the template was left out.")
        elif not default:
            notes.append(f"Several {label} accounts are connected and none is the default: choose the one you want.")
    return chosen, notes


def _target(account: SocialAccount, filled: Filled, extras: Extras) -> TargetInput:
    part = filled.platforms.get(account.platform, PlatformPart())
    shared = filled.text
    mine = extras.signature is not None and not extras.is_for_all and selectors.belongs_to(extras.signature, account)
    own = extras.added(part.text if part.text is not None else shared, own=mine) if mine or part.text else None
    title = part.title or filled.title
    if not title and PLATFORMS[account.platform].text.needs_title:
        title = title_from(own or shared)
    return TargetInput(account.pk, own, title, part.options)


def create(
    *, actor: Actor, content: Content, names: Sequence[str], extras: Extras = NOTHING_ADDED, key: str = ""
) -> Post:
    """Make a draft with tags; called again with the same `key` it answers the same one."""
    policy.require(actor, Action.WRITE)
    whole = Content(extras.added(content.text), content.media_ids, content.targets, content.campaign, content.source)
    with transaction.atomic():
        sent = sending.send(actor=actor, content=whole, timing=sending.Draft(), key=key)
        tags.put(sent.post, names)
    return sent.post


def update(
    *, actor: Actor, post_id: UUID, version: int | None, changes: Mapping[str, Any], names: Sequence[str] | None = None
) -> Post:
    """Change a draft (`changes` are those of `posts.update_post`) and its tags; a stale version is 409."""
    policy.require(actor, Action.WRITE)
    post = selectors.draft(actor, post_id)
    with transaction.atomic():
        posts.update_post(actor=actor, post_id=post_id, version=version, only_draft=True, **changes)
        if names is not None:
            kept = tags.put(post, names)
            audit.record(actor, "draft.tags", ("post", post_id), {"tags": kept})
    return selectors.draft(actor, post_id)


def put_tags(*, actor: Actor, post_id: UUID, names: Sequence[str]) -> Post:
    """Make these the tags of a draft. Tags are no part of what goes out: they have no version."""
    policy.require(actor, Action.WRITE)
    post = selectors.draft(actor, post_id)
    with transaction.atomic():
        kept = tags.put(post, names)
        audit.record(actor, "draft.tags", ("post", post_id), {"tags": kept})
    return selectors.draft(actor, post_id)


def duplicate(*, actor: Actor, post_id: UUID) -> Post:
    """Another draft that says the same, with the same tags."""
    post = selectors.draft(actor, post_id)
    return create(actor=actor, content=Content.of(post), names=selectors.tag_names(post))


def delete(*, actor: Actor, post_id: UUID) -> Post:
    """Delete a draft; `restore` brings it back. What is no draft any more is left alone."""
    policy.require(actor, Action.WRITE)
    post = publishing.post(actor, post_id)
    if post.state != PostState.DRAFT:
        sentence = "This post is no draft any more. Delete it on its own page."
        raise Conflict(LibraryError.NO_DRAFT, sentence)
    posts.delete_post(actor=actor, post_id=post_id)
    return post


def restore(*, actor: Actor, post_id: UUID) -> Post:
    """Bring a deleted draft back."""
    posts.restore_post(actor=actor, post_id=post_id)
    return selectors.draft(actor, post_id)
