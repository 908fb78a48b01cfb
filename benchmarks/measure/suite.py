"""The seeded clips of the benchmark: which shots, joins, effects and sounds each one holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .scenes import STYLES, CanvasScene, Scene, View, make_scene
from .texts import caption
from .timeline import Segment, Timeline


@dataclass(frozen=True)
class Profile:
    """What a clip of this kind is made of; probabilities per join or per clip."""

    name: str
    styles: tuple[str, ...] = STYLES
    shot_s: tuple[float, float] = (0.35, 3.0)
    joins: tuple[tuple[str, float], ...] = (("hard", 1.0),)
    flashes: int = 0
    whips: int = 0
    overlays: int = 0
    source_fps: float | None = None
    fps: float = 30.0
    letterbox: float = 0.0
    edges: bool = False  # fade in at the start and out at the end
    landscape: bool = False


GRADUAL = (("dissolve", 0.45), ("fade_black", 0.15), ("fade_white", 0.1), ("hard", 0.3))
JUMPS = (("jump", 0.4), ("punch", 0.3), ("hard", 0.3))
MIXED = (("hard", 0.55), ("jump", 0.1), ("punch", 0.1), ("dissolve", 0.15), ("fade_black", 0.05), ("wipe", 0.05))

PROFILES = (
    Profile("hard cuts"),
    Profile("quick cuts", shot_s=(0.3, 0.8), overlays=4),
    Profile("gradual", shot_s=(2.0, 4.0), joins=GRADUAL, edges=True),
    Profile(
        "flashes", flashes=6, overlays=3, shot_s=(1.0, 3.5), styles=("texture", "drawn", "talking", "handheld", "dark")
    ),
    Profile("whip pans", whips=5, shot_s=(1.5, 3.5), styles=("texture", "drawn", "fast", "talking")),
    Profile("jump cuts", joins=JUMPS, shot_s=(0.7, 2.5), styles=("talking", "handheld", "drawn"), overlays=5),
    Profile("handheld", styles=("handheld", "fast", "busy"), shot_s=(1.0, 4.0), overlays=5),
    Profile("one room", styles=("room",), shot_s=(0.6, 3.0), joins=MIXED, overlays=4),
    Profile("low frame rate", source_fps=12.0, fps=30.0, shot_s=(0.8, 3.0), styles=("texture", "drawn", "fast")),
    Profile("sixty", fps=60.0, joins=MIXED, shot_s=(0.6, 3.0), flashes=2, overlays=3),
    Profile("letterbox", letterbox=0.3, joins=MIXED, shot_s=(0.8, 3.0), fps=25.0),
    Profile("landscape", landscape=True, joins=MIXED, shot_s=(0.8, 3.0), fps=24.0, whips=2, overlays=3, edges=True),
    Profile("dark and flat", styles=("dark", "flat"), shot_s=(0.8, 3.0), joins=(("hard", 0.8), ("dissolve", 0.2))),
    Profile(
        "no cut", shot_s=(30.0, 31.0), whips=2, flashes=3, overlays=5, styles=("texture", "handheld", "drawn", "busy")
    ),
)

# What a short video of a minute looks like: a shot every second and a half, six texts.
REEL = Profile("reel", shot_s=(0.9, 2.4), joins=(("hard", 0.8), ("jump", 0.1), ("punch", 0.1)), overlays=6)
REEL_S = 61.0


def build(profile: Profile, seed: int, *, seconds: float = 20.0, width: int = 270, height: int = 480) -> Timeline:
    rng = np.random.default_rng([seed, *profile.name.encode()])
    if profile.landscape:
        width, height = height, width
    fps = profile.fps
    total = int(seconds * fps)
    segments: list[Segment] = []
    used = 0
    scene: Scene | None = None
    while used < total:
        frames = min(int(rng.uniform(*profile.shot_s) * fps), total - used)
        if total - used - frames < int(0.3 * fps):
            frames = total - used
        names = [name for name, _ in profile.joins]
        odds = np.array([odd for _, odd in profile.joins])
        join = names[int(rng.choice(len(names), p=odds / odds.sum()))] if segments else "hard"
        segment = _next_segment(rng, profile, segments, scene, frames, join, (width, height))
        scene = segment.scene
        segments.append(segment)
        used += segment.frames
    _add_whips(rng, profile, segments)
    timeline = Timeline(width, height, fps, segments, source_fps=profile.source_fps, letterbox=profile.letterbox)
    if profile.edges:
        timeline.fade_in = int(0.6 * fps)
        timeline.fade_out = int(0.8 * fps)
    _add_flashes(rng, profile, timeline)
    _add_captions(rng, profile, timeline)
    return timeline


def _next_segment(
    rng: np.random.Generator,
    profile: Profile,
    segments: list[Segment],
    scene: Scene | None,
    frames: int,
    join: str,
    size: tuple[int, int],
) -> Segment:
    if join in ("jump", "punch") and isinstance(scene, CanvasScene):
        last = segments[-1]
        start = last.start + last.frames / profile.fps
        if join == "jump":
            start += float(rng.uniform(1.0, 4.0))
            dx, dy = rng.choice([-1, 1], 2) * rng.uniform(0.03, 0.12, 2)
            return Segment(scene, frames, start, View(last.view.dx + dx, last.view.dy + dy, last.view.zoom), "jump")
        zoom = 1.0 if last.view.zoom > 1.1 else float(rng.uniform(1.2, 1.6))
        return Segment(scene, frames, start, View(last.view.dx, last.view.dy, zoom), "punch")
    if join in ("jump", "punch"):
        join = "hard"
    style = profile.styles[int(rng.integers(len(profile.styles)))]
    fresh = make_scene(rng, *size, style)
    length = 0
    if join != "hard":
        seconds = rng.uniform(0.4, 1.2) if join in ("dissolve", "wipe") else rng.uniform(0.6, 1.4)
        spare = min(frames, segments[-1].frames)
        length = min(int(seconds * profile.fps), spare)
        if length < int(0.25 * profile.fps):
            join, length = "hard", 0
    return Segment(fresh, frames, float(rng.uniform(1.5, 3.0)), View(), join, length)


def _add_whips(rng: np.random.Generator, profile: Profile, segments: list[Segment]) -> None:
    roomy = [s for s in segments if isinstance(s.scene, CanvasScene) and s.frames > profile.fps]
    for segment in roomy[: profile.whips]:
        segment.whip_frames = int(rng.uniform(0.17, 0.4) * profile.fps)
        segment.whip_at = int(rng.uniform(0.3, 0.6) * (segment.frames - segment.whip_frames))
        segment.whip_reach = float(rng.choice([-1, 1]) * rng.uniform(0.7, 1.0))


def _add_flashes(rng: np.random.Generator, profile: Profile, timeline: Timeline) -> None:
    """Flashes stay clear of joins: a flash that covers a cut has no single true frame."""
    joins = [frame for frame, _ in timeline.labels().cuts]
    joins += [frame for first, last, _ in timeline.labels().transitions for frame in (first, last)]
    tries = 0
    while len(timeline.flashes) < profile.flashes and tries < 200:
        tries += 1
        shape = "solid" if rng.random() < 0.6 else "decay"
        count = int(rng.integers(1, 4)) if shape == "solid" else int(rng.uniform(0.15, 0.35) * timeline.fps)
        first = int(rng.uniform(0.5, timeline.frames / timeline.fps - 1) * timeline.fps)
        taken = joins + [frame for start, n, _ in timeline.flashes for frame in (start, start + n)]
        if all(abs(first - frame) > 0.5 * timeline.fps for frame in taken):
            timeline.flashes.append((first, count, shape))


def _add_captions(rng: np.random.Generator, profile: Profile, timeline: Timeline) -> None:
    """Texts of 0.6 to 3 s, now and then two at once; those that would lie on each other are left out."""
    wide = timeline.width > timeline.height
    tries = 0
    while len(timeline.captions) < profile.overlays and tries < 50:
        tries += 1
        first = int(rng.uniform(0.0, timeline.frames / timeline.fps - 1) * timeline.fps)
        last = min(timeline.frames, first + int(rng.uniform(0.62, 3.0) * timeline.fps))
        one = caption(rng, first, last, wide=wide)
        margin = int(0.3 * timeline.fps)
        if all(
            abs(one.top - other.top) > 0.16 or one.first > other.last + margin or other.first > one.last + margin
            for other in timeline.captions
        ):
            timeline.captions.append(one)
