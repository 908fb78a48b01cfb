"""Pauses of a voice over music: every kind of music at several tempos and levels, found by the whole audio layer."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from patterns.measure import Features, LayerName, measure

from . import music
from .scoring import Tally, score_time
from .sound import Soundtrack
from .voices import Spoken, sources, speak

GAINS = (0.05, 0.08, 0.12, 0.2, 0.32, 0.5)  # effective level of the music over that of the voice
TEMPOS = (80, 100, 120, 136, 160, 180)
LAYERS = (LayerName.SPEECH, LayerName.SILENCE, LayerName.MUSIC, LayerName.LOUDNESS)
LEAST_SPAN_S, LEAST_OVERLAP = 0.5, 0.5  # of the pauses that count; intersection over union of a found one
SECONDS = 20.0


@dataclass
class BedScore:
    pauses: Tally = field(default_factory=Tally)  # spans
    speech: Tally = field(default_factory=Tally)  # hundredths of a second
    tempo: Tally = field(default_factory=Tally)  # clips whose tempo, its half or its double is within 2 %

    def add(self, other: BedScore) -> None:
        for name in ("pauses", "speech", "tempo"):
            getattr(self, name).add(getattr(other, name))


@dataclass(frozen=True)
class Clip:
    kind: str
    gain: float
    bpm: float
    voice: str


def suite(first_seed: int, seeds: int, folder: Path | None = None) -> list[tuple[int, Clip]]:
    """Each kind of music at each level, with a tempo and a voice drawn by the seed, and six clips without music."""
    voices, out = sources(folder), []
    for seed in range(first_seed, first_seed + seeds):
        rng = np.random.default_rng([seed, 26])
        for kind, gain in product(music.KINDS, GAINS):
            bpm, voice = TEMPOS[int(rng.integers(len(TEMPOS)))], voices[int(rng.integers(len(voices)))]
            out.append((seed, Clip(kind, gain, bpm, voice)))
        out += [(seed, Clip("none", 0.0, 0, voices[int(rng.integers(len(voices)))])) for _ in GAINS]
    return out


def draw(seed: int, clip: Clip, seconds: float = SECONDS) -> tuple[Soundtrack, Spoken]:
    rng = np.random.default_rng([seed, *repr(clip).encode()])
    spoken = speak(clip.voice, rng, seconds)
    samples = spoken.samples + 0.002 * rng.standard_normal(len(spoken.samples))
    if clip.gain:
        samples = samples + clip.gain * music.bed(clip.kind, rng, seconds, clip.bpm)
    beat = None if clip.kind in ("none", "pad") else clip.bpm
    return Soundtrack(samples, spoken.speech, spoken.pauses, beat, clip.gain), spoken


def write(track: Soundtrack, folder: Path) -> Path:
    """The sound as AAC beside a small black picture."""
    wav, out = folder / "bed.wav", folder / "bed.mp4"
    track.save(wav)
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "lavfi", "-i", "color=s=64x64:r=5"]
    argv += ["-i", str(wav), "-shortest", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-b:a", "128k"]
    subprocess.run([*argv, str(out)], check=True, stdin=subprocess.DEVNULL)
    return out


def score(found: Features, track: Soundtrack, seconds: float = SECONDS) -> BedScore:
    out = BedScore()
    rests = [(s.start_s, s.end_s) for s in found.silences or ()]
    planned = [gap for gap in track.silences if gap[1] - gap[0] >= LEAST_SPAN_S]
    hit = sum(any(_overlap(gap, rest) >= LEAST_OVERLAP for rest in rests) for gap in planned)
    inside = [rest for rest in rests if track.speech and track.speech[0][0] < rest[0] and rest[1] < track.speech[-1][1]]
    good = sum(any(_overlap(gap, rest) > 0.2 for gap in track.silences) for rest in inside)
    out.pauses = Tally(hit, len(inside) - good, len(planned) - hit)
    out.speech = score_time([(s.start_s, s.end_s) for s in found.speech or ()], track.speech, seconds)
    if track.bpm:
        close = any(abs((found.tempo_bpm or 0.0) / (track.bpm * times) - 1) <= 0.02 for times in (0.5, 1, 2))
        out.tempo = Tally(int(close), int(not close and found.tempo_bpm is not None), int(found.tempo_bpm is None))
    return out


def _overlap(a: tuple[float, float], b: tuple[float, float]) -> float:
    union = max(a[1], b[1]) - min(a[0], b[0])
    return max(0.0, min(a[1], b[1]) - max(a[0], b[0])) / union if union > 0 else 0.0


def run(folder: Path, clips: Sequence[tuple[int, Clip]]) -> dict[tuple[str, str], BedScore]:
    """Scores by (what they are grouped by, its name)."""
    out: dict[tuple[str, str], BedScore] = {}
    for seed, clip in clips:
        track, _ = draw(seed, clip)
        one = score(measure(write(track, folder), layers=LAYERS), track)
        groups = [("all", "with music" if clip.gain else "without music")]
        if clip.gain:
            groups += [("music", clip.kind), ("level", f"{clip.gain:g}"), ("tempo", f"{clip.bpm:g}")]
        groups.append(("voice", clip.voice.split(" ")[0]))
        for group in groups:
            out.setdefault(group, BedScore()).add(one)
        print(f"  {seed} {clip.kind} {clip.gain:g} at {clip.bpm:g}, {clip.voice}: {one.pauses}", file=sys.stderr)
    return out


def show(scores: dict[tuple[str, str], BedScore]) -> None:
    print(
        "voice over music: pauses of 0.5 s and more (spans, half alike), speech (time), tempo, its half or "
        "its double within 2 %"
    )
    for (group, name), one in sorted(scores.items(), key=lambda item: (item[0][0], len(item[0][1]), item[0][1])):
        beats = one.tempo.hit + one.tempo.false + one.tempo.missed
        print(f"  {group:<6}{name:<14}pauses R {one.pauses.recall:.3f}  P {one.pauses.precision:.3f} "
              f"({one.pauses.hit} of {one.pauses.hit + one.pauses.missed})  speech R {one.speech.recall:.3f}  "
              f"P {one.speech.precision:.3f}" + (f"  tempo {one.tempo.hit} of {beats}" if beats else ""))  # fmt: skip
