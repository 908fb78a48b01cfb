"""A still camera: someone who talks before a wall or in a room, and a bird that flies past. Its cuts only skip time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .scenes import Picture, View, fractal_texture

Colour = tuple[int, int, int]


def _sway(phases: np.ndarray, t: float, slow: float = 0.13) -> float:
    """-1..1, slow and never the same again."""
    return float(np.sin(2 * np.pi * slow * t + phases[0]) * 0.6 + np.sin(2 * np.pi * 0.37 * slow * t + phases[1]) * 0.4)


@dataclass
class Backdrop:
    picture: Image.Image
    noise: float
    gain: float

    @classmethod
    def draw(cls, rng: np.random.Generator, width: int, height: int, style: str) -> Backdrop:
        base = float({"dark wall": rng.uniform(8, 28), "white wall": rng.uniform(205, 240)}.get(style, 120))
        if style in ("dark wall", "white wall"):
            shade = base + np.linspace(-6, 6, width)[None, :, None] * rng.uniform(0.3, 1.0) + rng.normal(0, 3, 3)
            values = np.broadcast_to(shade, (height, width, 3))
        elif style == "sky":
            ramp = np.linspace(0, 1, height)[:, None, None]
            clouds = fractal_texture(rng, width, height, 2.0)[..., None] * rng.uniform(0, 60)
            values = np.array([90, 140, 210]) * (1 - ramp) + np.array([190, 215, 240]) * ramp + clouds
        else:
            values = fractal_texture(rng, width, height, 1.6)[..., None] * rng.uniform(60, 170) + rng.uniform(20, 70, 3)
        picture = Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))
        if style == "room":
            pen = ImageDraw.Draw(picture)
            for _ in range(10):
                x, y = rng.uniform(0, width), rng.uniform(0, height)
                box = (x, y, x + rng.uniform(0.1, 0.3) * width, y + rng.uniform(0.05, 0.3) * height)
                pen.rectangle(box, fill=tuple(int(c) for c in rng.uniform(30, 220, 3)))
            picture = picture.filter(ImageFilter.GaussianBlur(1.5))
        return cls(picture, float(rng.uniform(0.5, 3.0)), float(rng.choice([1.0, 1.0, 0.6])))

    def finish(self, picture: Image.Image, t: float) -> Picture:
        grain = np.random.default_rng(int(t * 1000)).normal(0, self.noise, (picture.height, picture.width, 1))
        return np.clip(np.asarray(picture, np.float32) * self.gain + grain, 0, 255).astype(np.uint8)


class TalkingHead:
    """Head, torso and hands that sway, turn and gesture; the head fills `size` of the height."""

    lettered = False

    def __init__(self, rng: np.random.Generator, width: int, height: int, style: str, size: float) -> None:
        self.width, self.height, self.size = width, height, size
        self.back = Backdrop.draw(rng, width, height, style)
        self.skin: Colour = tuple(int(c) for c in rng.uniform(90, 225, 3) * np.array([1.0, 0.85, 0.72]))  # type: ignore[assignment]
        self.cloth: Colour = tuple(int(c) for c in rng.uniform(10, 240, 3))  # type: ignore[assignment]
        self.hair: Colour = tuple(int(c) for c in rng.uniform(10, 120, 3))  # type: ignore[assignment]
        self.phases = rng.uniform(0, 6.3, (8, 2))
        self.lively = float(rng.uniform(0.6, 1.4))

    def frame(self, t: float, view: View) -> Picture:
        picture = self.back.picture.copy()
        pen, head = ImageDraw.Draw(picture), self.size * self.height
        sway = [_sway(phase, t * self.lively) for phase in self.phases]
        x = self.width * 0.5 + 0.22 * head * sway[0]
        y = self.height * 0.62 - 0.9 * head + 0.12 * head * sway[1]
        body = x - 0.08 * head * sway[0]
        top = y + 0.45 * head
        pen.rounded_rectangle((body - head, top, body + head, self.height * 1.2), 0.4 * head, fill=self.cloth)
        for side, number in ((-1, 2), (1, 4)):
            hand = (body + side * head * (0.9 + 0.5 * sway[number]), top + head * (0.9 + 0.7 * sway[number + 1]))
            pen.line([(body + side * 0.8 * head, top + 0.4 * head), hand], fill=self.cloth, width=int(0.3 * head) + 1)
            _disc(pen, *hand, 0.17 * head, 0.2 * head, self.skin)
        _disc(pen, x, y - 0.08 * head, 0.40 * head, 0.52 * head, self.hair)
        _disc(pen, x + 0.04 * head * sway[6], y, 0.34 * head, 0.45 * head, self.skin)
        turn = 0.12 * head * sway[6]
        for eye in (-0.14, 0.14):
            _disc(pen, x + eye * head + turn, y - 0.08 * head, 0.04 * head, 0.03 * head, (20, 20, 20))
        open_ = abs(float(np.sin(2 * np.pi * 2.9 * t) * np.sin(2 * np.pi * 0.7 * t)))
        _disc(pen, x + turn, y + 0.2 * head, 0.11 * head, (0.02 + 0.06 * open_) * head, (90, 30, 30))
        return self.back.finish(picture, t)


class Flyer:
    """A bird that crosses the picture before a sky, beating its wings; `size` is its span as a share of the width."""

    lettered = False

    def __init__(self, rng: np.random.Generator, width: int, height: int, size: float, speed: float) -> None:
        self.width, self.height, self.size, self.speed = width, height, size, speed
        self.back = Backdrop.draw(rng, width, height, "sky")
        self.colour: Colour = tuple(int(c) for c in rng.uniform(10, 90, 3))  # type: ignore[assignment]
        self.beat, self.level = float(rng.uniform(1.2, 4.0)), float(rng.uniform(0.3, 0.6))
        self.heading = float(rng.choice([-1, 1]))

    def frame(self, t: float, view: View) -> Picture:
        picture = self.back.picture.copy()
        pen, span = ImageDraw.Draw(picture), self.size * self.width
        road = self.width + 1.4 * span
        x = (t * self.speed * self.width) % road - 0.7 * span
        x = x if self.heading > 0 else self.width - x
        y = self.height * (self.level + 0.05 * np.sin(2 * np.pi * 0.3 * t))
        wing = float(np.sin(2 * np.pi * self.beat * t))
        for side in (-1, 1):
            tip = (x + side * 0.5 * span, y - 0.35 * span * wing)
            pen.polygon([(x, y - 0.06 * span), tip, (x + side * 0.1 * span, y + 0.08 * span)], fill=self.colour)
        _disc(pen, x, y, 0.14 * span, 0.07 * span, self.colour)
        return self.back.finish(picture, t)


def _disc(pen: ImageDraw.ImageDraw, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
    pen.ellipse((x - rx, y - ry, x + rx, y + ry), fill=colour)
