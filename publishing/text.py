"""How each platform counts a text. The browser counts by the same names (`frontend/src/lib/count.js`); both read the
same list of top-level domains and pass `tests/vectors/counters.json`."""

import json
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import regex

# X's rules (its open text library, configuration 3): these code points weigh one, all others two; a link weighs 23 and
# an emoji two, however long they are.
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_LINK_WEIGHT = 23


def _link() -> regex.Pattern[str]:
    """Links as X finds them: with http(s) any domain, without it a domain in Latin letters; always a real top-level
    domain, then a port, a path and a query that do not end in punctuation."""
    names = json.loads((Path(__file__).parent / "tlds.json").read_text())["tlds"].split()
    known = "|".join(sorted(map(regex.escape, names), key=len, reverse=True))
    tld = rf"(?:{known}|xn--[a-z0-9-]+)(?![a-z0-9@+-])"
    letters = r"a-z0-9\p{Script=Cyrillic}\u00c0-\u024f"
    inside = rf"{letters}!*';:=+,.$/%#\[\]_~@|&-"
    end = rf"{letters}=_#/+-"
    group = rf"\([{inside}]+\)"
    path = rf"(?:/(?:(?:[{inside}]|{group})*(?:[{end}]|{group}))?)?"
    query = rf"(?:\?[{letters}!?*'@();:&=+$/%#\[\]_.,~|-]*[a-z0-9_&=#/-])?"
    any_label = r"[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}_-]*[\p{L}\p{M}\p{N}])?"
    latin_label = r"[a-z0-9\u00c0-\u024f](?:[a-z0-9\u00c0-\u024f-]*[a-z0-9\u00c0-\u024f])?"
    before = r"(?<![a-z0-9@＠$#＃])"
    bare_before = r"(?<![a-z0-9\u00c0-\u024f@＠$#＃_./-])"
    rest = rf"(?::\d+)?{path}{query}"
    return regex.compile(
        rf"{before}https?://(?:{any_label}\.)+{tld}{rest}|{bare_before}(?:{latin_label}\.)+{tld}{rest}", regex.I
    )


LINK = _link()
_EMOJI = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3")
_PLAIN_SIGNS = frozenset("©®‼⁉™")


def graphemes(text: str) -> list[str]:
    """What a person sees as one character."""
    return regex.findall(r"\X", text)


def _pieces(text: str) -> Iterator[str | None]:
    """The text between links; None for each link."""
    at = 0
    for link in LINK.finditer(text):
        yield text[at : link.start()]
        yield None
        at = link.end()
    yield text[at:]


def _weigh(grapheme: str) -> int:
    if _EMOJI.search(grapheme) and grapheme not in _PLAIN_SIGNS:
        return 2
    return sum(1 if any(low <= ord(sign) <= high for low, high in _LIGHT) else 2 for sign in grapheme)


def weighted(text: str) -> int:
    """X's weighted length."""
    pieces = _pieces(unicodedata.normalize("NFC", text))
    return sum(_LINK_WEIGHT if piece is None else sum(map(_weigh, graphemes(piece))) for piece in pieces)


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
