"""Fitting a person's text to a platform. Links, @mentions, numbers and hashtags stay; ordinary words go first, from the
end. What cannot stay is named, and nothing is added."""

from collections.abc import Iterable
from dataclasses import dataclass

import regex

from ai.captions.cutting import clean, cut
from core.text import entities
from core.text.entities import Entity, EntityKind
from platforms import PLATFORMS
from platforms.descriptor import Text

_SENTENCE = regex.compile(r"\S.*?(?:[.!?…]+[\"'”’)\]]*(?=\s|$)|[。！？]+[」』）]*|$)\s*", regex.S | regex.M)
_TAIL_GAP = "\n\n"
_UNITS = {"bytes": "bytes"}
# A part of the next sentence is worth its ellipsis only where the whole sentences leave much room.
_ROOM_SHARE = 0.6
_SHOWN = 12
_FIRST_TO_GO = (EntityKind.HASHTAG, EntityKind.MENTION, EntityKind.LINK)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a person wrote and the fitted text does not say, and why."""

    words: tuple[str, ...]
    why: str

    def __str__(self) -> str:
        shown = ", ".join(self.words[:_SHOWN])
        more = f" and {len(self.words) - _SHOWN:,} more" if len(self.words) > _SHOWN else ""
        return f"Left out: {shown}{more}, because {self.why}."


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text that fits, what had to go of what must be named, and whether words went too."""

    text: str
    left_out: tuple[LeftOut, ...] = ()
    shortened: bool = False


def fit(text: str, platform: str) -> Fitted:
    """The text as the platform takes it: unchanged when it fits."""
    spec = PLATFORMS[platform].text
    cleaned = clean(text, platform)
    tags = _tags(cleaned)
    surplus = {tag.key for tag in tags[spec.hashtags :]}
    short = _without(cleaned, surplus) if surplus else cleaned
    shortened = spec.measure(short) > spec.most
    if shortened:
        short = _shortened(short, platform)
    return Fitted(short, tuple(_named(text, cleaned, short, surplus, platform)), shortened)


def restored(text: str, written: str, platform: str) -> Fitted:
    """What a model made of a text, with every link, mention and hashtag that it forgot put back, made to fit."""
    have = entities.keys(written)
    missing = [one for one in _once(entities.find(text)) if one.kind is not EntityKind.NUMBER and one.key not in have]
    whole = _TAIL_GAP.join(part for part in (written, " ".join(one.text for one in missing)) if part)
    short = fit(whole, platform)
    cleaned = clean(text, platform)
    surplus = {tag.key for tag in _tags(clean(whole, platform))[PLATFORMS[platform].text.hashtags :]}
    why = "" if short.shortened else "they are not in the new wording"
    return Fitted(short.text, tuple(_named(text, cleaned, short.text, surplus, platform, why)), short.shortened)


def parted(text: str) -> tuple[str, list[str]]:
    """A text without the hashtags at its end, and these: each once, in their order."""
    tags: list[str] = []
    for entity in reversed(entities.find(text)):
        if entity.kind is not EntityKind.HASHTAG or text[entity.end :].strip():
            break
        tags.insert(0, entity.text)
        text = text[: entity.start].rstrip()
    known = entities.keys(text)
    once: dict[str, str] = {}
    for tag in tags:
        once.setdefault(tag.casefold(), tag)
    return text, [tag for key, tag in once.items() if key not in known]


def _once(found: Iterable[Entity]) -> list[Entity]:
    """Each of them at its first place only."""
    first: dict[str, Entity] = {}
    for entity in found:
        first.setdefault(entity.key, entity)
    return list(first.values())


def _tags(text: str) -> list[Entity]:
    return [one for one in _once(entities.find(text)) if one.kind is EntityKind.HASHTAG]


def _without(text: str, surplus: set[str]) -> str:
    """The text without some of its hashtags."""
    for entity in reversed(entities.find(text)):
        if entity.key in surplus:
            text = text[: entity.start].rstrip(" ") + text[entity.end :]
    return text.strip()


