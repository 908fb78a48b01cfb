"""Where the fonts shipped with the product are (SIL Open Font License): for texts on pictures and in PDF."""

from pathlib import Path
from typing import Final

FONTS_DIR: Final = Path(__file__).resolve().parent / "fonts"
