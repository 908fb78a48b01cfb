"""Music beds with a known tempo: the band of the first suites, and the kinds that a creator lays under a voice."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

RATE = 32000
Wave = NDArray[np.float64]

SCALE = (0, 2, 3, 5, 7, 8, 10, 12)  # natural minor, in semitones
CHORDS = ((0, 3, 7), (8, 12, 15), (3, 7, 10), (10, 14, 17))


def music_track(rng: np.random.Generator, seconds: float, bpm: float, *, drums: bool = True) -> Wave:
    """Chords, and a band over them where `drums`; its peak is 1."""
    count = int(seconds * RATE)
    out = np.zeros(count)
    beat = 60.0 / bpm
    root = float(rng.uniform(90, 140))
    chords = [root * 2 ** (k / 12) for k in (0, 5, 7, 3)]
    t = np.arange(count) / RATE
    bar = (t / (4 * beat)).astype(int)
    for index, base in enumerate(chords):
        here = bar % 4 == index
        for step, gain in ((1, 1.0), (1.26, 0.7), (1.498, 0.7), (2, 0.5)):
            for harmonic in (1, 2, 3, 4):
                out[here] += 0.12 * gain / harmonic * np.sin(2 * np.pi * base * 2 * step * harmonic * t[here])
    if not drums:
        return out / np.abs(out).max()
    offset = float(rng.uniform(0, beat))
    for number in range(int((seconds - offset) / beat * 2)):
        first = int((offset + number * beat / 2) * RATE)
        on_beat, snare = number % 2 == 0, number % 4 == 2
        hits = [_hat(rng)]
        if on_beat:
            hits.append(_kick())
        if snare:
            hits.append(_snare(rng))
        hits.append(_pluck(root * 4 * 2 ** (float(rng.choice([0, 3, 7, 10])) / 12)))
        for hit in hits:
            stop = min(count, first + len(hit))
            out[first:stop] += hit[: stop - first]
    return out / np.abs(out).max()


def _decay(seconds: float, speed: float) -> tuple[Wave, Wave]:
    t = np.arange(int(seconds * RATE)) / RATE
    return t, np.exp(-t * speed)


def _kick() -> Wave:
    t, decay = _decay(0.2, 22)
    return np.asarray(1.3 * np.sin(2 * np.pi * (50 * t + 3 * (1 - np.exp(-t * 40)))) * decay)


def _snare(rng: np.random.Generator) -> Wave:
    t, decay = _decay(0.15, 28)
    return np.asarray(0.5 * rng.standard_normal(len(t)) * decay)


def _hat(rng: np.random.Generator) -> Wave:
    t, decay = _decay(0.06, 90)
    return np.asarray(0.35 * np.diff(rng.standard_normal(len(t)), prepend=0.0) * decay)


def _pluck(frequency: float, seconds: float = 0.3, speed: float = 10) -> Wave:
    t, decay = _decay(seconds, speed)
    return np.asarray(0.25 * (np.sin(2 * np.pi * frequency * t) + 0.4 * np.sin(4 * np.pi * frequency * t)) * decay)


def drums(rng: np.random.Generator, seconds: float, bpm: float) -> Wave:
    """Kick, snare and hi-hats in eighths or sixteenths, with fills."""
    out = np.zeros(int(seconds * RATE))
    step = 60.0 / bpm / int(rng.choice([2, 4]))
    each = round(60.0 / bpm / step)
    for number in range(int(seconds / step)):
        at, beat = number * step, number / each
        _add(out, at, _hat(rng) * float(rng.uniform(0.6, 1.0)))
        if number % each == 0:
            _add(out, at, _kick() if int(beat) % 2 == 0 else _snare(rng) * 2)
        elif rng.random() < 0.12:
            _add(out, at, _kick() * 0.7 if rng.random() < 0.5 else _snare(rng))
    return out


def pad(rng: np.random.Generator, seconds: float, bpm: float) -> Wave:
    """Sustained chords that swell slowly, one a bar."""
    out = np.zeros(int(seconds * RATE))
    root, bar = float(rng.uniform(110, 220)), 4 * 60.0 / bpm
    for number in range(int(seconds / bar) + 1):
        for semitone in CHORDS[number % 4]:
            _add(out, number * bar, _held(rng, root * 2 ** (semitone / 12), bar * 1.05))
    return out


def melody(rng: np.random.Generator, seconds: float, bpm: float) -> Wave:
    """An arpeggio in eighths with a melody over it."""
    out = np.zeros(int(seconds * RATE))
    root, step = float(rng.uniform(200, 330)), 60.0 / bpm / 2
    at, number = 0.0, 0
    while at < seconds:
        chord = CHORDS[number // 8 % 4]
        _add(out, at, _pluck(root * 2 ** (chord[number % 3] / 12), 0.5, 6.0))
        if rng.random() < 0.35:
            tone = root * 2 ** (1 + SCALE[int(rng.integers(len(SCALE)))] / 12)
            _add(out, at, 1.5 * _pluck(tone, 0.6, 4.0))
        at, number = at + step, number + 1
    return out


def loop(rng: np.random.Generator, seconds: float, bpm: float) -> Wave:
    """A bass line of two bars over hi-hats."""
    out = np.zeros(int(seconds * RATE))
    root, step = float(rng.uniform(45, 75)), 60.0 / bpm / 2
    line = [int(k) if rng.random() < 0.75 else None for k in rng.choice(SCALE, 16)]
    for number in range(int(seconds / step)):
        tone = line[number % 16]
        if tone is not None:
            _add(out, number * step, _bass(root * 2 ** (tone / 12), step * 0.9))
        _add(out, number * step, _hat(rng) * (1.4 if number % 2 else 0.8))
    return out


KINDS: dict[str, Callable[[np.random.Generator, float, float], Wave]] = {
    "drums": drums,
    "pad": pad,
    "melody": melody,
    "bass and hats": loop,
    "band": music_track,
}


def bed(kind: str, rng: np.random.Generator, seconds: float, bpm: float) -> Wave:
    """Music of one of KINDS with an effective level of 1."""
    out = KINDS[kind](rng, seconds, bpm)
    return np.asarray(out / max(1e-9, float(np.sqrt((out**2).mean()))))


def _add(out: Wave, at_s: float, sound: Wave) -> None:
    first = int(at_s * RATE)
    stop = min(len(out), first + len(sound))
    out[first:stop] += sound[: stop - first]


def _held(rng: np.random.Generator, frequency: float, seconds: float) -> Wave:
    t = np.arange(int(seconds * RATE)) / RATE
    swell = np.minimum(1.0, np.minimum(t, seconds - t) / 0.25) * (0.75 + 0.25 * np.sin(2 * np.pi * 0.3 * t))
    detuned = frequency * (1 + float(rng.normal(0, 0.002)))
    parts = [np.sin(2 * np.pi * k * tone * t) / k**1.2 for k in range(1, 9) for tone in (frequency, detuned)]
    return np.asarray(swell * np.sum(parts, axis=0))


def _bass(frequency: float, seconds: float) -> Wave:
    t, decay = _decay(seconds, 5)
    rise = np.minimum(1.0, t / 0.005) * np.minimum(1.0, (seconds - t) / 0.02)
    return np.asarray(rise * decay * np.sum([np.sin(2 * np.pi * k * frequency * t) / k for k in range(1, 7)], axis=0))
