"""When somebody speaks, when nobody does, and how fast, with or without music under it.

Two things have to agree. The voice detector says how likely a voice is heard, whatever plays beside it. The level of
600 to 3800 Hz, where speech is strong and a bed is usually weak, says when a bed plays on without the voice: what is
calm against floor and top of the eight seconds around is no speech. A run of drums has short peaks, so the level is
taken as its median over a quarter of a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import vad
from .audio_pass import F32, Sound, band_centres
from .features import RELIABLE_SPEECH

VOICE_HZ = (600.0, 3800.0)
SURE_P, LIKELY_P = 0.6, 0.45  # of the voice detector: at least once in a phrase, and all through it
AROUND_S = 4.0  # to each side, for floor and top
CALM_SHARE, CALM_DB = 0.25, 3.0  # of the range between floor and top, and at least: below it nobody speaks
CALM_S = 0.4  # shorter calm belongs to the phrase
MEDIAN_S = 0.26
THRESHOLD_SHARE, THRESHOLD_DB = 0.35, 4.0  # the same for what alternates without being a voice
LEAST_RANGE_DB, LEAST_CONTRAST_DB = 5.0, 7.0  # between floor and top, without which the level says nothing
DEEPEST_DB = 32.0  # below the top; what is weaker is the tail of a sound
EDGE_S = 0.12  # by which the level moves the edges of a phrase
JOIN_S = 0.24  # gaps inside a phrase
LEAST_SPEECH_S = 0.2
CLICK_S, CLICK_GAP_S = 0.14, 0.16
BLUR_STEPS = 1  # by which window and smoothing widen a sound at each end
LEAST_SILENCE_S = 0.3
LONGEST_PAUSE_S = 8.0
FRAGMENT_S, ALONE_S = 1.0, 3.0  # a phrase this short, with nothing said this long around it, may be sung or chance
LEAST_FOREGROUND_S, LEAST_DROP_DB = 0.3, 8.0
QUIET_DB = -55.0

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Stretch:
    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True)
class Phrase(Stretch):
    confidence: float  # 0..1; below RELIABLE_SPEECH it is kept, but nothing is claimed from it

    @property
    def reliable(self) -> bool:
        return self.confidence >= RELIABLE_SPEECH


@dataclass(frozen=True)
class Voice:
    speech: list[Phrase]
    syllables_per_s: float | None

    @property
    def reliable(self) -> list[Phrase]:
        return [phrase for phrase in self.speech if phrase.reliable]


def measure(sound: Sound) -> Voice:
    """What is said in a sound that the voice detector has heard (`sound.voice_p`)."""
    if not len(sound.level):
        return Voice([], None)
    level = _band_level(sound, *VOICE_HZ)
    voice = Voice(_phrases(sound, level), None)
    return replace(voice, syllables_per_s=_syllables(level, voice.reliable, sound.step_s))


def moving_mean(values: NDArray[Any], width: int) -> NDArray[np.float64]:
    """Mean over `width` neighbours, as long as `values` however short they are."""
    width = max(1, min(width, len(values)))
    return np.convolve(values.astype(np.float64), np.ones(width) / width, mode="same")


def _band_level(sound: Sound, low: float, high: float) -> F32:
    """Level of the bands between two frequencies in dB, smoothed over 60 ms."""
    centres = band_centres()
    power = (10.0 ** (sound.levels[:, (centres > low) & (centres < high)] / 10)).mean(axis=1)
    smooth = moving_mean(power, 3)
    return (10 * np.log10(smooth + 1e-12)).astype(np.float32)


def _rolling(values: F32, percent: float, reach: int, hop: int) -> F32:
    """Percentile of the values within `reach` of each point, worked out every `hop` points."""
    places = np.arange(0, len(values) + hop, hop)
    found = [
        np.percentile(values[max(0, p - reach) : p + reach + 1], percent) for p in places if p - reach < len(values)
    ]
    return np.interp(np.arange(len(values)), places[: len(found)], found).astype(np.float32)


def _above(level: F32, step: float, share: float, least: float) -> tuple[Mask, F32]:
    """Where the level stands above a share of the range between floor and top around it, and that range in dB."""
    reach, hop = int(AROUND_S / step), int(1.0 / step)
    floor = np.maximum(_rolling(level, 8, reach, hop), np.percentile(level, 2))
    top = _rolling(level, 95, reach, hop)
    span = top - floor
    threshold = np.maximum(floor + np.maximum(least, share * span), top - DEEPEST_DB)
    return level > threshold, span


def _calm(level: F32, step: float) -> Mask:
    """Where the voice band is weak for a while, though single beats may stand out of it."""
    reach = int(MEDIAN_S / step) // 2
    padded = np.pad(level, reach, mode="edge")
    usual = np.median(np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1), axis=1).astype(np.float32)
    active, span = _above(usual, step, CALM_SHARE, CALM_DB)
    calm = ~active & (span >= LEAST_RANGE_DB)
    for first, last in runs(calm):
        if (last - first) * step < CALM_S:
            calm[first:last] = False
    return calm


def runs(mask: Mask) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _closed(mask: Mask, gap: int) -> Mask:
    out = mask.copy()
    for first, last in runs(~mask):
        if last - first <= gap and first > 0 and last < len(mask):
            out[first:last] = True
    return out


def _phrases(sound: Sound, level: F32) -> list[Phrase]:
    if sound.voice_p is None or not len(sound.voice_p):
        return []
    step = sound.step_s
    centres = (np.arange(len(sound.voice_p)) + 0.5) * vad.STEP_S
    likely = np.interp((np.arange(len(level)) + 0.5) * step, centres, sound.voice_p)
    mask = _closed(_heard(likely) & ~_calm(level, step), int(JOIN_S / step))
    loud, _ = _above(level, step, CALM_SHARE, CALM_DB)
    reach = int(EDGE_S / step)
    found = [(_edge(loud, a, reach), _edge(~loud, b, reach)) for a, b in runs(mask)]
    found = [(a, b) for a, b in found if (b - a) * step >= LEAST_SPEECH_S]
    out = []
    for number, (first, last) in enumerate(found):
        before = first - (found[number - 1][1] if number else -len(mask))
        after = (found[number + 1][0] if number + 1 < len(found) else 2 * len(mask)) - last
        confidence = float(likely[first:last].mean())
        if (last - first) * step < FRAGMENT_S and min(before, after) * step >= ALONE_S:
            confidence *= 0.5
        out.append(Phrase(first * step, last * step, round(confidence, 3)))
    return out


def _edge(begins: Mask, at: int, reach: int) -> int:
    """The place nearest to `at` where `begins` becomes true, for the detector is late; `at` where there is none."""
    low, high = max(1, at - reach), min(len(begins), at + reach + 1)
    places = low + np.flatnonzero(begins[low:high] & ~begins[low - 1 : high - 1])
    return int(places[np.abs(places - at).argmin()]) if len(places) else at


def _heard(likely: NDArray[np.float64]) -> Mask:
    """Where the detector hears a voice without a break and is sure of it at least once."""
    out = likely >= LIKELY_P
    for first, last in runs(out):
        out[first:last] = bool(likely[first:last].max() >= SURE_P)
    return out


def _without_clicks(mask: Mask, step: float) -> Mask:
    """Without short sounds that stand alone: a beat in a pause is no syllable."""
    out = mask.copy()
    found = runs(mask)
    for k, (first, last) in enumerate(found):
        before = first - (found[k - 1][1] if k else -len(mask))
        after = (found[k + 1][0] if k + 1 < len(found) else 2 * len(mask)) - last
        if (last - first) * step <= CLICK_S and min(before, after) * step >= CLICK_GAP_S:
            out[first:last] = False
    return out


def _foreground(level: F32, step: float) -> list[Stretch]:
    """What alternates with something clearly weaker, whatever it is: what pauses are told by when nobody speaks."""
    active, span = _above(level, step, THRESHOLD_SHARE, THRESHOLD_DB)
    mask = _closed(_without_clicks(active & (span >= LEAST_CONTRAST_DB), step), int(JOIN_S / step))
    loud = [(a, b) for a, b in runs(mask) if (b - a) * step >= LEAST_FOREGROUND_S]
    inside = np.zeros(len(mask), bool)
    for first, last in loud:
        inside[first:last] = True
    if not loud or inside.all():
        return []
    between = float(np.median(level[inside]) - np.median(level[~inside]))
    # A gate has two levels; the decay of notes and drums has every level between.
    middle = (level > np.median(level[inside]) - 0.7 * between) & (level < np.median(level[inside]) - 0.3 * between)
    if between < LEAST_DROP_DB or float(middle.mean()) > 0.12:
        return []
    return [Stretch((first + BLUR_STEPS) * step, (last - BLUR_STEPS) * step) for first, last in loud]


def silences(sound: Sound, speech: Sequence[Phrase]) -> list[tuple[Stretch, str]]:
    """Stretches with their kind: `silence`, nothing is heard; `pause`, the voice rests while something else goes on.

    A pause lies between two phrases that are reliable: music before the first word or after the last is none. Where
    nobody speaks, any sound that clearly alternates with a weaker one stands for the voice.
    """
    if not len(sound.level):
        return []
    step = sound.step_s
    quiet = sound.level < max(QUIET_DB, float(np.percentile(sound.level, 95)) - 60.0)
    found = [(Stretch(first * step, last * step), "silence") for first, last in runs(_closed(quiet, 1))]
    found = [(stretch, kind) for stretch, kind in found if stretch.length_s >= LEAST_SILENCE_S]
    for gap in rests(speech) if speech else rests(_foreground(_band_level(sound, *VOICE_HZ), step)):
        first, last = int(gap.start_s / step), max(int(gap.start_s / step) + 1, int(gap.end_s / step))
        hushed = float(quiet[first:last].mean()) > 0.8
        if gap.length_s < LEAST_SILENCE_S or not (hushed or gap.length_s <= LONGEST_PAUSE_S):
            continue
        beside = [(other, kind) for other, kind in found if other.end_s <= gap.start_s or other.start_s >= gap.end_s]
        found = [*beside, (gap, "silence" if hushed else "pause")]
    return sorted(found, key=lambda pair: pair[0].start_s)


def rests(sounding: Sequence[Stretch]) -> list[Stretch]:
    """The gaps between two stretches that can be relied on."""
    sure = [not isinstance(one, Phrase) or one.reliable for one in sounding]
    pairs = zip(pairwise(sounding), pairwise(sure), strict=True)
    return [Stretch(a.end_s, b.start_s) for (a, b), both in pairs if all(both) and b.start_s > a.end_s]


def _syllables(level: F32, speech: Sequence[Stretch], step: float) -> float | None:
    """Peaks of the voice band that stand 3 dB above the dips beside them, per second of speech."""
    total = sum(stretch.length_s for stretch in speech)
    if total < 1.0:
        return None
    count = 0
    for stretch in speech:
        part = level[int(stretch.start_s / step) : int(stretch.end_s / step)]
        count += _peaks(moving_mean(part, 3))
    return round(count / total, 2)


def _peaks(values: NDArray[np.floating], rise_db: float = 3.0) -> int:
    count, low, high = 0, np.inf, -np.inf
    climbing = True
    for value in values.tolist():
        if climbing:
            high = max(high, value)
            if value < high - rise_db:
                count, climbing, low = count + 1, False, value
        else:
            low = min(low, value)
            if value > low + rise_db:
                climbing, high = True, value
    return count + (1 if climbing and len(values) else 0)
