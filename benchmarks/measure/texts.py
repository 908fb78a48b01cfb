"""Captions for labelled clips, drawn with the fonts that the product ships."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).resolve().parents[2] / "core" / "fonts"
FACES = ("Inter-SemiBold.otf", "Inter-Bold.otf")
STYLES = ("boxed", "outlined", "shadow", "plain")
INKS = ((255, 255, 255), (255, 238, 70), (20, 20, 20), (255, 120, 90))
WORDS = tuple(
    " ".join(
        (
            "three quick tips for a calm morning save this before your next trip nobody tells you about sleep day",
            "seven wait for the end how we built it in one week stop doing this the secret step part two follow",
            "for more under ten minutes only 5 left link below price 49 before after result simple method coffee",
            "garden",
        )
    ).split(" ")
)


@dataclass
class Caption:
    """A text on the frames `first` up to `last` (not included). `size` is a share of the short side."""

    first: int
    last: int
    text: str
    style: str = "boxed"
    size: float = 0.07
    left: float = 0.08
    top: float = 0.7
    face: str = FACES[0]
    ink: tuple[int, int, int] = INKS[0]
    fade: int = 0  # frames
    _drawn: NDArray[np.float32] | None = field(default=None, repr=False)

    def on(self, picture: NDArray[np.float32], frame: int) -> NDArray[np.float32]:
        if not self.first <= frame < self.last:
            return picture
        if self._drawn is None or self._drawn.shape[:2] != picture.shape[:2]:
            self._drawn = self._draw(picture.shape[1], picture.shape[0])
        share = self._drawn[..., 3:] / 255.0
        if self.fade:
            share = share * min(1.0, (frame - self.first + 1) / self.fade, (self.last - frame) / self.fade)
        return picture * (1 - share) + self._drawn[..., :3] * share

    def _draw(self, width: int, height: int) -> NDArray[np.float32]:
        size = max(8, round(self.size * min(width, height)))
        font = ImageFont.truetype(str(FONTS / self.face), size)
        at = (self.left * width, self.top * height)
        colour = self.ink
        image = Image.new("RGBA", (width, height), (*colour, 0))
        draw = ImageDraw.Draw(image)
        if self.style == "boxed":
            back = (12, 12, 12) if sum(colour) > 300 else (250, 250, 250)
            image = Image.new("RGBA", (width, height), (*back, 0))
            draw = ImageDraw.Draw(image)
            box = draw.textbbox(at, self.text, font=font)
            pad = size * 0.35
            draw.rounded_rectangle((box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad), size * 0.2, (*back, 235))
            draw.text(at, self.text, font=font, fill=(*colour, 255))
        elif self.style == "outlined":
            edge = (0, 0, 0, 255) if sum(colour) > 300 else (255, 255, 255, 255)
            draw.text(at, self.text, font=font, fill=(*colour, 255), stroke_width=max(1, size // 12), stroke_fill=edge)
        else:
            if self.style == "shadow":
                step = max(1, size // 14)
                draw.text((at[0] + step, at[1] + step), self.text, font=font, fill=(0, 0, 0, 200))
            draw.text(at, self.text, font=font, fill=(*colour, 255))
        return np.asarray(image).astype(np.float32)


def caption(rng: np.random.Generator, first: int, last: int, *, wide: bool) -> Caption:
    """A random text that fits the picture. White and light inks where nothing holds them apart from the picture."""
    style = STYLES[int(rng.choice(len(STYLES), p=(0.4, 0.3, 0.2, 0.1)))]
    size = float(rng.uniform(0.05, 0.085))
    most = (30 if wide else 15) * 0.07 / size
    start = int(rng.integers(len(WORDS)))
    text = WORDS[start]
    for word in (WORDS * 2)[start + 1 : start + int(rng.integers(1, 5))]:
        if len(text) + 1 + len(word) > most:
            break
        text += " " + word
    if len(text) < 4:
        text += f" {rng.integers(10, 99)}"
    ink = INKS[int(rng.integers(len(INKS)))] if style in ("boxed", "outlined") else INKS[int(rng.integers(2))]
    shown = text.upper() if rng.random() < 0.2 else text.capitalize() if rng.random() < 0.6 else text
    room = max(0.08, 0.9 - len(shown) * 0.62 * size * (0.56 if wide else 1.0))
    return Caption(
        first,
        last,
        shown,
        style,
        size,
        float(rng.uniform(0.06, room)),
        float(rng.uniform(0.08, 0.85)),
        FACES[int(rng.integers(2))],
        ink,
        int(rng.choice([0, 0, 3])),
    )
