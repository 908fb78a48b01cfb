"""Join scenes at known frames and write the clip with its labels."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from .scenes import Picture, Scene, View
from .texts import Caption


@dataclass
class Segment:
    """`frames` frames of a scene from its time `start`. `join` says how the segment before it ends."""

    scene: Scene
    frames: int
    start: float = 0.0
    view: View = field(default_factory=View)
    join: str = "hard"  # hard, jump, punch, dissolve, wipe, fade_black, fade_white
    join_frames: int = 0
    whip_at: int | None = None  # frame of the segment at which the camera whips to another place
    whip_frames: int = 0
    whip_reach: float = 0.0


@dataclass
class Labels:
    fps: float
    cuts: list[tuple[int, str]] = field(default_factory=list)
    transitions: list[tuple[int, int, str]] = field(default_factory=list)
    flashes: list[tuple[int, int]] = field(default_factory=list)
    whips: list[tuple[int, int]] = field(default_factory=list)
    overlays: list[tuple[int, int, str]] = field(default_factory=list)  # first frame, first without, text
    lettered: list[tuple[int, int]] = field(default_factory=list)  # frames of scenes that hold text themselves
    silences: list[tuple[float, float]] = field(default_factory=list)
    speech: list[tuple[float, float]] = field(default_factory=list)
    bpm: float | None = None
    bed: float = 0.0


@dataclass
class Timeline:
    width: int
    height: int
    fps: float
    segments: list[Segment]
    flashes: list[tuple[int, int, str]] = field(default_factory=list)  # first frame, count, shape
    captions: list[Caption] = field(default_factory=list)
    source_fps: float | None = None  # pictures are repeated to `fps` when lower
    fade_in: int = 0
    fade_out: int = 0
    letterbox: float = 0.0
    exposure: list[tuple[int, int, float]] = field(default_factory=list)  # from frame to frame the light goes to a gain
    grain: float = 0.0  # noise that has nothing to do with the scene
    blended: bool = False  # the picture before a cut is half of both, as a change of the frame rate leaves it

    @property
    def frames(self) -> int:
        return sum(segment.frames for segment in self.segments)

    def labels(self) -> Labels:
        labels = Labels(self.fps)
        at = 0
        for index, segment in enumerate(self.segments):
            if index:
                if segment.join in ("hard", "jump", "punch"):
                    labels.cuts.append((at, segment.join))
                else:
                    half = segment.join_frames // 2
                    labels.transitions.append((at - half, at - half + segment.join_frames, segment.join))
            if segment.scene.lettered:
                labels.lettered.append((at - segment.join_frames, at + segment.frames + segment.join_frames))
            if segment.whip_at is not None:
                labels.whips.append((at + segment.whip_at, at + segment.whip_at + segment.whip_frames))
            at += segment.frames
        if self.fade_in:
            labels.transitions.insert(0, (0, self.fade_in, "fade_in"))
        if self.fade_out:
            labels.transitions.append((at - self.fade_out, at, "fade_out"))
        labels.flashes = [(first, first + count) for first, count, _ in self.flashes]
        labels.overlays = [(one.first, one.last, one.text) for one in self.captions]
        return labels

    def _picture(self, segment: Segment, local: int) -> Picture:
        step = 1.0
        if self.source_fps:
            step = self.fps / self.source_fps
            local = int(int(local / step) * step)
        t = segment.start + local / self.fps
        view = segment.view
        if segment.whip_at is not None:
            u = np.clip((local - segment.whip_at) / segment.whip_frames, 0.0, 1.0)
            after = np.clip((local + 1 - segment.whip_at) / segment.whip_frames, 0.0, 1.0)
            ease, ease_after = u * u * (3 - 2 * u), after * after * (3 - 2 * after)
            travel = segment.whip_reach * (ease_after - ease)
            view = View(view.dx + segment.whip_reach * ease, view.dy, view.zoom, 0.7 * travel)
        return segment.scene.frame(t, view)

    def pictures(self) -> Iterator[Picture]:
        starts = np.cumsum([0] + [segment.frames for segment in self.segments])
        for frame in range(self.frames):
            index = int(np.searchsorted(starts, frame, side="right")) - 1
            picture = self._joined(index, frame, starts)
            yield self._dressed(picture, frame)

    def _joined(self, index: int, frame: int, starts: np.ndarray) -> Picture:
        here = self.segments[index]
        local = frame - int(starts[index])
        other: tuple[Segment, int] | None = None
        share = 0.0
        kind = ""
        if index + 1 < len(self.segments):
            later = self.segments[index + 1]
            ahead = int(starts[index + 1]) - frame
            if later.join_frames and ahead <= later.join_frames // 2:
                share = 0.5 - ahead / later.join_frames
                other, kind = (later, -ahead), later.join
        if here.join_frames and local < here.join_frames - here.join_frames // 2 and index:
            share = 0.5 - local / here.join_frames
            before = self.segments[index - 1]
            other, kind = (before, before.frames + local), here.join
        picture = self._picture(here, local)
        if other is None:
            following = index + 1 < len(self.segments) and self.segments[index + 1]
            if self.blended and following and not following.join_frames and local == here.frames - 1:
                return mix(picture, self._picture(following, 0), 0.5, "dissolve", from_later=True)
            return picture
        return mix(picture, self._picture(*other), share, kind, from_later=other[1] < 0)

    def _dressed(self, picture: Picture, frame: int) -> Picture:
        out = picture.astype(np.float32)
        for one in self.captions:
            out = one.on(out, frame)
        out *= self._gain(frame)
        if self.grain:
            out = out + np.random.default_rng([frame, 3]).normal(0, self.grain, (*out.shape[:2], 1))
        for first, count, shape in self.flashes:
            if first <= frame < first + count:
                strength = 1.0 if shape == "solid" else 1.0 - (frame - first) / count
                out = out + (255.0 - out) * strength * 0.97
        if frame < self.fade_in:
            out *= frame / self.fade_in
        if frame >= self.frames - self.fade_out:
            out *= (self.frames - 1 - frame) / self.fade_out
        if self.letterbox:
            bar = int(self.height * self.letterbox)
            out[:bar] = 0
            out[-bar:] = 0
        return np.clip(out, 0, 255).astype(np.uint8)

    def _gain(self, frame: int) -> float:
        gain = 1.0
        for first, last, aim in self.exposure:
            share = min(1.0, max(0.0, (frame - first) / max(1, last - first)))
            gain += (aim - gain) * share
        return gain


def mix(here: Picture, other: Picture, share: float, kind: str, *, from_later: bool) -> Picture:
    """`share` 0..0.5 of `other` in the picture; a fade goes through one colour, which is full in the middle."""
    a, b = here.astype(np.float32), other.astype(np.float32)
    if kind == "dissolve":
        return (a * (1 - share) + b * share).astype(np.uint8)
    if kind == "wipe":
        edge = round(here.shape[1] * share)
        out = here.copy()
        if from_later:
            out[:, :edge] = other[:, :edge]
        elif edge:
            out[:, -edge:] = other[:, -edge:]
        return out
    colour = 0.0 if kind == "fade_black" else 255.0
    return (a + (colour - a) * min(1.0, 2 * share)).astype(np.uint8)


def write(
    timeline: Timeline,
    path: Path,
    *,
    audio: Path | None = None,
    size: tuple[int, int] | None = None,
    extra: tuple[str, ...] = (),
    preset: str = "veryfast",
) -> None:
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    argv += ["-s", f"{timeline.width}x{timeline.height}", "-r", str(timeline.fps), "-i", "-"]
    if audio:
        argv += ["-i", str(audio), "-c:a", "aac", "-b:a", "128k", "-shortest"]
    if size:
        argv += ["-vf", f"scale={size[0]}:{size[1]}:flags=bicubic,noise=alls=4:allf=t"]
    argv += ["-c:v", "libx264", "-preset", preset, "-crf", "23", "-pix_fmt", "yuv420p", *extra, str(path)]
    child = subprocess.Popen(argv, stdin=subprocess.PIPE)
    assert child.stdin is not None
    for picture in timeline.pictures():
        child.stdin.write(np.ascontiguousarray(picture).tobytes())
    child.stdin.close()
    if child.wait() != 0:
        raise RuntimeError(f"FFmpeg could not write {path.name}.")
