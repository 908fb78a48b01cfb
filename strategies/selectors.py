"""Reads of strategies."""

from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from core.actor import Actor
from documents import selectors
from documents.selectors import Change, versions, word_changes
from platforms import canonical
from strategies.blocks import section_text
from strategies.document import STRATEGY, Shown
from strategies.models import Strategy
from strategies.schema import SECTIONS, StrategyContent

__all__ = [
    "Shown", "compare", "contents", "export", "shown", "strategies", "strategy", "versions",
    "video_ids", "word_changes",
]  # fmt: skip

strategy: Final = partial(selectors.document, STRATEGY)
shown: Final = partial(selectors.shown, STRATEGY)
export: Final = partial(selectors.export, STRATEGY)
contents: Final = partial(selectors.contents, STRATEGY)


def strategies(actor: Actor, *, search: str = "", platform: str = "", status: str = "") -> QuerySet[Strategy]:
    """The workspace's strategies that are not deleted, newest first."""
    rows = selectors.documents(STRATEGY, actor, search=search, status=status)
    return rows.filter(search__contains=canonical(platform)) if platform else rows


def video_ids(actor: Actor, strategy_id: UUID) -> list[UUID] | None:
    """The videos that a ready strategy was made from; None when there is no such strategy."""
    rows = list(strategies(actor, status=Strategy.Status.READY).filter(pk=strategy_id).values_list("videos", flat=True))
    return [video_id for video_id in rows if video_id] if rows else None


@dataclass(frozen=True, slots=True)
class SectionDiff:
    """How one section differs between two versions."""

    key: str
    label: str
    changes: list[Change]


def compare(first: StrategyContent, second: StrategyContent) -> list[SectionDiff]:
    """Word by word, only the sections that differ."""
    found = []
    for key, label in SECTIONS.items():
        before, after = (section_text(content, key).split() for content in (first, second))
        if before != after:
            found.append(SectionDiff(key, label, word_changes(before, after)))
    return found
