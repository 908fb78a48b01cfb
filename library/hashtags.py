"""Hashtags: what is one, lists of them, and how many of them each platform takes."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from core.text.entities import EntityKind, find
from platforms import PLATFORMS
from publishing.platforms.registry import adapter_for

LONGEST, MOST = 100, 60
_BETWEEN = re.compile(r"[\s,;]+")


def split(text: str) -> list[str]:
    """What a person typed or pasted, apart: between spaces, commas, semicolons and line breaks, or at each #."""
    return [part for word in _BETWEEN.split(text.replace("＃", "#")) for part in word.split("#") if part]


def cleaned(given: Iterable[str]) -> list[str]:
    """Without the sign before them, composed, each once whatever its case, in their order."""
    found: dict[str, str] = {}
    for each in given:
        tag = unicodedata.normalize("NFC", each.strip().lstrip("#＃").strip())
        if tag:
            found.setdefault(tag.casefold(), tag)
    return list(found.values())


def problem(tag: str) -> str:
    """Why this is no hashtag; empty when it is one."""
    if len(tag) > LONGEST:
        return f"“{tag[:30]}…” has more than {LONGEST} characters."
    if any(sign.isspace() for sign in tag):
        return f"“{tag}” has a space. A hashtag is one word."
    entities = find(f"#{tag}")
    if len(entities) == 1 and entities[0].kind is EntityKind.HASHTAG and entities[0].text == f"#{tag}":
        return ""
    if tag.isdecimal():
        return f"“{tag}” is only a number. Platforms make no link of it: add a letter."
    return f"“{tag}” is no hashtag: it has letters, digits and underscores only."


def as_text(tags: Sequence[str]) -> str:
    """`#herbs #balcony`."""
    return " ".join(f"#{tag}" for tag in tags)


def notes(tags: Sequence[str]) -> list[str]:
    """Which platforms do not take as many, or have no room for them, each as a sentence."""
    found = []
    for platform in PLATFORMS.values():
        limit = adapter_for(platform.key).limits.get("hashtags")
        if limit and len(tags) > int(limit.value):
            found.append(f"{platform.label} takes {limit.value} hashtags at most; these are {len(tags)}.")
        used = platform.text.measure(as_text(tags))
        if used > platform.text.most:
            found.append(f"{platform.label} has no room for them: {used} characters of {platform.text.most}.")
    return found
