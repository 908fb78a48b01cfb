"""The fonts shipped with the product: which characters they can draw, and how wide a text will be.

libass scales a font so that its Windows ascent plus descent is the size asked for (as GDI does); the same sum gives
the height of a line here, and with the advance widths the width of a text.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

from core.fonts import FONTS_DIR

# Joiners, direction marks and variation selectors draw nothing by themselves.
_INVISIBLE: Final = frozenset(
    {0x00AD, 0x034F, 0x200C, 0x200D, 0x2060, 0xFEFF, *range(0xFE00, 0xFE10), *range(0xE0020, 0xE0080)}
)


@dataclass(frozen=True)
class Face:
    """One font file. `name` is how an ASS file asks for it."""

    name: str
    glyphs: frozenset[int]
    advances: dict[int, float]

    def width(self, character: str) -> float:
        """Advance of a character, as a ratio of the font size that libass is given."""
        return self.advances.get(ord(character), 0.0)


@cache
def face(file_name: str, name: str) -> Face:
    """Read a font of `FONTS_DIR`."""
    from fontTools.ttLib import TTFont  # slow to load, and few processes read fonts

    with TTFont(FONTS_DIR / file_name, lazy=True) as font:
        characters = font.getBestCmap()
        metrics = font["hmtx"]
        height = font["OS/2"].usWinAscent + font["OS/2"].usWinDescent
        advances = {code: metrics[glyph][0] / height for code, glyph in characters.items()}
        return Face(name, frozenset(characters), advances)


def text_face(weight: str) -> Face:
    """The face of ordinary text."""
    if weight == "semibold":
        return face("Inter-SemiBold.otf", "Inter SemiBold")
    return face("Inter-Bold.otf", "Inter")


def emoji_face() -> Face:
    """The face of emoji: outlines in the colour of the text."""
    return face("NotoEmoji-Bold.ttf", "Noto Emoji")


def is_invisible(character: str) -> bool:
    """Whether a character only steers how others are drawn."""
    return ord(character) in _INVISIBLE


def choose(character: str, text: Face) -> Face | None:
    """The face that draws a character; None when no shipped font can."""
    code = ord(character)
    if code in text.glyphs:
        return text
    emoji = emoji_face()
    return emoji if code in emoji.glyphs else None


def missing_characters(text: str) -> str:
    """The characters of a text that no shipped font can draw, each once, in order."""
    regular = text_face("bold")
    return "".join(
        dict.fromkeys(
            character
            for character in text
            if character.isprintable() and not is_invisible(character) and choose(character, regular) is None
        )
    )
