"""Reads of strategies."""

from functools import partial
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from core.actor import Actor
from documents import selectors
from documents.selectors import versions, word_changes
from platforms import canonical
from strategies.document import STRATEGY, Shown
from strategies.models import Strategy
from strategies.schema import SECTIONS

__all__ = [
    "SECTIONS", "Shown", "compare", "contents", "export", "shown", "strategies", "strategy", "versions",
    "video_ids", "word_changes",
]  # fmt: skip

strategy: Final = partial(selectors.document, STRATEGY)
shown: Final = partial(selectors.shown, STRATEGY)
export: Final = partial(selectors.export, STRATEGY)
contents: Final = partial(selectors.contents, STRATEGY)
compare: Final = partial(selectors.compare, STRATEGY)


def strategies(actor: Actor, *, search: str = "", platform: str = "", status: str = "") -> QuerySet[Strategy]:
    """The workspace's strategies that are not deleted, newest first."""
    rows = selectors.documents(STRATEGY, actor, search=search, status=status)
    return rows.filter(search__contains=canonical(platform)) if platform else rows


def video_ids(actor: Actor, strategy_id: UUID) -> list[UUID] | None:
    """The videos that a ready strategy was made from; None when there is no such strategy."""
    rows = list(strategies(actor, status=Strategy.Status.READY).filter(pk=strategy_id).values_list("videos", flat=True))
    return [video_id for video_id in rows if video_id] if rows else None
