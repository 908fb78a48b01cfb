"""Reads of the library."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse

from accounts.policy import Action, require
from core.actor import Actor
from core.errors import NotFound
from core.hooks import FileUse
from library.models import HashtagGroup, PostTag, Signature, Template, TemplateMedia, TemplateTag
from publishing import selectors as publishing
from publishing.models import Post, PostTarget, SocialAccount
from publishing.states import PostState
from videos.models import Tag
from videos.services.names import normalise

ORDERINGS = {
    "-created_at": ("-created_at", "-id"),
    "created_at": ("created_at", "id"),
    "-updated_at": ("-updated_at", "-id"),
    "updated_at": ("updated_at", "id"),
}
TEMPLATE_ORDERINGS = {**ORDERINGS, "name": ("name", "id"), "-name": ("-name", "-id")}
MOST_TAGS_SHOWN, MOST_WORDS = 200, 8


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; what is empty narrows nothing. `campaign` and `account_id` are only of drafts."""

    search: str = ""
    tag: UUID | None = None
    platform: str = ""
    campaign: str = ""
    account_id: UUID | None = None
    ordering: str = "-created_at"

    @property
    def is_narrow(self) -> bool:
        return bool(self.search.strip() or self.tag or self.platform or self.campaign or self.account_id)


def templates(actor: Actor, filters: Filters = Filters()) -> QuerySet[Template]:
    """The workspace's templates with media, tags and whoever made them."""
    require(actor, Action.READ)
    rows = Template.objects.for_workspace(actor.workspace_id).filter(deleted_at__isnull=True)
    for word in normalise(filters.search).split()[:MOST_WORDS]:
        rows = rows.filter(search__contains=word)
    if filters.tag:
        tagged = TemplateTag.objects.for_workspace(actor.workspace_id).filter(tag_id=filters.tag)
        rows = rows.filter(pk__in=tagged.values("template_id"))
    if filters.platform:
        rows = rows.filter(platforms__has_key=filters.platform)
    media = TemplateMedia.objects.select_related("file").defer("file__probe")
    rows = rows.select_related("created_by").defer("search").prefetch_related(Prefetch("media", media), "tags")
    return rows.order_by(*TEMPLATE_ORDERINGS.get(filters.ordering, ORDERINGS["-created_at"]))


def template(actor: Actor, template_id: UUID) -> Template:
    """One template; 404 for foreign and deleted ones."""
    found = templates(actor).filter(pk=template_id).first()
    if found is None:
        raise NotFound
    return found


def drafts(actor: Actor, filters: Filters = Filters()) -> QuerySet[Post]:
    """The workspace's posts that are drafts, with accounts, media and tags."""
    return _drafts(actor, filters, publishing.filtered_posts)


def draft_lines(actor: Actor, filters: Filters) -> QuerySet[Post]:
    """The same without media, and with as much of the accounts' shares as a line shows."""
    return _drafts(actor, filters, publishing.post_lines)


def _drafts(actor: Actor, filters: Filters, read: Callable[..., QuerySet[Post]]) -> QuerySet[Post]:
    rows = read(
        actor,
        state=PostState.DRAFT,
        platform=filters.platform,
        campaign=filters.campaign,
        search=filters.search[:200],
    )
    if filters.tag:
        tagged = PostTag.objects.for_workspace(actor.workspace_id).filter(tag_id=filters.tag)
        rows = rows.filter(pk__in=tagged.values("post_id"))
    if filters.account_id:
        shares = PostTarget.objects.for_workspace(actor.workspace_id).filter(account_id=filters.account_id)
        rows = rows.filter(pk__in=shares.values("post_id"))
    rows = rows.select_related("created_by").prefetch_related(_post_tags())
    return rows.order_by(*ORDERINGS.get(filters.ordering, ORDERINGS["-created_at"]))


def _post_tags() -> Prefetch[str, QuerySet[PostTag], str]:
    return Prefetch("post_tags", PostTag.objects.select_related("tag").order_by("tag__name", "id"))


def draft(actor: Actor, post_id: UUID) -> Post:
    """One draft; 404 for foreign and deleted ones, and for what is no draft any more."""
    found = drafts(actor).filter(pk=post_id).first()
    if found is None:
        raise NotFound
    return found


def item(actor: Actor, item_id: UUID) -> Template | Post:
    """A template or a draft, by its id."""
    found = templates(actor).filter(pk=item_id).first()
    return found if found is not None else draft(actor, item_id)


def tags(actor: Actor) -> list[Tag]:
    """The workspace's tags by name, for filters."""
    require(actor, Action.READ)
    return list(Tag.objects.for_workspace(actor.workspace_id).order_by("name", "id")[:MOST_TAGS_SHOWN])


def tag_names(row: Template | Post) -> list[str]:
    """The tags of a template or draft by name."""
    if isinstance(row, Template):
        return sorted((tag.name for tag in row.tags.all()), key=str.casefold)
    found: Iterable[PostTag] = row.post_tags.all()
    return sorted((each.tag.name for each in found), key=str.casefold)


def hashtag_groups(actor: Actor, search: str = "") -> QuerySet[HashtagGroup]:
    """The workspace's hashtag groups by name."""
    require(actor, Action.READ)
    rows = HashtagGroup.objects.for_workspace(actor.workspace_id)
    return (rows.filter(name__icontains=search.strip()) if search.strip() else rows).order_by("name", "id")


def signatures(actor: Actor, search: str = "") -> QuerySet[Signature]:
    """The workspace's signatures by name, with the accounts that they are for."""
    require(actor, Action.READ)
    rows = Signature.objects.for_workspace(actor.workspace_id).select_related("account")
    return (rows.filter(name__icontains=search.strip()) if search.strip() else rows).order_by("name", "id")


def hashtag_group(actor: Actor, pk: UUID) -> HashtagGroup:
    """One group; 404 for a foreign one."""
    found = hashtag_groups(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def signature(actor: Actor, pk: UUID) -> Signature:
    """One signature; 404 for a foreign one."""
    found = signatures(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def default_signature(actor: Actor) -> str:
    """The text that stands in new posts from the beginning; empty when there is none."""
    rows = signatures(actor).filter(is_default=True, platform="", account__isnull=True)
    return rows.values_list("text", flat=True).first() or ""


def belongs_to(row: Signature, account: SocialAccount) -> bool:
    """Whether a signature is meant for an account."""
    if row.account_id is not None:
        return row.account_id == account.pk
    return row.platform in ("", account.platform)


def needs_of(workspace_id: UUID, file_ids: Collection[UUID]) -> list[FileUse]:
    """The templates that need one of these files."""
    shown = TemplateMedia.objects.for_workspace(workspace_id).filter(file_id__in=file_ids)
    rows = Template.objects.for_workspace(workspace_id).filter(Q(pk__in=shown.values("template_id")), deleted_at=None)
    return [
        FileUse("template", row.pk, row.name, "template", "is part of", reverse("library_template", args=[row.pk]))
        for row in rows.order_by("name", "id")
    ]
