"""Procedural shots for labelled clips: every picture is drawn from a seed, nothing is stored.

A scene answers `frame(t, view)`: the picture at its own time `t` (seconds) through a camera `view`. Scenes are drawn on
a canvas larger than the frame so that a camera can pan, zoom, shake and whip over it.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from typing import Protocol

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Picture = NDArray[np.uint8]

LAVFI_SOURCES = (
    "mandelbrot=s={w}x{h}:r=25:start_scale=2.5:end_scale=0.05:end_pts=400",
    "testsrc2=s={w}x{h}:r=25",
    "gradients=s={w}x{h}:r=25:speed=0.04:seed={seed}:nb_colors=5",
    "life=s={w}x{h}:r=25:ratio=0.12:seed={seed}:mold=10:life_color=#90d0ff:death_color=#302020",
    "cellauto=s={w}x{h}:r=25:rule=110:random_seed={seed}:scroll=1",
    "rgbtestsrc=s={w}x{h}:r=25",
    "smptehdbars=s={w}x{h}:r=25",
    "sierpinski=s={w}x{h}:r=25:seed={seed}",
)


@dataclass(frozen=True)
class View:
    """Where the camera looks: shift in frame sizes, zoom factor, and how far it travels during the exposure."""

    dx: float = 0.0
    dy: float = 0.0
    zoom: float = 1.0
    blur_dx: float = 0.0


class Scene(Protocol):
    lettered: bool

    def frame(self, t: float, view: View) -> Picture: ...


def fractal_texture(rng: np.random.Generator, width: int, height: int, slope: float) -> NDArray[np.float64]:
    """Noise with spectrum 1/f^slope, scaled to 0..1; it wraps around at the edges."""
    fy = np.fft.fftfreq(height)[:, None]
    fx = np.fft.rfftfreq(width)[None, :]
    radius = np.hypot(fx, fy)
    radius[0, 0] = 1.0
    spectrum = (rng.standard_normal(radius.shape) + 1j * rng.standard_normal(radius.shape)) / radius**slope
    spectrum[0, 0] = 0.0
    field_ = np.fft.irfft2(spectrum, s=(height, width))
    low, high = np.percentile(field_, [1, 99])
    return np.clip((field_ - low) / (high - low), 0.0, 1.0)


def palette_picture(rng: np.random.Generator, values: NDArray[np.float64], *, muted: bool = False) -> Picture:
    """Colours for values 0..1; the muted ones are close to grey and alike in every scene, as in one room."""
    stops = np.sort(rng.uniform(0, 1, 5))
    stops[0], stops[-1] = 0.0, 1.0
    if muted:
        grey = np.sort(rng.uniform(30, 200, 5))
        colours = np.clip(grey[:, None] + np.array([8.0, 0.0, -10.0]) + rng.normal(0, 6, (5, 3)), 0, 255)
    else:
        colours = np.clip(rng.uniform(0, 255, 3) + rng.normal(0, 65, (5, 3)), 0, 255)
    channels = [np.interp(values, stops, colours[:, c]) for c in range(3)]
    return np.stack(channels, axis=-1).astype(np.uint8)


@dataclass
class Sprite:
    picture: Image.Image
    x: float
    y: float
    reach: float
    rate: float
    phase: float

    def place(self, t: float) -> tuple[float, float]:
        angle = self.phase + 2 * np.pi * self.rate * t
        return self.x + self.reach * np.sin(angle), self.y + 0.5 * self.reach * np.cos(0.7 * angle)


@dataclass
class CanvasScene:
    """A still canvas under a moving camera, with sprites that move over it and sensor noise."""

    width: int
    height: int
    canvas: Image.Image
    sprites: list[Sprite]
    velocity: tuple[float, float] = (0.0, 0.0)
    zoom_rate: float = 0.0
    shake: float = 0.0
    noise: float = 2.0
    gain: float = 1.0
    seed: int = 0
    lettered: bool = False  # the scene itself holds text
    _noise_bank: list[NDArray[np.int16]] = field(default_factory=list)

    def _crop(self, t: float, view: View) -> Image.Image:
        w, h = self.width, self.height
        scale = 1.0 / (view.zoom * (1.0 + self.zoom_rate * t))
        wobble = np.random.default_rng([self.seed, int(t * 50)]).normal(0, self.shake, 2) if self.shake else (0.0, 0.0)
        cx = self.canvas.width / 2 + (self.velocity[0] * t + view.dx + wobble[0]) * w
        cy = self.canvas.height / 2 + (self.velocity[1] * t + view.dy + wobble[1]) * h
        half_w, half_h = scale * w / 2, scale * h / 2
        cx = float(np.clip(cx, half_w, self.canvas.width - half_w))
        cy = float(np.clip(cy, half_h, self.canvas.height - half_h))
        affine = (scale, 0.0, cx - half_w, 0.0, scale, cy - half_h)
        picture = self.canvas.transform((w, h), Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR)
        for sprite in self.sprites:
            sx, sy = sprite.place(t)
            size = max(2, int(sprite.picture.width / scale)), max(2, int(sprite.picture.height / scale))
            drawn = sprite.picture.resize(size, Image.Resampling.BILINEAR)
            left = int((self.canvas.width / 2 + sx * w - (cx - half_w)) / scale - size[0] / 2)
            top = int((self.canvas.height / 2 + sy * h - (cy - half_h)) / scale - size[1] / 2)
            picture.paste(drawn, (left, top), drawn)
        return picture

    def frame(self, t: float, view: View) -> Picture:
        if view.blur_dx:
            steps = [View(view.dx + view.blur_dx * k / 6, view.dy, view.zoom) for k in range(6)]
            picture = np.mean([np.asarray(self._crop(t, step), dtype=np.float32) for step in steps], axis=0)
        else:
            picture = np.asarray(self._crop(t, view), dtype=np.float32)
        if not self._noise_bank:
            rng = np.random.default_rng([self.seed, 7])
            shape = (self.height, self.width, 1)
            self._noise_bank = [rng.normal(0, self.noise, shape).astype(np.int16) for _ in range(7)]
        grain = self._noise_bank[int(t * 997) % 7]
        return np.clip(picture * self.gain + grain, 0, 255).astype(np.uint8)


@dataclass
class LavfiScene:
    """Frames of one of FFmpeg's own sources; the camera may only zoom."""

    frames: NDArray[np.uint8]
    lettered: bool = True  # some of them print the time

    def frame(self, t: float, view: View) -> Picture:
        picture = self.frames[int(t * 25) % len(self.frames)]
        if view.zoom == 1.0:
            return picture
        h, w = picture.shape[:2]
        cut_w, cut_h = int(w / view.zoom), int(h / view.zoom)
        x, y = (w - cut_w) // 2, (h - cut_h) // 2
        crop = Image.fromarray(picture[y : y + cut_h, x : x + cut_w])
        return np.asarray(crop.resize((w, h), Image.Resampling.BILINEAR))


