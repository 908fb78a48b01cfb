"""Synthetic soundtracks with known speech, pauses and tempo: a formant voice over an optional music bed."""

from __future__ import annotations

import wave
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .music import RATE, Wave, music_track

# First three formants of some vowels in Hz (means of adult speakers, after Peterson and Barney 1952).
VOWELS = ((270, 2290, 3010), (530, 1840, 2480), (730, 1090, 2440), (570, 840, 2410), (300, 870, 2240))


@dataclass
class Soundtrack:
    samples: Wave
    speech: list[tuple[float, float]] = field(default_factory=list)
    silences: list[tuple[float, float]] = field(default_factory=list)
    bpm: float | None = None
    bed: float = 0.0

    @property
    def rests(self) -> list[tuple[float, float]]:
        """Silences and pauses that are to be found: over a bed only those between two phrases."""
        found = [gap for gap in self.silences if gap[1] - gap[0] >= 0.3]
        inside = (self.speech[0][0], self.speech[-1][1]) if self.bed and self.speech else (0.0, float("inf"))
        return [gap for gap in found if inside[0] <= gap[0] and gap[1] <= inside[1]]

    def save(self, path: Path) -> None:
        peak = max(1e-9, float(np.abs(self.samples).max()))
        scaled = self.samples * min(1.0, 0.9 / peak)
        with wave.open(str(path), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes((scaled * 32767).astype("<i2").tobytes())


def _envelope(count: int, attack: int, release: int) -> Wave:
    shape = np.ones(count)
    attack, release = min(attack, count // 2), min(release, count // 2)
    shape[:attack] = np.linspace(0, 1, attack)
    shape[count - release :] = np.linspace(1, 0, release)
    return shape


def syllable(rng: np.random.Generator, pitch: float, seconds: float) -> Wave:
    count = int(seconds * RATE)
    glide = np.linspace(1.0, float(rng.uniform(0.85, 1.12)), count)
    phase = 2 * np.pi * np.cumsum(pitch * glide) / RATE
    one, two = (np.array(VOWELS[int(k)], float) for k in rng.integers(0, len(VOWELS), 2))
    blend = np.linspace(0, 1, count)[:, None]
    formants = one * (1 - blend) + two * blend
    out = np.zeros(count)
    for k in range(1, int(4500 / pitch)):
        frequency = k * pitch * glide
        gain = sum(
            level / (1 + ((frequency - formants[:, n]) / width) ** 2)
            for n, (level, width) in enumerate(((1.0, 80), (0.5, 110), (0.25, 160)))
        )
        out += gain * np.sin(k * phase) / k**0.3
    voiced = out * _envelope(count, int(0.025 * RATE), int(0.04 * RATE))
    if rng.random() < 0.4:
        hiss = rng.standard_normal(int(rng.uniform(0.04, 0.09) * RATE))
        hiss = np.diff(hiss, prepend=0.0) * _envelope(len(hiss), 300, 300) * 0.15
        voiced = np.concatenate([hiss * np.abs(voiced).max(), voiced])
    return np.asarray(voiced)


def phrase(rng: np.random.Generator, seconds: float, pitch: float) -> Wave:
    parts: list[Wave] = []
    total = 0
    while total < seconds * RATE:
        length = float(rng.uniform(0.12, 0.26))
        part = syllable(rng, pitch * float(rng.uniform(0.85, 1.2)), length) * float(rng.uniform(0.6, 1.0))
        rest = np.zeros(int(rng.choice([0.0, 0.02, 0.07], p=[0.5, 0.3, 0.2]) * RATE))
        parts += [part, rest]
        total += len(part) + len(rest)
    voice = np.concatenate(parts)[: int(seconds * RATE)]
    return voice * _envelope(len(voice), 200, 800)


def voice_track(
    rng: np.random.Generator, seconds: float
) -> tuple[Wave, list[tuple[float, float]], list[tuple[float, float]]]:
    out = np.zeros(int(seconds * RATE))
    speech: list[tuple[float, float]] = []
    silences: list[tuple[float, float]] = []
    pitch = float(rng.uniform(95, 230))
    at = float(rng.uniform(0.0, 0.6))
    if at > 0.3:
        silences.append((0.0, at))
    while at < seconds - 0.8:
        length = min(float(rng.uniform(1.0, 4.0)), seconds - at - 0.2)
        voice = phrase(rng, length, pitch)
        first = int(at * RATE)
        out[first : first + len(voice)] += voice
        end = at + len(voice) / RATE
        speech.append((round(at, 3), round(end, 3)))
        at = end + float(rng.uniform(0.4, 1.6))
        silences.append((round(end, 3), round(min(at, seconds), 3)))
    return out / max(1e-9, np.abs(out).max()), speech, silences


def soundtrack(
    seed: int, seconds: float, *, voice: bool = True, bed: float = 0.0, drums: bool = True, hiss_db: float = -62.0
) -> Soundtrack:
    """Voice at full level, the bed at gain `bed` (0.25 is loud under a voice), and the hiss of a room."""
    rng = np.random.default_rng([seed, int(bed * 1000), int(voice), int(drums)])
    samples = 10 ** (hiss_db / 20) * rng.standard_normal(int(seconds * RATE))
    speech: list[tuple[float, float]] = []
    silences: list[tuple[float, float]] = []
    if voice:
        track, speech, silences = voice_track(rng, seconds)
        samples = samples + 0.8 * track
    bpm: float | None = None
    if bed:
        bpm = round(float(rng.uniform(75, 175)), 1)
        samples = samples + bed * music_track(rng, seconds, bpm, drums=drums)
    if not voice and not bed:
        silences = [(0.0, seconds)]
    return Soundtrack(samples, speech, silences, bpm if drums else None, bed)
