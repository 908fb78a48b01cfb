"""Voices with known phrases and pauses: drawn ones, espeak-ng where it is installed, and recordings from a folder."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from .music import RATE, Wave
from .sound import phrase

ESPEAK = ("en-us", "en-gb", "en-us+f3", "en-us+f4", "en-us+m3", "de", "es+f2", "fr", "it+m5", "pt-br+f1")
SENTENCES = (
    "Here are three things that nobody tells you about the first week",
    "I tried this every morning for thirty days",
    "So the first step is really simple",
    "You only need two eggs and a hot pan",
    "Wait until you see the last one",
    "This is the part that most people skip",
    "My name is Anna and I build furniture from old boats",
    "Save this for later",
    "It took me four years to learn that",
    "And then everything changed",
    "Do not buy a new camera before you watch this",
    "Thanks for watching",
)
QUIET_SHARE = 0.01  # of the peak, below which nothing is said
LEAST_PAUSE_S = 0.3

Spans = list[tuple[float, float]]


@dataclass(frozen=True)
class Spoken:
    """A voice at an effective level of 1 while it speaks, and when it does."""

    samples: Wave
    speech: Spans
    pauses: Spans  # between two phrases


def sources(folder: Path | None = None) -> list[str]:
    """What can speak here: `drawn`, espeak-ng's voices, the recordings (WAV) of `folder`."""
    spoken = [f"espeak {name}" for name in ESPEAK] if shutil.which("espeak-ng") else []
    files = [f"file {path}" for path in sorted(folder.rglob("*.wav"))] if folder else []
    return ["drawn", *spoken, *files]


def speak(source: str, rng: np.random.Generator, seconds: float, pause_s: tuple[float, float] = (0.6, 2.0)) -> Spoken:
    """Phrases of one voice with pauses between them, from one of `sources`."""
    out = np.zeros(int(seconds * RATE))
    pitch, words_a_minute = float(rng.uniform(95, 230)), int(rng.integers(120, 220))
    at = float(rng.uniform(0.1, 0.8))
    while True:
        part = _phrase(source, rng, pitch, words_a_minute)
        first = int(at * RATE)
        if first + len(part) > len(out) - RATE // 5:
            break
        out[first : first + len(part)] += part / max(1e-9, float(np.abs(part).max()))
        at += len(part) / RATE + float(rng.uniform(*pause_s))
    speech = _spoken(out)
    pauses = [(a[1], b[0]) for a, b in pairwise(speech)]
    active = np.concatenate([out[int(a * RATE) : int(b * RATE)] for a, b in speech] or [np.ones(1)])
    return Spoken(out / float(np.sqrt((active**2).mean())), speech, pauses)


def _phrase(source: str, rng: np.random.Generator, pitch: float, words_a_minute: int) -> Wave:
    kind, _, name = source.partition(" ")
    if kind == "drawn":
        return phrase(rng, float(rng.uniform(1.0, 3.5)), pitch)
    if kind == "file":
        return _trimmed(_read(Path(name)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "voice.wav")
        text = SENTENCES[int(rng.integers(len(SENTENCES)))]
        argv = ["espeak-ng", "-v", name, "-s", str(words_a_minute), "-p", str(int(rng.integers(30, 70)))]
        subprocess.run([*argv, "-w", str(path), text], check=True, capture_output=True)
        return _trimmed(_read(path))


def _read(path: Path) -> Wave:
    """Any sound file as mono at RATE."""
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-ac", "1", "-ar", str(RATE)]
    raw = subprocess.run([*argv, "-f", "s16le", "-"], check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return np.frombuffer(raw.stdout, "<i2").astype(np.float64)


def _trimmed(samples: Wave) -> Wave:
    loud = np.flatnonzero(np.abs(samples) > QUIET_SHARE * np.abs(samples).max())
    return samples[loud[0] : loud[-1] + 1]


def _spoken(samples: Wave) -> Spans:
    """Where the clean voice is heard; gaps shorter than LEAST_PAUSE_S belong to the phrase."""
    size = RATE // 100
    frames = np.abs(samples[: len(samples) // size * size]).reshape(-1, size).max(axis=1)
    loud = np.flatnonzero(frames > QUIET_SHARE * frames.max())
    spans: Spans = []
    for frame in loud.tolist():
        if spans and frame / 100 - spans[-1][1] < LEAST_PAUSE_S:
            spans[-1] = (spans[-1][0], (frame + 1) / 100)
        else:
            spans.append((frame / 100, (frame + 1) / 100))
    return spans