def _mute(colour: NDArray[np.float64]) -> NDArray[np.float64]:
    return 0.8 * colour.mean(axis=-1, keepdims=True) + 0.2 * colour


def _draw_backdrop(rng: np.random.Generator, width: int, height: int, *, muted: bool = False) -> Image.Image:
    shade = _mute if muted else (lambda colour: colour)
    top, bottom = shade(rng.uniform(20, 235, 3)), shade(rng.uniform(20, 235, 3))
    ramp = np.linspace(0, 1, height)[:, None, None]
    base = np.broadcast_to(top + (bottom - top) * ramp, (height, width, 3)).astype(np.uint8)
    picture = Image.fromarray(np.ascontiguousarray(base))
    draw = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(8, 30))):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        rx, ry = rng.uniform(0.02, 0.2) * height, rng.uniform(0.02, 0.2) * height
        colour = tuple(int(c) for c in shade(rng.uniform(0, 255, 3)))
        box = (x - rx, y - ry, x + rx, y + ry)
        (draw.ellipse if rng.random() < 0.5 else draw.rectangle)(box, fill=colour)
    return picture.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.3, 3.0))))


def _draw_person(rng: np.random.Generator, height: int) -> Image.Image:
    size = int(height * rng.uniform(0.35, 0.6))
    picture = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    skin = tuple(int(c) for c in rng.uniform(90, 230, 3))
    cloth = tuple(int(c) for c in rng.uniform(0, 255, 3))
    draw.rounded_rectangle((size * 0.15, size * 0.45, size * 0.85, size * 1.1), size * 0.2, fill=(*cloth, 255))
    draw.ellipse((size * 0.3, 0, size * 0.7, size * 0.5), fill=(*skin, 255))
    for x in (0.42, 0.58):
        draw.ellipse((size * (x - 0.03), size * 0.18, size * (x + 0.03), size * 0.24), fill=(20, 20, 20, 255))
    return picture


