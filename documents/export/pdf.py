"""A4 pages in the fonts shipped with the product.

Signs that the fonts do not have (some scripts) are replaced by □ and a line at the end says so; Markdown keeps them.
"""

from collections.abc import Iterable
from functools import cache

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from core.fonts import FONTS_DIR
from documents.export import Block, Bullets, Heading, Paragraph, Table

_FILES = {"": "Inter-SemiBold.otf", "B": "Inter-Bold.otf"}
_EMOJI = "NotoEmoji-Bold.ttf"
_MISSING = "□"
_ROOM_BELOW_HEADING_MM = 50
_REPLACED_NOTE = "□ stands for signs this PDF's fonts do not have; the Markdown export has them."
_INK, _MUTED, _LINE = (25, 27, 34), (86, 91, 104), (231, 227, 218)


@cache
def _signs() -> frozenset[int]:
    found: set[int] = set()
    for name in (_FILES[""], _EMOJI):
        with TTFont(FONTS_DIR / name, lazy=True) as font:
            found |= set(font.getBestCmap())
    return frozenset(found)


class _Pdf(FPDF):
    """A4, the product's fonts, page numbers."""

    def __init__(self, name: str) -> None:
        super().__init__(format="A4")
        self.replaced = False
        self.set_title(name)
        self.set_creator("ElevoAI")
        self.set_margins(18, 18, 18)
        self.set_auto_page_break(True, 20)
        for style, file in _FILES.items():
            self.add_font("Inter", style, FONTS_DIR / file)
        self.add_font("Emoji", "", FONTS_DIR / _EMOJI)
        self.set_fallback_fonts(["Emoji"], exact_match=False)
        self.add_page()

    def footer(self) -> None:
        """Page number."""
        self.set_y(-14)
        self.set_font("Inter", "", 8)
        self.set_text_color(*_MUTED)
        self.cell(0, 6, f"{self.page_no()}", align="R")

    def sure(self, text: str) -> str:
        """Text with □ for what no font has."""
        known = _signs()
        kept = []
        for char in text:
            if char in "\u200d\ufe0f" or "\U0001f3fb" <= char <= "\U0001f3ff":
                continue
            if ord(char) in known or char in "\n\t ":
                kept.append(char)
            else:
                kept.append(_MISSING)
                self.replaced = True
        return "".join(kept)

    def write_block(
        self, text: str, size: float, *, bold: bool = False, muted: bool = False, indent: float = 0
    ) -> None:
        """A wrapped piece of text."""
        self.set_font("Inter", "B" if bold else "", size)
        self.set_text_color(*(_MUTED if muted else _INK))
        self.set_x(self.l_margin + indent)
        self.multi_cell(0, size * 0.5, self.sure(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def render(title: str, blocks: Iterable[Block]) -> bytes:
    """The document as PDF."""
    page = _Pdf(title)
    for block in blocks:
        if isinstance(block, Heading):
            if page.get_y() > page.h - _ROOM_BELOW_HEADING_MM:
                page.add_page()
            page.ln(5 if block.level > 1 else 0)
            page.write_block(block.text, {1: 20.0, 2: 14.0}.get(block.level, 11.0), bold=True)
            page.ln(1.5)
        elif isinstance(block, Paragraph):
            page.write_block(block.text, 8.5 if block.muted else 10.0, muted=block.muted)
            page.ln(1.5)
        elif isinstance(block, Bullets):
            for item in block.items:
                page.write_block(f"•  {item}", 10.0, indent=2)
            page.ln(1.5)
        else:
            _table(page, block)
    if page.replaced:
        page.ln(4)
        page.write_block(_REPLACED_NOTE, 8.0, muted=True)
    return bytes(page.output())


def _table(page: _Pdf, block: Table) -> None:
    page.set_font("Inter", "", 8.5)
    page.set_text_color(*_INK)
    page.set_draw_color(*_LINE)
    widths = tuple(block.widths) or None
    head = FontFace(emphasis="BOLD", fill_color=(246, 244, 239))
    with page.table(col_widths=widths, headings_style=head, line_height=4.6, padding=1.2, text_align="LEFT") as table:
        for cells in (block.header, *block.rows):
            row = table.row()
            for cell in cells:
                row.cell(page.sure(cell) or " ")
    page.ln(2)
