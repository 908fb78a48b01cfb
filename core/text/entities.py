"""What stands in a text as a fact rather than as a word: links, @mentions, #hashtags and numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import regex

from core.text import links


class EntityKind(StrEnum):
    """In the order in which they matter to whoever wrote them."""

    LINK = "link"
    MENTION = "mention"
    NUMBER = "number"
    HASHTAG = "hashtag"


@dataclass(frozen=True, slots=True)
class Entity:
    """One of them: as written, and where (code points)."""

    kind: EntityKind
    text: str
    start: int
    end: int

    @property
    def key(self) -> str:
        """What makes two of them the same: case does not."""
        return self.text.casefold().replace("＃", "#").replace("＠", "@")


_MARKS = regex.compile(
    r"(?<![A-Za-z0-9_!#$%&*@＠])(?P<mention>[@＠][A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)"
    r"|(?<![\p{L}\p{M}\p{N}_&])(?P<hashtag>[#＃][\p{L}\p{M}\p{N}_]*[\p{L}\p{M}][\p{L}\p{M}\p{N}_]*)"
    r"|(?<![0-9A-Za-z_.,])(?P<number>[-−]?\p{Sc}?\p{Nd}+(?:[.,:/×x–-]\p{Nd}+)*"
    r"(?:[ \u00a0\u202f]?[%‰\p{Sc}]|[A-Za-z]+)?)"
)


def _between(text: str, start: int, stop: int) -> Iterable[Entity]:
    for found in _MARKS.finditer(text, start, stop):
        kind = EntityKind(found.lastgroup or "")
        yield Entity(kind, found[0], found.start(), found.end())


def find(text: str) -> list[Entity]:
    """All of a text, in their order."""
    found: list[Entity] = []
    at = 0
    for link in links.find(text):
        found += _between(text, at, link.start)
        found.append(Entity(EntityKind.LINK, text[link.start : link.end], link.start, link.end))
        at = link.end
    return [*found, *_between(text, at, len(text))]


def keys(text: str) -> set[str]:
    """Which of them a text holds."""
    return {entity.key for entity in find(text)}
