"""For Word and its relatives."""

import io
from collections.abc import Iterable
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.shared import Pt

from documents.export import Block, Bullets, Heading, Paragraph, Table


def render(title: str, blocks: Iterable[Block]) -> bytes:
    """The document, in landscape so that tables have room."""
    page = Document()
    section = page.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    page.core_properties.title = title
    page.core_properties.author = "ElevoAI"
    for block in blocks:
        if isinstance(block, Heading):
            page.add_heading(_plain(block.text), level=max(0, block.level - 1))
        elif isinstance(block, Paragraph):
            run = page.add_paragraph().add_run(_plain(block.text))
            run.italic = block.muted
            run.font.size = Pt(9 if block.muted else 11)
        elif isinstance(block, Bullets):
            for item in block.items:
                page.add_paragraph(_plain(item), style="List Bullet")
        else:
            _table(page, block)
    stream = io.BytesIO()
    page.save(stream)
    return stream.getvalue()


def _table(page: Any, block: Table) -> None:
    table = page.add_table(rows=0, cols=len(block.header), style="Table Grid")
    for texts in (block.header, *block.rows):
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text = _plain(text)


def _plain(text: str) -> str:
    """Without control characters, which XML forbids."""
    return "".join(char for char in text if char >= " " or char in "\n\t")
