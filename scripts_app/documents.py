"""A script as a document: the two-column table exported as Markdown, PDF or DOCX."""

import io
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.shared import Pt

from ai.captions.limits import Platform
from core.errors import ValidationFailed
from scripts_app.errors import ScriptError
from scripts_app.schema import ScriptContent
from strategies import paper
from strategies.documents import OFFLINE_LABEL, Export, file_name
from strategies.offline.compare import clock
from strategies.paper import Block, Bullets, Heading, Paragraph, Table

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TYPES = {"md": "text/markdown; charset=utf-8", "pdf": "application/pdf", "docx": DOCX}


def blocks(content: ScriptContent, *, platform: str, offline: bool, version: int) -> list[Block]:
    """The whole document."""
    facts = f"{Platform(platform).label}, {content.duration:g} s, {content.words} spoken words, version {version}"
    rows = [
        (f"{clock(row.start_time)}–{clock(row.end_time)}", row.role.value, row.audio, row.visual, row.text_overlay)
        for row in content.segments
    ]
    found: list[Block] = [Heading(content.title, 1), Paragraph(facts, muted=True)]
    if offline:
        found.append(Paragraph(OFFLINE_LABEL, muted=True))
    found.append(Table(("Time", "Part", "Said", "Shown", "On screen"), rows, (15, 9, 30, 28, 18)))
    if content.music:
        found += [Heading("Music"), Paragraph(content.music)]
    if content.reasons:
        found += [Heading("Why it is built this way"), Bullets([reason.sentence for reason in content.reasons])]
    if content.notes:
        found += [Heading("Notes"), Bullets(content.notes)]
    return found


def docx(name: str, document: list[Block]) -> bytes:
    """The document for Word and its relatives, in landscape so that the table has room."""
    page = Document()
    section = page.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    page.core_properties.title = name
    page.core_properties.author = "ElevoAI"
    for block in document:
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


def export(content: ScriptContent, *, platform: str, offline: bool, version: int, format_: str) -> Export:
    """The script as a file. Formats: md, pdf, docx."""
    if format_ not in _TYPES:
        raise ValidationFailed(
            ScriptError.FORMAT_UNKNOWN,
            f"A script can be exported as md, pdf or docx, not as “{format_}”.",
            fields={"format": ["Choose md, pdf or docx."]},
        )
    document = blocks(content, platform=platform, offline=offline, version=version)
    if format_ == "md":
        body = paper.markdown(document).encode()
    else:
        body = paper.pdf(content.title, document) if format_ == "pdf" else docx(content.title, document)
    return Export(file_name(content.title, format_), _TYPES[format_], body)
