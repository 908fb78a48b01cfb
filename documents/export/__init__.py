"""Documents as a list of blocks, and as files. A format's library is loaded when it is asked for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Final

OFFLINE_LABEL: Final = "Offline answer: put together from measurements and templates, without a language model."
CONTENT_TYPES: Final = {
    "md": "text/markdown; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_MODULES: Final = {"md": "markdown", "pdf": "pdf", "docx": "docx"}


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` 1 is the title."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """`muted` for remarks such as sources."""

    text: str
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """An unordered list."""

    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under a header; `widths` are shares of the page."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int] = field(default_factory=list)


Block = Heading | Paragraph | Bullets | Table


@dataclass(frozen=True, slots=True)
class Export:
    """A file to hand out."""

    name: str
    content_type: str
    body: bytes


def file_name(title: str, suffix: str) -> str:
    """A harmless file name from a title."""
    stem = re.sub(r"[^\w-]+", "-", title).strip("-_").lower()[:60]
    return f"{stem or 'document'}.{suffix}"


def write(title: str, blocks: Sequence[Block], format_: str) -> Export:
    """The blocks as a file of a format of `CONTENT_TYPES`."""
    body: bytes = import_module(f"documents.export.{_MODULES[format_]}").render(title, blocks)
    return Export(file_name(title, format_), CONTENT_TYPES[format_], body)
