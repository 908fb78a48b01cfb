"""Wraps the long lines of templates: `python -m tests.wrap_templates`. `tests.lint_templates` refuses longer ones.

A break goes where white space stands already and means nothing more than any other: between the attributes of a tag,
else between tags and words. What a browser makes of the page stays the same.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "templates"
# Longer ones are wrapped, to at most this many characters where there is a place to break.
LONGEST, WANTED = 200, 140

# Cotton makes of <c-vars> one tag of Django's, which has to stand on one line.
_TEMPLATE = r"{%.*?%}|{{.*?}}|{#.*?#}|<c-vars\b.*?/>"
_TOKEN = re.compile(rf"({_TEMPLATE}|\"(?:{_TEMPLATE}|[^\"])*\"|'(?:{_TEMPLATE}|[^'])*'|[<>]|\s+)", re.DOTALL)
# Between these, white space is part of what people see.
_LITERAL = re.compile(r"<(pre|textarea|script)\b")


def _places(line: str, inside: bool) -> tuple[list[int], list[int], bool]:
    """Where white space between attributes begins, where other white space does, and whether a tag is open at the end.

    `inside`: whether one was open at the line's beginning.
    """
    attributes, others = [], []
    at = 0
    while at < len(line):
        match = _TOKEN.match(line, at)
        if match is None:
            at += 1
            continue
        token = match.group()
        # An apostrophe of the text opens nothing.
        if token[0] in "\"'" and not inside:
            at += 1
            continue
        if token == "<":
            inside = line[at + 1 : at + 2].isalpha()
        elif token == ">":
            inside = False
        elif token.isspace() and at and line[match.end() : match.end() + 1] not in ("", "/", ">"):
            # Right behind a tag's name, or what an attribute depends on, a break reads badly: only the last resort.
            named = inside and re.search(r"<[\w.-]+$|%}$", line[:at])
            (attributes if inside and not named else others).append(at)
        at = match.end()
    return attributes, others, inside


def wrapped(line: str, inside: bool = False) -> list[str]:
    """The line in parts of at most WANTED characters, as far as it can be broken. `inside`: a tag is open before it."""
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    attributes, others = ([place for place in places if place > len(indent)] for places in _places(line, inside)[:2])
    if _LITERAL.search(line):
        others = []
    parts, start, room = [], 0, WANTED
    while len(line) - start > room:
        near = [[place for place in places if start < place <= start + room] for places in (attributes, others)]
        later = [place for place in sorted([*attributes, *others]) if place > start + room]
        if not any((*near, later)):
            break
        place = (near[0] or near[1] or later[:1])[-1]
        parts.append(line[start:place])
        start = place + len(line[place:]) - len(line[place:].lstrip())
        room = WANTED - len(indent)
    return [part if not number else indent + part for number, part in enumerate([*parts, line[start:]])]


def formatted(text: str) -> str:
    """The template with every line over LONGEST wrapped."""
    parts, inside = [], False
    for line in text.split("\n"):
        parts += wrapped(line, inside) if len(line) > LONGEST else [line]
        inside = _places(line, inside)[2]
    return "\n".join(parts)


def main() -> None:
    for path in sorted(ROOT.rglob("*.html")):
        text = path.read_text()
        if formatted(text) != text:
            path.write_text(formatted(text))


if __name__ == "__main__":
    main()
