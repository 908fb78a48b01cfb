"""Reads of strategies."""

import difflib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.policy import Action, require
from core.actor import Actor
from core.errors import Conflict, NotFound
from strategies import documents
from strategies.errors import StrategyError
from strategies.models import Strategy, StrategyVersion
from strategies.schema import SECTIONS, StrategyContent, StrategyRequest


@dataclass(frozen=True, slots=True)
class Shown:
    """A strategy with one of its versions, read into its schema; `version` is None while there is none."""

    strategy: Strategy
    version: StrategyVersion | None
    content: StrategyContent | None
    request: StrategyRequest | None

    @property
    def newest(self) -> bool:
        """Whether this is the version that can be edited."""
        return self.version is not None and self.version.number == self.strategy.version


def strategies(actor: Actor, *, search: str = "", platform: str = "", status: str = "") -> QuerySet[Strategy]:
    """The workspace's strategies that are not deleted, newest first."""
    require(actor, Action.READ)
    rows: QuerySet[Strategy] = Strategy.objects.for_workspace(actor.workspace_id).alive()
    if search:
        rows = rows.filter(search__contains=search.casefold())
    if platform:
        rows = rows.filter(search__contains="twitter" if platform == "x" else platform)
    if status:
        rows = rows.filter(status=status)
    return rows.select_related("created_by").order_by("-created_at", "-id")


def strategy(actor: Actor, strategy_id: UUID) -> Strategy:
    """One strategy; 404 for foreign and deleted ones."""
    require(actor, Action.READ)
    found: Strategy | None = Strategy.objects.for_workspace(actor.workspace_id).alive().filter(pk=strategy_id).first()
    if found is None:
        raise NotFound()
    return found


def shown(actor: Actor, strategy_id: UUID, *, number: int | None = None) -> Shown:
    """A strategy with its newest version, or with version `number` (404 when it has none such)."""
    found = strategy(actor, strategy_id)
    version = versions(actor, found).filter(number=found.version if number is None else number).first()
    if version is None:
        if number is not None:
            raise NotFound()
        return Shown(found, None, None, None)
    return Shown(
        found,
        version,
        StrategyContent.model_validate(version.content),
        StrategyRequest.model_validate(version.request),
    )


def versions(actor: Actor, of: Strategy) -> QuerySet[StrategyVersion]:
    """All versions, newest first, with who wrote them."""
    rows = StrategyVersion.objects.for_workspace(actor.workspace_id).filter(strategy=of)
    return rows.select_related("created_by").order_by("-number")


@dataclass(frozen=True, slots=True)
class Change:
    """One run of words of a comparison: `kind` is same, added or removed."""

    kind: str
    words: str


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
        before, after = (documents.section_text(content, key).split() for content in (first, second))
        if before != after:
            found.append(SectionDiff(key, label, word_changes(before, after)))
    return found


def word_changes(before: list[str], after: list[str]) -> list[Change]:
    """The shortest readable list of changes from one text to another."""
    changes: list[Change] = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            changes.append(Change("same", " ".join(before[i1:i2])))
            continue
        if i2 > i1:
            changes.append(Change("removed", " ".join(before[i1:i2])))
        if j2 > j1:
            changes.append(Change("added", " ".join(after[j1:j2])))
    return changes


def export(actor: Actor, strategy_id: UUID, *, format_: str, number: int | None = None) -> documents.Export:
    """A version as a file; 409 while there is none."""
    found = shown(actor, strategy_id, number=number)
    if found.content is None or found.version is None:
        raise Conflict(StrategyError.NOT_READY, "This strategy is not ready yet, so there is nothing to export.")
    offline = bool(found.version.provenance.get("offline"))
    return documents.export(found.content, offline=offline, version=found.version.number, format_=format_)


def api_content(version: StrategyVersion | None) -> dict[str, Any]:
    """A version's content as the API shows it."""
    return dict(version.content) if version else {}
