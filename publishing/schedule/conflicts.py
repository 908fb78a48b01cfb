"""What stands in each other's way in a schedule: shown as warnings that a person can accept, never refused for good."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet

from publishing.models import Post, PostTarget
from publishing.schedule import specs
from publishing.states import IN_FLIGHT, PLANNED, TargetState

MINUTE = timedelta(minutes=1)
# How near the same words with the same video may come before somebody should have meant it.
SAME_CONTENT_WITHIN = timedelta(days=7)
_LOOK_AT = 500


class ConflictKind(StrEnum):
    """What two posts share."""

    SAME_MINUTE = "same_minute"
    SAME_CONTENT = "same_content"


@dataclass(frozen=True, slots=True)
class ScheduleConflict:
    """One account's share that meets another post. `at` is when the other goes or went out."""

    kind: ConflictKind
    account_id: UUID
    post_id: UUID
    at: datetime
    sentence: str

    def as_json(self) -> dict[str, str]:
        return {
            "kind": self.kind.value,
            "account_id": str(self.account_id),
            "post_id": str(self.post_id),
            "at": self.at.isoformat(),
            "message": self.sentence,
        }


def of(post: Post, times: Mapping[UUID, datetime]) -> list[ScheduleConflict]:
    """What a post's targets would meet at these instants, by account."""
    found: list[ScheduleConflict] = []
    for target in post.targets.all():
        at = times.get(target.account_id)
        if at is not None:
            target.post = post
            found.extend(_same_minute(target, at))
            found.extend(_same_content(target, at))
    return found


def _others(target: PostTarget) -> QuerySet[PostTarget]:
    rows = PostTarget.objects.filter(account_id=target.account_id, post__deleted_at__isnull=True)
    return rows.exclude(post_id=target.post_id)


def _same_minute(target: PostTarget, at: datetime) -> list[ScheduleConflict]:
    minute = at.replace(second=0, microsecond=0)
    rows = _others(target).filter(state__in=sorted(PLANNED), due_at__gte=minute, due_at__lt=minute + MINUTE)
    other = rows.order_by("due_at", "id").first()
    if other is None or other.due_at is None:
        return []
    sentence = f"Another post to {target.account.handle} is planned for the same minute."
    return [ScheduleConflict(ConflictKind.SAME_MINUTE, target.account_id, other.post_id, other.due_at, sentence)]


def _same_content(target: PostTarget, at: datetime) -> list[ScheduleConflict]:
    key = specs.content_key(specs.build(target))
    after, before = at - SAME_CONTENT_WITHIN, at + SAME_CONTENT_WITHIN
    frozen = _others(target).filter(content_key=key)
    out = Q(state=TargetState.PUBLISHED, published_at__gt=after, published_at__lt=before)
    sent = frozen.filter(out | Q(state__in=sorted({TargetState.IN_INBOX, *IN_FLIGHT}))).first()
    if sent is not None:
        when = sent.published_at or sent.due_at or at
        verb = "went out" if sent.state == TargetState.PUBLISHED else "is going out"
        return [_twin(target, sent, when, verb)]
    # What is planned is not frozen yet, so its key is made here, of those that say the same.
    planned = _others(target).filter(state__in=sorted(PLANNED), due_at__gt=after, due_at__lt=before)
    words = _words(target.title, target.effective_text())
    texts = planned.order_by("due_at", "id").values_list("pk", "title", "text", "post__text")
    alike = [pk for pk, title, own, text in texts if _words(title, text if own is None else own) == words][:_LOOK_AT]
    if not alike:
        return []
    rows = planned.filter(pk__in=alike).select_related("post").prefetch_related("post__media__file")
    for other in rows.order_by("due_at", "id"):
        if other.due_at is not None and specs.content_key(specs.build(other)) == key:
            return [_twin(target, other, other.due_at, "is planned")]
    return []


def _words(*texts: str) -> list[list[str]]:
    """Texts without their spacing, as `specs.content_key` reads them."""
    return [text.split() for text in texts]


def _twin(target: PostTarget, other: PostTarget, at: datetime, verb: str) -> ScheduleConflict:
    days = SAME_CONTENT_WITHIN.days
    content = specs.same_words(specs.build(target))
    sentence = f"{content} {verb} to {target.account.handle} within {days} days of this."
    return ScheduleConflict(ConflictKind.SAME_CONTENT, target.account_id, other.post_id, at, sentence)
