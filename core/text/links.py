"""Links in a text, as X finds them; wherever a link must be told from words, this is what tells it.

The rules are those of X's open text library: with http(s) a host in any letters, without it one in Latin letters, which
may stand between other letters; always a real top-level domain, then a port, a path and a query that do not end in
punctuation. The browser finds the same links (`frontend/src/lib/links.js`, `tests/vectors/links.json`). One pass: a
text made to be slow costs no more than its length.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import regex

_TLDS = frozenset(json.loads((Path(__file__).parent / "tlds.json").read_text())["tlds"].split())
_TLD_STARTS = frozenset({"xn", *(name[:2] for name in _TLDS)})
_TLD_SIZES = sorted({len(name) for name in _TLDS}, reverse=True)
_LONGEST_LABEL, _LONGEST_HOST, _LONGEST_LINK, _LONGEST_SLUG = 63, 253, 4096, 40
_DEFAULT_PROTOCOL = "https://"

_NO_HOST = (
    r"!'#%&()*+,\\/:;<=>?@\[\]^{|}~$"  # punctuation
    r"\t-\r \x85\xa0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # spaces
    r"\ufffe\ufeff\uffff\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"  # no characters, directions
)
_LATIN = (
    r"\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289\u028b\u02bb"
    r"\u0300-\u036f\u1e00-\u1eff"
)
_RUN = regex.compile(rf"[^{_NO_HOST}]+")
_PROTOCOL = regex.compile(r"(?<![a-z0-9@＠$#＃\ufffe\ufeff\uffff])https?://\Z", regex.I)
_START = regex.compile(r"(?<![A-Za-z0-9@＠$#＃\ufffe\ufeff\uffff])[^._-]")
_LATIN_LABELS = regex.compile(rf"(?:[-a-z0-9{_LATIN}]+\.)+", regex.I)
_PUNYCODE_TLD = regex.compile(r"xn--[-0-9a-z]+", regex.I)
_AFTER_TLD = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@+-")
_DOTS = regex.compile("[。．｡]")

_INSIDE = rf"a-z\u0400-\u04ff0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{_LATIN}"
_END = rf"+\-a-z\u0400-\u04ff0-9=_#/{_LATIN}"
_GROUP = rf"\((?:[{_INSIDE}]+|[{_INSIDE}]*\([{_INSIDE}]+\)[{_INSIDE}]*)\)"
_QUERY = r"(?:\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9\-_&=#/])?"
_REST = regex.compile(rf"(?::[0-9]+)?(?P<path>/(?:(?:[{_INSIDE}]|{_GROUP})*(?:[{_END}]|{_GROUP}))?)?{_QUERY}", regex.I)
_SHORT = regex.compile(rf"https?://t\.co/([a-z0-9]+){_QUERY}", regex.I)


@dataclass(frozen=True, slots=True)
class Link:
    """A link and where it stands: `start` and `end` in code points."""

    start: int
    end: int


def _tld_end(text: str, start: int, stop: int) -> int:
    """Where the top-level domain that begins at `start` ends; 0 when none does."""
    if text[start : start + 2].lower() not in _TLD_STARTS:
        return 0
    for size in _TLD_SIZES:
        end = start + size
        if end <= stop and text[start:end].lower() in _TLDS and (end == len(text) or text[end] not in _AFTER_TLD):
            return end
    found = _PUNYCODE_TLD.match(text, start, stop)
    return found.end() if found else 0


@dataclass(frozen=True, slots=True)
class _Label:
    """One label of a run: its bounds, and how far a host reaches that begins in it (0: no host).

    `deep` holds when more labels follow it before the top-level domain: only then may it hold underscores.
    """

    start: int
    end: int
    reach: int
    deep: bool


def _labels(text: str, start: int, stop: int) -> list[_Label]:
    """The labels of a run, read from its end so that each is looked at once."""
    found: list[_Label] = []
    whole_reach, after = 0, 0  # of the label that follows
    end = stop
    while True:
        begin = max(text.rfind(".", start, end) + 1, start)
        reach, deep = 0, False
        if after and end > begin and text[end - 1] not in "_-":
            reach, deep = (whole_reach, True) if whole_reach else (_tld_end(text, after, stop), False)
        found.append(_Label(begin, end, reach, deep))
        whole = begin < end and text[begin] not in "_-" and (deep or "_" not in text[begin:end])
        whole_reach, after = (reach if whole else 0), begin
        if begin == start:
            return found[::-1]
        end = begin - 1


def _bare_start(text: str, labels: list[_Label], first: int) -> tuple[int, int] | None:
    """The first place at which a host without protocol begins, and where it ends."""
    for label in labels:
        if not label.reach:
            continue
        lowest = label.start if label.deep else max(label.start, text.rfind("_", label.start, label.end) + 1)
        found = _START.search(text, max(lowest, first), label.end)
        if found:
            return found.start(), label.reach
    return None


def _ascii_length(label: str) -> int:
    """The length of a label as it is asked for in the DNS."""
    parts = _DOTS.split(label)
    return sum(len(part) if part.isascii() else 4 + len(part.encode("punycode")) for part in parts) + len(parts) - 1


def _allowed(host: str, protocol: str, length: int) -> bool:
    sizes = [_ascii_length(label) for label in host.split(".")]
    if min(sizes) < 1 or max(sizes) > _LONGEST_LABEL:
        return False
    if host.lower().startswith("xn--") and not _latin_hosts(host, 0, len(host)):
        return False
    asked = sum(sizes) + len(sizes) - 1
    if protocol and asked > _LONGEST_HOST:
        return False
    return len(protocol or _DEFAULT_PROTOCOL) + length - len(host) + asked <= _LONGEST_LINK


def _latin_hosts(text: str, start: int, stop: int) -> list[Link]:
    """The hosts in Latin letters that stand between other letters."""
    found: list[Link] = []
    while labels := _LATIN_LABELS.search(text, start, stop):
        start = dot = labels.end()
        while dot > labels.start():
            if end := _tld_end(text, dot, stop):
                found.append(Link(labels.start(), end))
                start = end
                break
            dot = text.rfind(".", labels.start(), dot - 1) + 1
    return [host for host in found if host.end - host.start <= _LONGEST_HOST]


def _with_protocol(text: str, start: int, host: tuple[int, int], end: int) -> list[Link]:
    short = _SHORT.match(text, start, end)
    if short:
        end = short.end()
        if len(short[1]) > _LONGEST_SLUG:
            return []
    return [Link(start, end)] if _allowed(text[slice(*host)], text[start : host[0]], end - start) else []


def _without(text: str, host: tuple[int, int], end: int, has_path: bool) -> list[Link]:
    start, stop = host
    if (start and text[start - 1] in "-_./") or not _allowed(text[start:stop], "", end - start):
        return []
    found = _latin_hosts(text, start, stop)
    if found and has_path:
        found[-1] = Link(found[-1].start, end)
    return found


def _host(text: str, start: int, stop: int, at: int) -> tuple[int, tuple[int, int]] | None:
    """The first host in a run of host characters, and where its protocol begins (-1: it has none).

    What stands before `at` belongs to the link before; a link needs one character between.
    """
    labels = _labels(text, start, stop)
    first = labels[0]
    protocol = _PROTOCOL.search(text, max(at, start - len(_DEFAULT_PROTOCOL)), start)
    if protocol and (protocol.start() > at or not at):
        begins = text[start] not in "_-" and (first.deep or "_" not in text[start : first.end])
        if first.reach and begins:
            return protocol.start(), (start, first.reach)
    bare = _bare_start(text, labels, at + 1 if at else 0)
    return (-1, bare) if bare else None


def find(text: str) -> Iterator[Link]:
    """The links of a text in their order."""
    at = here = 0
    while run := _RUN.search(text, here):
        start, here = run.span()
        found = _host(text, start, here, at) if "." in run[0] else None
        if not found:
            continue
        protocol, host = found
        rest = _REST.match(text, host[1])
        assert rest is not None, "all parts of the rest are optional"
        at = here = rest.end()
        if protocol >= 0:
            yield from _with_protocol(text, protocol, host, at)
        else:
            yield from _without(text, host, at, rest["path"] is not None)


def replaced(text: str, by: str) -> str:
    """The text with `by` in place of each link."""
    found, at = [], 0
    for link in find(text):
        found += [text[at : link.start], by]
        at = link.end
    return "".join([*found, text[at:]])
