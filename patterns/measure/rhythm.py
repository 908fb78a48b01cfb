"""Tempo and whether there is music.

Tempo: autocorrelation of the onset strength, summed over one to four beats, weighted by how usual a tempo is
(log-normal around 120 a minute), then made exact on the longest multiple that still agrees. Music: a steady beat, or
notes that keep their pitch, over a large part of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .audio_pass import F32, HOP, RATE, Sound
from .voice import Stretch, moving_mean

RATE_HZ = RATE / HOP
SLOWEST, FASTEST = 60.0, 200.0
USUAL, USUAL_OCTAVES = 120.0, 0.9
LEAST_SECONDS = 4.0
LEAST_CONFIDENCE = 0.09
LONE_BEAT = 0.3  # confidence from which a beat without recognised music is told
BAND_WEIGHTS = (1.0, 0.6, 0.8)

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class Tempo:
    bpm: float
    confidence: float  # autocorrelation at one beat, 0..1


@dataclass(frozen=True)
class MusicFacts:
    present: bool
    share_ratio: float
    confidence: float
    tempo: Tempo | None = None


def measure(sound: Sound, speech: Sequence[Stretch]) -> MusicFacts:
    """A tempo is told where there is music, or where the beat is beyond doubt; the rhythm of a voice is none."""
    beat = tempo(sound)
    found = music(sound, speech, beat)
    told = beat if found.present or (beat is not None and beat.confidence >= LONE_BEAT) else None
    return replace(found, tempo=told)


def tempo(sound: Sound) -> Tempo | None:
    if sound.seconds < LEAST_SECONDS:
        return None
    strength, deep = _strength(sound.onsets)
    longest = min(len(strength) - 1, int(RATE_HZ * 12))
    auto, pulse = _autocorrelation(strength, longest), _autocorrelation(deep, longest)
    rates = np.geomspace(SLOWEST, FASTEST, 400)
    lags = RATE_HZ * 60.0 / rates
    score = sum(_near(auto, lags * k) * weight for k, weight in ((1, 1.0), (2, 0.7), (3, 0.4), (4, 0.6)))
    # Which multiple is the beat: the deep sounds (kick, bass) come on it, and not also between two of its beats.
    between = np.where(rates * 2 <= FASTEST, np.maximum(_near(pulse, lags / 2), 0.0), 0.0)
    score = score + 1.5 * _near(pulse, lags) - between
    prior = np.exp(-0.5 * (np.log2(rates / USUAL) / USUAL_OCTAVES) ** 2)
    best = int(np.argmax(score * prior))
    lag = _refined(auto, float(lags[best]))
    confidence = float(np.clip(max(_at(auto, np.array([lag]))[0], _at(auto, np.array([4 * lag]))[0]), 0.0, 1.0))
    if confidence < LEAST_CONFIDENCE:
        return None
    return Tempo(round(float(60.0 * RATE_HZ / lag), 1), round(confidence, 3))


def _strength(onsets: F32) -> tuple[F64, F64]:
    """Onset strength without its slow part, loud hits softened: of the bands on one scale, and of the deep sounds."""
    parts = []
    width = int(RATE_HZ * 0.4)
    for band in onsets.T.astype(np.float64):
        calm = moving_mean(band, width)
        peaks = np.maximum(band - calm, 0.0)
        scale = max(float(np.percentile(peaks, 95)), 0.3 * float(np.percentile(peaks, 99.5)))
        peaks = np.minimum(peaks / scale, 2.0) if scale > 1e-6 else np.zeros_like(peaks)
        parts.append(np.convolve(peaks, [0.25, 0.5, 0.25], mode="same"))
    whole = sum((part * weight for part, weight in zip(parts[:3], BAND_WEIGHTS, strict=True)), np.zeros(len(onsets)))
    return whole, parts[3]


def _autocorrelation(values: F64, longest: int) -> F64:
    centred = values - values.mean()
    size = 1 << int(2 * len(centred) - 1).bit_length()
    spectrum = np.fft.rfft(centred, size)
    auto = np.fft.irfft(spectrum * np.conj(spectrum), size)[: longest + 1]
    overlap = len(centred) - np.arange(longest + 1)
    auto = auto / np.maximum(overlap, 1)
    return auto / auto[0] if auto[0] > 1e-12 else np.zeros(longest + 1)


def _at(auto: F64, lags: F64) -> F64:
    return np.interp(lags, np.arange(len(auto)), auto, right=0.0)


def _near(auto: F64, lags: F64) -> F64:
    """The same, at the best of three neighbouring points: a beat rarely falls on a whole number of hops."""
    return np.maximum(np.maximum(_at(auto, lags - 1), _at(auto, lags)), _at(auto, lags + 1))


def _refined(auto: F64, lag: float) -> float:
    """The same beat measured over 1, 2, 4, 8 beats: each doubling halves the error."""
    for multiple in (1, 2, 4, 8):
        centre = lag * multiple
        reach = max(2.0, 0.03 * centre if multiple == 1 else 2.5)
        low, high = int(np.floor(centre - reach)), int(np.ceil(centre + reach))
        if low < 1 or high + 1 >= len(auto):
            break
        at = low + int(np.argmax(auto[low : high + 1]))
        if at < 1 or at + 1 >= len(auto) or auto[at] < 0.5 * auto[max(1, round(lag))]:
            break
        a, b, c = auto[at - 1], auto[at], auto[at + 1]
        bend = a - 2 * b + c
        lag = (at + (0.5 * (a - c) / bend if bend < 0 else 0.0)) / multiple
    return lag


def music(sound: Sound, speech: Sequence[Stretch], beat: Tempo | None) -> MusicFacts:
    """Notes that keep their pitch (or a beat) outside of speech; under speech the bed shows between the syllables."""
    count = len(sound.level)
    if not count:
        return MusicFacts(False, 0.0, 0.0)
    step = sound.step_s
    spoken = np.zeros(count, bool)
    for stretch in speech:
        spoken[int(stretch.start_s / step) : int(stretch.end_s / step)] = True
    heard = sound.level > max(-60.0, float(np.percentile(sound.level, 95)) - 45.0)
    tone = 12 * np.log2(np.maximum(sound.pitch_hz, 1.0))
    firm = (sound.periodic > 0.5) & (np.abs(np.diff(tone, prepend=tone[:1])) < 0.08)
    width = max(1, int(1.0 / step))
    steady = moving_mean(firm & heard, width)
    free = ~spoken & heard
    if free.sum() * step > 0.5:
        tonal = float((steady[free] > 0.2).mean())
    else:
        tonal = float((steady[spoken] > 0.45).mean()) if spoken.any() else 0.0
    rhythmic = min(1.0, beat.confidence / 0.35) if beat else 0.0
    confidence = max(tonal, rhythmic if not speech or (beat is not None and beat.confidence > 0.2) else 0.0)
    covered = float(heard.mean())
    share = covered if speech and confidence >= 0.5 else float((heard & (steady > 0.2)).mean())
    if confidence >= 0.5 and beat is not None and beat.confidence > 0.2:
        share = covered
    return MusicFacts(confidence >= 0.5, round(share if confidence >= 0.5 else 0.0, 3), round(min(1.0, confidence), 3))
