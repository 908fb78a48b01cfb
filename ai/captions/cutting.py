"""Cutting and joining caption text so that it fits, without hurting a word, a link or an emoji."""

import re
from collections.abc import Iterable

from core.text import entities, links
from core.text.lengths import graphemes
from platforms import PLATFORMS

_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_TAG = re.compile(r"\w+")
_ELLIPSIS = "…"
_SENTENCE_SHARE = 0.6


def clean(text: str, platform: str) -> str:
    """Without what the platform refuses, without trailing spaces, at most one empty line in a row."""
    for char in PLATFORMS[platform].text.forbidden:
        text = text.replace(char, "")
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in text.replace("\r\n", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _pieces(text: str) -> Iterable[str]:
    """Words and the spaces between; in scripts without spaces each sign, but links, tags, numbers whole."""
    for token in re.findall(r"\s+|\S+", text):
        if not _UNSPACED.search(token):
            yield token
            continue
        at = 0
        for entity in entities.find(token):
            yield from graphemes(token[at : entity.start])
            yield entity.text
            at = entity.end
        yield from graphemes(token[at:])


def _ended(text: str) -> str:
    if not text or text[-1] in ".!?…:。！？":
        return text
    last = text.split()[-1]
    return (
        f"{text} {_ELLIPSIS}"
        if any(link.end == len(last) for link in links.find(last))
        else text.rstrip(",;–-") + _ELLIPSIS
    )


def cut(text: str, platform: str, limit: int | None = None) -> str:
    """The longest beginning of a text that fits `limit` units, ended at a sentence, word, link or sign.

    A whole sentence is preferred when it fills most of the room; else "…" marks the cut. A single word that is longer
    than the limit is left out, never broken.
    """
    spec = PLATFORMS[platform].text
    most = spec.most if limit is None else limit
    if spec.measure(text) <= most:
        return text
    kept = best = sentence = ""
    for piece in _pieces(text):
        kept += piece
        if piece.isspace():
            continue
        candidate = _ended(kept)
        if spec.measure(candidate) <= most:
            best = candidate
            if candidate == kept:
                sentence = kept
        elif spec.measure(kept) > most:
            break
    return sentence if sentence and spec.measure(sentence) >= _SENTENCE_SHARE * most else best


def hashtag(word: str) -> str:
    """`#word` of letters, digits and underscores; empty when nothing is left or only digits are."""
    joined = "".join(_TAG.findall(word.lstrip("#")))
    return f"#{joined}" if joined and not joined.isdigit() else ""


def hashtags(words: Iterable[str], platform: str, count: int) -> list[str]:
    """At most `count` different hashtags (any case counts as the same), within the platform's number."""
    found: dict[str, str] = {}
    for word in words:
        tag = hashtag(word)
        if tag and tag.casefold() not in found:
            found[tag.casefold()] = tag
    return list(found.values())[: min(count, PLATFORMS[platform].text.hashtags)]


def compose(caption: str, tags: Iterable[str]) -> str:
    """What is posted: the caption, an empty line, the hashtags."""
    return "\n\n".join(part for part in (caption, " ".join(tags)) if part)


def fit(caption: str, tags: list[str], platform: str) -> tuple[str, list[str]]:
    """Caption and hashtags that together fit the platform; hashtags go first only when half the room is theirs."""
    spec = PLATFORMS[platform].text
    kept = list(tags)
    while kept and spec.measure(" ".join(kept)) > spec.most // 2:
        kept.pop()
    room = spec.most - (spec.measure("\n\n" + " ".join(kept)) if kept else 0)
    return cut(clean(caption, platform), platform, room), kept
