"""Captions without a model: fixed sentence patterns around the words of the request. Same request, same caption.

Nothing is claimed that the request does not say: the patterns point at the video, they do not describe its results.
"""

import hashlib
import re
from itertools import chain

from ai.captions import cutting, fitting
from ai.captions.schema import Caption, CaptionRequest, Tone
from core.text import entities
from core.text.entities import EntityKind
from platforms import PLATFORMS

_STOP_WORDS = """
a about above after again all also am an and any are as at be because been before being below between both but by can
could did do does doing down during each few for from further get got had has have having he her here hers him his how
i if in into is it its just like made make makes me more most my new no nor not now of off on once only or other our
out over own really same she should so some such than that the their them then there these they this those through to
too under until up us very via was we were what when where which while who why will with would you your yours
"""
# A topic of more meaningful words is a sentence.
_TOPIC_WORDS = 4
_SHORT_STYLE = 300
_STOP = frozenset(_STOP_WORDS.split())
_HOOKS: dict[Tone, tuple[str, ...]] = {
    Tone.PROFESSIONAL: ("{topic}: the short version.", "{topic}, step by step.", "A closer look at {lower}."),
    Tone.WITTY: (
        "{topic}. No manual required.",
        "{topic}: easier than explaining it at a party.",
        "We need to talk about {lower}.",
    ),
    Tone.CASUAL: ("{topic}. Here is how it goes.", "So, {lower}.", "{topic}: come along."),
    Tone.URGENT: ("{topic}: watch this before you scroll on.", "Do not skip this: {lower}.", "{topic}. Start today."),
}


def keywords(source: str) -> list[str]:
    """Meaningful words in their order, once each."""
    found: dict[str, str] = {}
    for word in re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", source):
        folded = word.casefold()
        if folded not in _STOP and len(word) > 2 and not word.isdigit():
            found.setdefault(folded, word)
    return list(found.values())


def _tags(request: CaptionRequest) -> list[str]:
    """Those that were given, then the topic's words, then what the platform is known for. The words of a sentence are
    no tags, nor are those of a text that somebody else wrote."""
    given = [one.text for one in entities.find(request.context) if one.kind is EntityKind.HASHTAG]
    own = keywords(request.topic)
    if len(own) > _TOPIC_WORDS:
        own = []
    phrase = "".join(word[:1].upper() + word[1:] for word in own) if len(own) > 1 else ""
    words = chain(given, [phrase] if phrase else [], own, PLATFORMS[request.platform].advice.hashtags)
    return cutting.hashtags(
        (word if word.startswith("#") else _cased(word) for word in words), request.platform, request.count
    )


def _cased(word: str) -> str:
    # A word with an inner capital (a name, joined words) keeps its shape.
    return word if any(char.isupper() for char in word[1:]) else word.lower()


def _pick(request: CaptionRequest, options: tuple[str, ...]) -> str:
    seed = f"{request.topic.casefold()}|{request.tone}|{request.platform}"
    return options[hashlib.sha256(seed.encode()).digest()[0] % len(options)]


def _hook(request: CaptionRequest) -> str:
    topic = request.topic.rstrip(" .!?…")
    first, rest = topic[:1], topic[1:]
    # A name or an abbreviation keeps its capital inside a sentence.
    lower = topic if rest[:1].isupper() or " " not in topic else first.lower() + rest
    if request.topic.rstrip().endswith("?"):
        return request.topic.strip()
    return _pick(request, _HOOKS[request.tone]).format(topic=first.upper() + rest, lower=lower)


def _closing(request: CaptionRequest) -> str:
    return PLATFORMS[request.platform].advice.closings[request.tone]


def write(request: CaptionRequest) -> Caption:
    """A caption that fits its platform: hook, what the context says, a closing line; or the given text, closed."""
    return _closed(request) if request.text else _composed(request)


def _closed(request: CaptionRequest) -> Caption:
    """The given text with its own hashtags, a closing line and hashtags up to the count that is asked for, where there
    is room beside all of it."""
    platform, spec = request.platform, PLATFORMS[request.platform].text
    fitted = fitting.fit(request.text, platform)
    caption, tags = fitting.parted(fitted.text)
    caption = caption or cutting.cut(request.topic, platform)
    closing = _closing(request)
    separator = " " if spec.target <= _SHORT_STYLE else "\n\n"
    closed = separator.join(part for part in (caption, closing) if part)
    # A text that was shortened has no room for a line of ours.
    if not fitted.left_out and not fitted.shortened and spec.measure(cutting.compose(closed, tags)) <= spec.most:
        caption = closed
    if not fitted.left_out and not fitted.shortened:
        tags = _with_more(request, caption, tags)
    return Caption(caption=caption or PLATFORMS[platform].label, hashtags=tags)


def _with_more(request: CaptionRequest, caption: str, tags: list[str]) -> list[str]:
    """The hashtags with new ones behind them up to the count that is asked for, as far as the platform takes them."""
    spec = PLATFORMS[request.platform].text
    known = {tag.casefold() for tag in tags} | entities.keys(caption)
    found = list(tags)
    for tag in [tag for tag in _tags(request) if tag.casefold() not in known]:
        if (
            len(found) < min(request.count, spec.hashtags)
            and spec.measure(cutting.compose(caption, [*found, tag])) <= spec.most
        ):
            found.append(tag)
    return found


def _composed(request: CaptionRequest) -> Caption:
    platform, spec = request.platform, PLATFORMS[request.platform].text
    tags = _tags(request)
    parts = [_hook(request), request.context, _closing(request)]
    parts = [cutting.clean(part, platform) for part in parts if part]
    # Beyond the style's length the context goes first, then the closing line.
    separator = " " if spec.target <= _SHORT_STYLE else "\n\n"
    body = separator.join(parts)
    if spec.measure(cutting.compose(body, tags)) > spec.target and request.context:
        room = spec.target - spec.measure(cutting.compose(separator.join([parts[0], "", parts[-1]]), tags))
        middle = cutting.cut(parts[1], platform, max(0, room)) if room > 0 else ""
        body = separator.join(part for part in (parts[0], middle, parts[-1]) if part)
    if spec.measure(cutting.compose(body, tags)) > spec.most and len(parts) > 1:
        body = separator.join(parts[:-1])
    caption, kept = cutting.fit(body, tags, platform)
    return Caption(caption=caption or cutting.cut(request.topic, platform) or PLATFORMS[platform].label, hashtags=kept)
