"""Successes of one kind share one notice until it is read: `12 posts were published`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.urls import reverse

from core.formatting import counted
from notifications.models import Notice, NoticeKind

_LINES = 5


@dataclass(frozen=True, slots=True)
class Bundle:
    """How several notices of a kind read as one: noun and verb, and the page (with its query) that lists them."""

    noun: str
    verb: str
    page: str
    query: str = ""


# Successes. Everything else gets a notice of its own.
BUNDLES: Final[Mapping[str, Bundle]] = {
    NoticeKind.POST_PUBLISHED: Bundle("post", "were published", "posts", "?status=published"),
    NoticeKind.EDIT_FINISHED: Bundle("edit", "are ready", "edits"),
}


@dataclass(frozen=True, slots=True)
class BundledNotice:
    """A notice as it reads, with those that it stands for."""

    notice: Notice
    count: int
    title: str
    text: str
    link: str


def join(notice: Notice) -> None:
    """Let a new notice stand for the unread ones of its kind, in the caller's transaction."""
    if notice.kind not in BUNDLES or not notice.shown:
        return
    rows = Notice.objects.for_workspace(notice.workspace_id).filter(
        recipient_id=notice.recipient_id, kind=notice.kind, shown=True, read_at=None
    )
    rows.exclude(pk=notice.pk).update(bundle=notice)


def bundled(notices: Iterable[Notice]) -> list[BundledNotice]:
    """Notices as a person reads them; one further query for all of them."""
    heads = list(notices)
    inside: dict[object, list[Notice]] = {}
    for row in Notice.objects.filter(bundle__in=heads).order_by("-created_at", "-id"):
        inside.setdefault(row.bundle_id, []).append(row)
    return [_bundled(head, inside.get(head.pk, [])) for head in heads]


def _bundled(head: Notice, others: list[Notice]) -> BundledNotice:
    if not others:
        return BundledNotice(head, 1, head.title, head.text, head.link)
    bundle, count = BUNDLES[head.kind], len(others) + 1
    lines = [row.title for row in (head, *others)][:_LINES]
    if count > _LINES:
        lines.append(f"and {count - _LINES} more")
    title = f"{counted(count, bundle.noun)} {bundle.verb}"
    return BundledNotice(head, count, title, "\n".join(lines), f"{reverse(bundle.page)}{bundle.query}")
