"""When somebody speaks, when nobody does, and how fast, with or without music under it.

Activity: level of 600 to 3800 Hz, where speech is strong and a bed is usually weak, against a threshold between the
floor and the top of the eight seconds around. Whether an active stretch is a voice is told by what voices cannot avoid:
their pitch glides all the time, while a note keeps its own. Language-free, no model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .audio_pass import F32, Sound, band_centres

VOICE_HZ = (600.0, 3800.0)
AROUND_S = 4.0  # to each side, for floor and top
THRESHOLD_SHARE = 0.35
LEAST_RANGE_DB = 7.0
DEEPEST_DB = 32.0  # below the top; what is weaker is the tail of a sound
JOIN_S = 0.24  # gaps inside a phrase
LEAST_SPEECH_S = 0.2
CLICK_S, CLICK_GAP_S = 0.14, 0.16
BLUR_STEPS = 1  # by which window and smoothing widen a sound at each end
LEAST_SILENCE_S = 0.3
LONGEST_PAUSE_S = 8.0
GLIDE_SEMITONES = (0.08, 1.5)  # change of pitch per 20 ms
GLIDE_SHARE = 0.13
BRIEF_S, BRIEF_GLIDE_SHARE = 0.45, 0.3  # a single word has to be surer
LEAST_UNREST_DB, BABBLE_UNREST_DB = 0.8, 1.5  # mean change of the voice band per 20 ms
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
class Voice:
    speech: list[Stretch]
    syllables_per_s: float | None


def measure(sound: Sound) -> Voice:
    if not len(sound.level):
        return Voice([], None)
    step = sound.step_s
    level = _band_level(sound, *VOICE_HZ)
    active, clear = _active(level, step)
    speech = _speech(sound, level, active, clear, _glides(sound))
    return Voice(speech, _syllables(level, speech, step))


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


def _active(level: F32, step: float) -> tuple[Mask, Mask]:
    """Where the voice band stands out, and where there is enough range between floor and top to say so."""
    reach, hop = int(AROUND_S / step), int(1.0 / step)
    floor = np.maximum(_rolling(level, 8, reach, hop), np.percentile(level, 2))
    top = _rolling(level, 95, reach, hop)
    span = top - floor
    threshold = np.maximum(floor + np.maximum(4.0, THRESHOLD_SHARE * span), top - DEEPEST_DB)
    return level > threshold, span >= LEAST_RANGE_DB


def _glides(sound: Sound) -> Mask:
    firm = sound.periodic > 0.6
    tone = 12 * np.log2(np.maximum(sound.pitch_hz, 1.0))
    change = np.abs(np.diff(tone, prepend=tone[:1]))
    return firm & np.roll(firm, 1) & (change > GLIDE_SEMITONES[0]) & (change < GLIDE_SEMITONES[1])


def runs(mask: Mask) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _closed(mask: Mask, gap: int) -> Mask:
    out = mask.copy()
    for first, last in runs(~mask):
        if last - first <= gap and first > 0 and last < len(mask):
            out[first:last] = True
    return out


def _speech(sound: Sound, level: F32, active: Mask, clear: Mask, glide: Mask) -> list[Stretch]:
    step = sound.step_s
    # Where voice and bed cannot be told apart by level, the glides alone say where the voice is.
    width = max(1, int(0.5 / step))
    dense = moving_mean(glide, width) > GLIDE_SHARE
    mask = _closed(_without_clicks(np.where(clear, active, dense), step), int(JOIN_S / step))
    out = []
    for first, last in runs(mask):
        if (last - first) * step < LEAST_SPEECH_S:
            continue
        if _is_voice(sound, level, glide, first, last):
            out.append(Stretch((first + BLUR_STEPS) * step, (last - BLUR_STEPS) * step))
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


def _is_voice(sound: Sound, level: F32, glide: Mask, first: int, last: int) -> bool:
    part = level[first:last]
    unrest = float(np.abs(np.diff(part)).mean())
    brief = (last - first) * sound.step_s < BRIEF_S
    if float(glide[first:last].mean()) >= (BRIEF_GLIDE_SHARE if brief else GLIDE_SHARE):
        return unrest >= LEAST_UNREST_DB
    return unrest >= BABBLE_UNREST_DB and _babble(sound, part, first, last)


def _babble(sound: Sound, part: F32, first: int, last: int) -> bool:
    """Speech without a gliding pitch (whisper, crowd, a robot): deep swings at the rate of syllables, and no hats."""
    if (last - first) * sound.step_s < 0.5:
        return False
    centres = band_centres()
    inside = sound.levels[first:last]
    dull = float(inside[:, (centres > 300) & (centres < 3800)].mean() - inside[:, centres > 5000].mean())
    swing = float(np.percentile(part, 90) - np.percentile(part, 10))
    power = np.abs(np.fft.rfft((part - part.mean()) * np.hanning(len(part)), 512)) ** 2
    hertz = np.fft.rfftfreq(512, sound.step_s)
    syllabic = float(power[(hertz > 2.5) & (hertz < 8)].sum() / max(1e-9, float(power[hertz > 0.5].sum())))
    return swing >= 10.0 and syllabic >= 0.55 and dull >= 9.0


def _foreground(level: F32, step: float) -> list[Stretch]:
    """What alternates with something clearly weaker, whatever it is: what pauses are told by when nobody speaks."""
    active, clear = _active(level, step)
    mask = _closed(_without_clicks(active & clear, step), int(JOIN_S / step))
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


def silences(sound: Sound, speech: list[Stretch]) -> list[tuple[Stretch, str]]:
    """Stretches with their kind: `silence`, nothing is heard; `pause`, the voice rests while something else goes on."""
    if not len(sound.level):
        return []
    step = sound.step_s
    level = _band_level(sound, *VOICE_HZ)
    quiet = sound.level < max(QUIET_DB, float(np.percentile(sound.level, 95)) - 60.0)
    found: list[tuple[Stretch, str]] = []
    for gap in _gaps(sound, speech or _foreground(level, step)):
        first, last = int(gap.start_s / step), max(int(gap.start_s / step) + 1, int(gap.end_s / step))
        hushed = float(quiet[first:last].mean()) > 0.8
        if gap.length_s >= LEAST_SILENCE_S and (hushed or gap.length_s <= LONGEST_PAUSE_S):
            found.append((gap, "silence" if hushed else "pause"))
    known = [stretch for stretch, _ in found]
    for first, last in runs(_closed(quiet, 1)):
        stretch = Stretch(first * step, last * step)
        apart = all(stretch.end_s <= k.start_s or stretch.start_s >= k.end_s for k in known)
        if stretch.length_s >= LEAST_SILENCE_S and apart:
            found.append((stretch, "silence"))
    return sorted(found, key=lambda pair: pair[0].start_s)


def _gaps(sound: Sound, sounding: list[Stretch]) -> list[Stretch]:
    if not sounding:
        return []
    edges = [0.0, *(edge for stretch in sounding for edge in (stretch.start_s, stretch.end_s)), sound.seconds]
    return [Stretch(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b > a]


def _syllables(level: F32, speech: list[Stretch], step: float) -> float | None:
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
