"""Variables in the texts of templates: `{{hook}}` asks for a value, `{{cta|Follow for more}}` has one.

A value goes in as it was written and is not looked into again: this is substitution, no language. Two braces that are
meant as they stand are written `\\{{`; a backslash before those, `\\\\{{`, stands for itself and a variable follows.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.formatting import excerpt

LONGEST_NAME = 40
_OPEN = re.compile(r"(\\*)\{\{")
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Variable:
    """One place where a value goes in. `default` None: the value is asked for, unless another place has a default."""

    name: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is no variable, as a sentence that says where it stands."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A variable of a whole template: its first default holds wherever it has none of its own."""

    name: str
    default: str | None

    @property
    def is_required(self) -> bool:
        return self.default is None


Part = str | Variable | Mistake


def parts(text: str) -> Iterator[Part]:
    """The text in its order: words, variables, and what looks like a variable but is none."""
    at = 0
    while found := _OPEN.search(text, at):
        slashes, is_literal = divmod(len(found[1]), 2)
        yield text[at : found.start()] + "\\" * slashes
        at = found.end()
        if is_literal:
            yield "{{"
            continue
        end, again = text.find("}}", at), text.find("{{", at)
        start = found.end() - 2
        if end < 0 or 0 <= again < end:
            shown = excerpt(text[start : start + _SHOWN], _SHOWN)
            yield Mistake(
                f"“{shown}” {_place(text, start)} is not closed. A variable is written {{{{hook}}}}; "
                "two braces that are only braces are written \\{{."
            )
            continue
        yield _variable(text, start, text[at:end])
        at = end + 2
    yield text[at:]


def _variable(text: str, start: int, inside: str) -> Part:
    given, has_default, default = inside.partition("|")
    name = key(given)
    shown = excerpt(f"{{{{{inside}}}}}", _SHOWN)
    if not name:
        return Mistake(f"“{shown}” {_place(text, start)} has no name. A variable is written {{{{hook}}}}.")
    if not name.isidentifier():
        return Mistake(
            f"“{shown}” {_place(text, start)} is no variable: a name has letters, digits and underscores, and begins "
            "with a letter, as {{hook}} or {{cta|Follow for more}}."
        )
    if len(name) > LONGEST_NAME:
        return Mistake(f"“{shown}” {_place(text, start)} has a name of more than {LONGEST_NAME} characters.")
    return Variable(name, default if has_default else None)


def key(name: str) -> str:
    """A name as it is compared: `{{ Hook }}` is `hook`."""
    return unicodedata.normalize("NFKC", name.strip().casefold())


def _place(text: str, at: int) -> str:
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    return f"in line {line}, character {column}" if line > 1 else f"at character {column}"


def mistakes(text: str) -> list[str]:
    """A sentence for everything that looks like a variable and is none."""
    return [part.sentence for part in parts(text) if isinstance(part, Mistake)]


def wanted(texts: Iterable[str]) -> list[Wanted]:
    """The variables of several texts in their order, each once."""
    found: dict[str, str | None] = {}
    for text in texts:
        for part in parts(text):
            if isinstance(part, Variable) and found.get(part.name) is None:
                found[part.name] = part.default
    return [Wanted(name, default) for name, default in found.items()]


def filled(text: str, values: Mapping[str, str], defaults: Mapping[str, str | None] | None = None) -> str:
    """The text with its values. A value that is empty or not given is the default; without one nothing goes in.

    What is no variable stays as it is written.
    """
    defaults = defaults or {}

    def said(part: Part) -> str:
        if isinstance(part, Variable):
            own = part.default if part.default is not None else defaults.get(part.name)
            return values.get(part.name) or own or ""
        return part if isinstance(part, str) else ""

    return "".join(map(said, parts(text)))


def escaped(text: str) -> str:
    """A text that holds no variables, as a template that says just this."""
    return _OPEN.sub(lambda found: f"{found[1] * 2}\\{{{{", text)