def _carried(found: list[Entity], spec: Text) -> list[Entity]:
    """The links, mentions and hashtags that can be kept: hashtags up to half of the room, then the rest if it fits."""
    kept = [one for one in _once(found) if one.kind is not EntityKind.NUMBER]
    for kind in _FIRST_TO_GO:
        of_kind = [one for one in kept if one.kind is kind]
        while of_kind and spec.measure(_joined(kept)) > (spec.most // 2 if kind is EntityKind.HASHTAG else spec.most):
            kept.remove(of_kind.pop())
    return kept


def _joined(found: Iterable[Entity]) -> str:
    return " ".join(one.text for one in found)


def _with_tail(body: str, carried: list[Entity]) -> str:
    """The body, and behind it what it does not hold of what is to be kept."""
    have = entities.keys(body)
    return _TAIL_GAP.join(
        part for part in (body.strip(), _joined(one for one in carried if one.key not in have)) if part
    )


def _shortened(text: str, platform: str) -> str:
    """Whole sentences without numbers go first, from the end; then words of the longest one; then numbers too."""
    spec = PLATFORMS[platform].text
    sentences = [found[0] for found in _SENTENCE.finditer(text)]
    carried = _carried(entities.find(text), spec)
    numbers = [_numbers(each) for each in sentences]
    later = range(len(sentences) - 1, 0, -1)
    left = _fewest_gone(sentences, [at for at in later if not numbers[at]], carried, spec)
    if spec.measure(_with_tail("".join(sentences[at] for at in left), carried)) <= spec.most:
        return _filled(sentences, left, carried, platform)
    for last in range(_most(sentences, left, spec), 0, -1):
        staying = [sentences[at] for at in left[:last]]
        if spec.measure(whole := _with_tail("".join(staying), carried)) <= spec.most:
            return whole
        begun = _begun(staying, max(range(last), key=lambda at: len(staying[at])), carried, platform)
        if begun and set().union(*(numbers[at] for at in left[:last])) <= entities.keys(begun):
            return begun
    return _begun(sentences[:1], 0, carried, platform) or _joined(carried)


def _most(sentences: list[str], left: list[int], spec: Text) -> int:
    """How many of the sentences could fit if the longest of them were cut to nothing."""
    total = longest = 0
    for count, at in enumerate(left):
        size = spec.measure(sentences[at])
        total, longest = total + size, max(longest, size)
        if total - longest > spec.most:
            return max(1, count)
    return len(left)


def _numbers(text: str) -> set[str]:
    return {one.key for one in entities.find(text) if one.kind is EntityKind.NUMBER}


def _fewest_gone(sentences: list[str], going: list[int], carried: list[Entity], spec: Text) -> list[int]:
    """The places of the sentences that stay when, in this order, as few as possible go."""
    left = set(range(len(sentences)))
    sizes = [spec.measure(each) for each in sentences]
    room = sum(sizes)
    for at in going:
        # The sum says where to begin to measure: it costs nothing, but leaves out the tail and the joints.
        if room <= spec.most and spec.measure(_with_tail(_staying(sentences, left), carried)) <= spec.most:
            break
        left.discard(at)
        room -= sizes[at]
    return sorted(left)


def _staying(sentences: list[str], left: set[int]) -> str:
    return "".join(each for at, each in enumerate(sentences) if at in left)


def _filled(sentences: list[str], left: list[int], carried: list[Entity], platform: str) -> str:
    """The sentences that stay; where they leave much room, the beginning of the next one too."""
    spec, following = PLATFORMS[platform].text, len(left)
    result = _with_tail("".join(sentences[at] for at in left), carried)
    if left != list(range(following)) or following == len(sentences):
        return result
    if spec.measure(result) >= _ROOM_SHARE * spec.most:
        return result
    return _begun(sentences[: following + 1], following, carried, platform) or result


def _begun(sentences: list[str], at: int, carried: list[Entity], platform: str) -> str:
    """The sentences with as many words of one of them as fit beside what is kept; empty when no word does."""
    spec = PLATFORMS[platform].text
    most = spec.most
    gap = sentences[at][len(sentences[at].rstrip()) :]
    while most > 0 and (part := cut(sentences[at].rstrip(), platform, most)):
        result = _with_tail("".join([*sentences[:at], part, gap, *sentences[at + 1 :]]), carried)
        over = spec.measure(result) - spec.most
        if over <= 0:
            return result
        most = min(most, spec.measure(part)) - over
    return ""


def _named(text: str, cleaned: str, short: str, surplus: set[str], platform: str, why: str = "") -> Iterable[LeftOut]:
    """What of a person's text is gone, with the reason; in the order in which it was written."""
    spec = PLATFORMS[platform].text
    signs = tuple(sign for sign in spec.forbidden if sign in text)
    if signs:
        yield LeftOut(signs, f"{PLATFORMS[platform].label} does not take {'them' if len(signs) > 1 else 'it'}")
    have = entities.keys(short)
    gone = [one for one in _once(entities.find(cleaned)) if one.key not in have]
    many = tuple(one.text for one in gone if one.key in surplus)
    if many:
        yield LeftOut(many, f"{PLATFORMS[platform].label} takes {spec.hashtags} hashtags")
    rest = tuple(one.text for one in gone if one.key not in surplus)
    if rest:
        units = _UNITS.get(spec.unit, "characters")
        yield LeftOut(rest, why or f"{PLATFORMS[platform].label} takes {spec.most:,} {units}")
