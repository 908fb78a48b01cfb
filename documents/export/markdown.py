"""CommonMark with tables."""

from collections.abc import Iterable

from documents.export import Block, Bullets, Heading, Paragraph


def render(title: str, blocks: Iterable[Block]) -> bytes:
    """The document; its title is its first heading."""
    return text(blocks).encode()


def text(blocks: Iterable[Block]) -> str:
    """The blocks, with every sign that means something in Markdown escaped."""
    parts = []
    for block in blocks:
        if isinstance(block, Heading):
            parts.append(f"{'#' * block.level} {_line(block.text)}")
        elif isinstance(block, Paragraph):
            text = _escaped(block.text)
            parts.append(f"*{text}*" if block.muted else text)
        elif isinstance(block, Bullets):
            parts.append("\n".join(f"- {_line(item)}" for item in block.items))
        else:
            rows = [block.header, ["---"] * len(block.header), *block.rows]
            parts.append("\n".join(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows))
    return "\n\n".join(part for part in parts if part) + "\n"


def _escaped(text: str) -> str:
    for sign in "\\`*_[]<>":
        text = text.replace(sign, f"\\{sign}")
    return "\n".join(f"\\{line}" if line[:1] in "#->+" and line[:1] else line for line in text.split("\n"))


def _line(text: str) -> str:
    return _escaped(" ".join(text.split()))


def _cell(text: str) -> str:
    return text if text == "---" else _line(text).replace("|", "\\|")