def canvas_scene(rng: np.random.Generator, width: int, height: int, style: str) -> CanvasScene:
    """A scene of `style`: texture, drawn, talking (tripod), handheld, flat, dark, fast, busy or room."""
    wide, tall = int(width * 3.2), int(height * 1.6)
    textured = style in ("texture", "handheld", "fast") or (style in ("dark", "room", "busy") and rng.random() < 0.5)
    muted = style == "room" or rng.random() < 0.3
    if textured:
        values = fractal_texture(rng, wide, tall, float(rng.uniform(1.0, 2.0)))
        canvas = Image.fromarray(palette_picture(rng, values, muted=muted))
    elif style == "flat":
        canvas = Image.new("RGB", (wide, tall), tuple(int(c) for c in rng.uniform(0, 255, 3)))
        draw = ImageDraw.Draw(canvas)
        for _ in range(12):
            x, y = rng.uniform(0, wide), rng.uniform(0, tall)
            draw.text((x, y), "abc def ghi", fill=tuple(int(c) for c in rng.uniform(0, 255, 3)), font_size=height // 14)
    else:
        canvas = _draw_backdrop(rng, wide, tall, muted=muted)
    sprites = []
    if style == "busy":
        for _ in range(4):
            reach, rate = float(rng.uniform(0.3, 0.7)), float(rng.uniform(0.3, 0.9))
            person = _draw_person(rng, int(height * rng.uniform(0.8, 1.6)))
            sprites.append(Sprite(person, 0.0, float(rng.uniform(-0.2, 0.3)), reach, rate, float(rng.uniform(0, 6))))
    if style in ("talking", "drawn", "handheld", "dark", "room"):
        reach, rate = float(rng.uniform(0.01, 0.06)), float(rng.uniform(0.2, 0.8))
        sprites.append(Sprite(_draw_person(rng, height), 0.0, 0.15, reach, rate, float(rng.uniform(0, 6))))
    moving = style in ("texture", "drawn", "fast", "dark", "room")
    speed = {"fast": 0.5, "room": 0.03, "texture": 0.12, "drawn": 0.08, "dark": 0.05}.get(style, 0.0)
    heading = float(rng.uniform(0, 2 * np.pi))
    velocity = (speed * np.cos(heading), 0.4 * speed * np.sin(heading)) if moving else (0.0, 0.0)
    return CanvasScene(
        width,
        height,
        canvas,
        sprites,
        velocity=(float(velocity[0]), float(velocity[1])),
        zoom_rate=float(rng.uniform(-0.01, 0.06)) if moving else 0.0,
        shake=float(rng.uniform(0.002, 0.008)) if style in ("handheld", "room") else 0.0,
        noise=float(rng.uniform(0.5, 4.0)),
        gain=float(rng.uniform(0.15, 0.35)) if style == "dark" else 1.0,
        seed=int(rng.integers(1 << 30)),
        lettered=style == "flat",
    )


def lavfi_scene(rng: np.random.Generator, width: int, height: int, seconds: float = 9.0) -> LavfiScene:
    source = LAVFI_SOURCES[int(rng.integers(len(LAVFI_SOURCES)))]
    source = source.format(w=width, h=height, seed=int(rng.integers(1, 1 << 20)))
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", source, "-t", str(seconds)]
    argv += ["-pix_fmt", "rgb24", "-f", "rawvideo", "-"]
    raw = subprocess.run(argv, capture_output=True, check=True, stdin=subprocess.DEVNULL).stdout
    return LavfiScene(np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3))


STYLES = ("texture", "drawn", "talking", "handheld", "flat", "dark", "fast", "busy", "room", "lavfi")


def make_scene(rng: np.random.Generator, width: int, height: int, style: str) -> Scene:
    if style == "lavfi":
        return lavfi_scene(rng, width, height)
    return canvas_scene(rng, width, height, style)
