"""Clips that trick cut detectors: what a codec does to a slow scene, and a still camera with few things that move."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from patterns.measure import LayerName, measure

from .scenes import Scene, View, make_scene
from .scoring import CutScore, Tally, score_cuts, score_spans
from .stills import Flyer, TalkingHead
from .timeline import Labels, Segment, Timeline, write

LAYERS = (LayerName.CUTS, LayerName.TRANSITIONS)
KEY_EVERY = 128
RATES = (23.976, 25.0, 30.0, 60.0)
SIZES = ((270, 480), (480, 270), (360, 360))
CODECS: dict[str, tuple[str, tuple[str, ...]]] = {
    "VP8": (".webm", ("-c:v", "libvpx", "-deadline", "good", "-cpu-used", "5", "-threads", "1")),
    "VP9": (".webm", ("-c:v", "libvpx-vp9", "-deadline", "good", "-cpu-used", "8", "-threads", "1")),
    "AV1": (".mp4", ("-c:v", "libsvtav1", "-preset", "11")),
    "MPEG-2": (".mpg", ("-c:v", "mpeg2video", "-sc_threshold", "1000000000")),
    "H.264": (".mp4", ("-c:v", "libx264", "-preset", "veryfast", "-sc_threshold", "0")),
    "HEVC": (".mp4", ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "scenecut=0:log-level=none")),
}
BITRATES = (60, 140, 350)  # kbit/s of 270 x 480 at 25 a second; MPEG-2 gets five times as much


@dataclass
class HardScore:
    cuts: CutScore = field(default_factory=CutScore)
    transitions: Tally = field(default_factory=Tally)

    def add(self, found_cuts: list[int], found: list[tuple[float, float]], labels: Labels) -> str:
        cuts = score_cuts(found_cuts, labels.cuts, labels.transitions)
        planned = [(a / labels.fps, b / labels.fps, kind) for a, b, kind in labels.transitions]
        tally, _, _ = score_spans(found, planned)
        self.cuts.every.add(cuts.every)
        self.transitions.add(tally)
        return f"{cuts.every} false at {cuts.false_at}, transitions {tally}"


def slow_clip(rng: np.random.Generator, seconds: float = 16.0) -> Timeline:
    """Slow shots with few cuts, exposure that wanders, and noise."""
    width, height, fps = 270, 480, 25.0
    total, segments, used = int(seconds * fps), [], 0
    styles = ("talking", "room", "drawn", "texture")
    while used < total:
        frames = min(int(rng.uniform(2.5, 7.0) * fps), total - used)
        style = styles[int(rng.integers(len(styles)))]
        segments.append(Segment(make_scene(rng, width, height, style), frames, float(rng.uniform(1, 3))))
        used += frames
    out = Timeline(width, height, fps, segments, grain=float(rng.choice([0.0, 3.0, 7.0])))
    for at in rng.uniform(0.5, seconds - 1.5, 3):
        first = int(at * fps)
        out.exposure += [(first, first + int(rng.uniform(4, 20)), float(rng.uniform(0.55, 1.3)))]
    return out


def encoded(source: Path, codec: str, kilobits: int) -> Path:
    suffix, args = CODECS[codec]
    kilobits *= 5 if codec == "MPEG-2" else 1
    out = source.with_name(f"coded{suffix}")
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", str(source), *args, "-g", str(KEY_EVERY)]
    argv += ["-keyint_min", str(KEY_EVERY), "-b:v", f"{kilobits}k", "-pix_fmt", "yuv420p", str(out)]
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return out


def stepped(source: Path, at_s: float) -> Path:
    """H.264 whose quality leaps at a moment that is no cut, as a stream does that changes its bitrate."""
    exe, parts = imageio_ffmpeg.get_ffmpeg_exe(), []
    for number, (crf, span) in enumerate(((44, ("-t", f"{at_s:g}")), (20, ("-ss", f"{at_s:g}")))):
        part = source.with_name(f"part{number}.ts")
        argv = [exe, "-v", "error", "-y", *(span if number else ()), "-i", str(source), *(() if number else span)]
        subprocess.run([*argv, "-c:v", "libx264", "-preset", "veryfast", "-crf", str(crf), str(part)], check=True)
        parts.append(str(part))
    out = source.with_name("stepped.mp4")
    argv = [exe, "-v", "error", "-y", "-i", "concat:" + "|".join(parts), "-c", "copy", str(out)]
    subprocess.run(argv, check=True, stdin=subprocess.DEVNULL)
    return out


def codecs(folder: Path, seeds: range) -> dict[str, HardScore]:
    scores: dict[str, HardScore] = {}
    for seed in seeds:
        planned = slow_clip(np.random.default_rng([seed, 23]))
        source = folder / "source.mp4"
        write(planned, source, preset="ultrafast", extra=("-qp", "6"))
        for codec in CODECS:
            for kilobits in BITRATES:
                _measured(scores, f"{codec} {kilobits}k", encoded(source, codec, kilobits), planned.labels())
        at = next(s.frames for s in planned.segments) // 2 / planned.fps
        _measured(scores, "bitrate step", stepped(source, round(at * planned.fps) / planned.fps), planned.labels())
    return scores


def _measured(scores: dict[str, HardScore], name: str, clip: Path, labels: Labels) -> None:
    found = measure(clip, layers=LAYERS)
    spans = [(one.start_s, one.end_s) for one in found.transitions or ()]
    said = scores.setdefault(name, HardScore()).add([cut.frame for cut in found.cuts or ()], spans, labels)
    frames = [
        (one.kind, *(round(at * labels.fps) for at in (one.start_s, one.end_s))) for one in found.transitions or ()
    ]
    print(f"  {name}: {said} {frames}", file=sys.stderr)


def still_clips(rng: np.random.Generator) -> Iterator[tuple[str, Timeline]]:
    """One clip of each kind, with a size, a frame rate and a light drawn by the seed."""

    def dress(segments: list[Segment], size: tuple[int, int], fps: float, *, blended: bool = False) -> Timeline:
        return Timeline(*size, fps, segments, blended=blended)

    def pick(choices: tuple[float, ...]) -> float:
        return float(choices[int(rng.integers(len(choices)))])

    for style in ("dark wall", "white wall", "room", "texture"):
        size, fps = SIZES[int(rng.integers(len(SIZES)))], pick(RATES)
        head = TalkingHead(rng, *size, style, float(rng.uniform(0.16, 0.5)))
        segments, at = [], float(rng.uniform(0, 50))
        for _ in range(4):
            frames = int(rng.uniform(1.0, 2.5) * fps)
            segments.append(Segment(head, frames, at, join="jump"))
            at += frames / fps + float(rng.uniform(2.0, 30.0))
        yield f"jumps, {style}", dress(segments, size, fps)
        yield f"one take, {style}", dress([Segment(head, int(6 * fps), at)], size, fps)
    for span in (0.2, 0.5, 0.9):
        size, fps = SIZES[int(rng.integers(len(SIZES)))], pick(RATES)
        bird: Scene = Flyer(rng, *size, span, float(rng.uniform(0.2, 1.2)))
        yield f"bird {span:g}", dress([Segment(bird, int(6 * fps), 0.0)], size, fps)
    for blended in (False, True):
        size, fps = SIZES[int(rng.integers(len(SIZES)))], pick((25.0, 30.0, 60.0))
        styles = ("fast", "busy", "handheld", "room", "texture", "dark")
        scenes = [make_scene(rng, *size, styles[int(rng.integers(len(styles)))]) for _ in range(5)]
        segments = [Segment(scene, int(rng.uniform(0.8, 2.0) * fps), 2.0, View()) for scene in scenes]
        yield f"hard cuts{', half a picture of both' if blended else ''}", dress(segments, size, fps, blended=blended)
    size, fps = SIZES[int(rng.integers(len(SIZES)))], pick(RATES)
    scenes = [make_scene(rng, *size, style) for style in ("drawn", "texture", "talking", "room")]
    joins = ["hard", *(str(one) for one in rng.permutation(["dissolve", "wipe", "fade_black"]))]
    segments = [
        Segment(scene, int(2.2 * fps), 2.0, View(), join, 0 if join == "hard" else int(rng.uniform(0.3, 1.0) * fps))
        for scene, join in zip(scenes, joins, strict=True)
    ]
    yield "real transitions", dress(segments, size, fps)


def stills(folder: Path, seeds: range) -> dict[str, HardScore]:
    scores: dict[str, HardScore] = {}
    for seed in seeds:
        rng = np.random.default_rng([seed, 27])
        for name, planned in still_clips(rng):
            clip = folder / "still.mp4"
            write(planned, clip, extra=("-crf", str(int(rng.integers(20, 33)))))
            _measured(scores, name, clip, planned.labels())
    return scores


def show(title: str, scores: dict[str, HardScore]) -> None:
    total = HardScore()
    print(f"{title}: cuts and transitions")
    for name, one in scores.items():
        total.cuts.every.add(one.cuts.every)
        total.transitions.add(one.transitions)
        print(f"  {name:<36}{_line(one)}")
    print(f"  {'all':<36}{_line(total)}")


def _line(score: HardScore) -> str:
    cuts, found = score.cuts.every, score.transitions
    counts = f"{cuts.hit} found, {cuts.false} false, {cuts.missed} missed"
    said = f"cuts R {cuts.recall:.3f}  P {cuts.precision:.3f} ({counts})"
    return f"{said}  transitions {found.hit} found, {found.false} false, {found.missed} missed"
