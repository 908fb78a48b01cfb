"""How each platform counts a text. The browser counts by the same names (`frontend/src/lib/count.js`); both pass
`tests/vectors/counters.json`."""

import unicodedata
from collections.abc import Callable, Iterator

import regex

from core.text import links

# X's rules (its open text library, configuration 3): these code points weigh one, all others two; a link weighs 23 and
# an emoji two, however long they are.
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_LINK_WEIGHT = 23
# Most texts are made of nothing else; without a joiner these are never part of an emoji that weighs two.
_ALL_LIGHT = regex.compile(r"[\0-\u10ff\u2000-\u200c\u2010-\u201f\u2032-\u2037]*+")
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3")
_PLAIN_SIGNS = frozenset("©®‼⁉™")


def graphemes(text: str) -> list[str]:
    """What a person sees as one character."""
    return regex.findall(r"\X", text)


def _pieces(text: str) -> Iterator[str | None]:
    """The text between links; None for each link."""
    at = 0
    for link in links.find(text):
        yield text[at : link.start]
        yield None
        at = link.end
    yield text[at:]


def _weigh(grapheme: str) -> int:
    if _EMOJI.search(grapheme) and grapheme not in _PLAIN_SIGNS:
        return 2
    return sum(1 if any(low <= ord(sign) <= high for low, high in _LIGHT) else 2 for sign in grapheme)


def weighted(text: str) -> int:
    """X's weighted length."""
    pieces = _pieces(unicodedata.normalize("NFC", text))
    return sum(_LINK_WEIGHT if piece is None else _words(piece) for piece in pieces)


def _words(piece: str) -> int:
    return len(piece) if _ALL_LIGHT.fullmatch(piece) else sum(map(_weigh, graphemes(piece)))


UNITS: dict[str, Callable[[str], int]] = {
    "chars": len,
    "utf16": lambda text: len(text.encode("utf-16-le")) // 2,
    "bytes": lambda text: len(text.encode()),
    "weighted": weighted,
    "graphemes": lambda text: len(graphemes(text)),
}


def length(text: str, unit: str) -> int:
    """The length of a text in code points, UTF-16 units, UTF-8 bytes, X's weights or graphemes."""
    return UNITS[unit](text)
