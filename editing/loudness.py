"""Brings a finished mix to its target loudness with one constant gain, so that quiet and loud keep their distance.

The mix is measured (EBU R 128 integrated loudness and true peak), the gain follows. Where the peaks would pass the
ceiling a limiter takes them down, which makes the sound a little quieter than computed: then it is measured again
behind the limiter and the gain corrected.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from editing.plan import Audio

_MOST_GAIN_DB: Final = 30.0
_SILENCE_LUFS: Final = -60.0  # room noise: lifting it to full loudness would make it a roar
_CLOSE_LU: Final = 0.2
_ROUNDS: Final = 4

_INTEGRATED = re.compile(r"\bI:\s*(-?[\d.]+|-?inf) LUFS")
_PEAK = re.compile(r"\bPeak:\s*(-?[\d.]+|-?inf) dBFS")


@dataclass(frozen=True, slots=True)
class Loudness:
    """Integrated loudness in LUFS and true peak in dBFS; a silent mix has -inf for both."""

    lufs: float
    peak_db: float


def parse(report: str) -> Loudness:
    """Read the summary of FFmpeg's `ebur128` filter."""
    integrated, peak = _INTEGRATED.findall(report), _PEAK.findall(report)
    return Loudness(float(integrated[-1]) if integrated else float("-inf"), float(peak[-1]) if peak else float("-inf"))


def choose_gain(wanted: Audio, mix: Loudness, measure: Callable[[float], Loudness]) -> float:
    """The gain in dB. `measure(gain)` answers how loud the mix is behind gain and limiter."""
    if wanted.loudness_lufs is None or mix.lufs <= _SILENCE_LUFS:
        return 0.0
    target = wanted.loudness_lufs
    gain = min(_MOST_GAIN_DB, target - mix.lufs)
    if mix.peak_db + gain <= wanted.true_peak_db - 1.5:
        return gain  # the limiter has nothing to do
    best, best_error = gain, float("inf")
    for _ in range(_ROUNDS):
        error = target - measure(gain).lufs
        if abs(error) < best_error:
            best, best_error = gain, abs(error)
        if abs(error) <= _CLOSE_LU:
            break
        gain = max(-60.0, min(_MOST_GAIN_DB + 10, gain + error))
    return best
