"""What the first three seconds hold, from facts that are already measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from . import cuts
from .audio_pass import Meter
from .features import Curve, Hook, Overlay
from .shots import Light
from .voice import Stretch

WINDOW_S = 3.0
CURVE_STEP_S = 0.1
GATE_LUFS = -70.0


def measure(
    duration_s: float,
    light: Light | None,
    cut_list: Sequence[cuts.Cut] | None,
    speech: Sequence[Stretch] | None,
    meter: Meter | None,
    overlays: Sequence[Overlay] | None,
) -> Hook:
    window = min(WINDOW_S, duration_s)
    first = [cut.time_ms / 1000 for cut in cut_list or () if cut.time_ms / 1000 < window]
    start, rest = _motion(light, window, duration_s)
    loud, later = _loudness(meter, window)
    return Hook(
        window_s=round(window, 3),
        first_cut_s=round(first[0], 3) if first else None,
        cuts=len(first),
        motion=None if start is None else round(start, 4),
        motion_step=round(start / rest, 2) if start is not None and rest else None,
        first_speech_s=_first_speech(speech, window),
        speech_ratio=None if speech is None else round(_overlap(speech, window) / max(window, 1e-3), 3),
        loudness_lufs=None if loud is None else round(loud, 1),
        loudness_step_lu=None if loud is None or later is None else round(loud - later, 1),
        first_text_s=min((one.start_s for one in overlays or () if one.start_s < window), default=None),
        starts_black=None if light is None else bool(light.brightness[0] < 0.04 and light.contrast[0] < 0.03),
        brightness=None if light is None else _rounded(light.mean(light.brightness, 0.0, window)),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _motion(light: Light | None, window: float, duration_s: float) -> tuple[float | None, float | None]:
    if light is None:
        return None, None
    return light.mean(light.motion, 0.0, window), light.mean(light.motion, window, duration_s + 1.0)


def _first_speech(speech: Sequence[Stretch] | None, window: float) -> float | None:
    starts = [stretch.start_s for stretch in speech or () if stretch.start_s < window]
    return round(starts[0], 3) if starts else None


def _overlap(speech: Sequence[Stretch], window: float) -> float:
    return sum(max(0.0, min(window, s.end_s) - s.start_s) for s in speech)


def _loudness(meter: Meter | None, window: float) -> tuple[float | None, float | None]:
    """Mean momentary loudness (as power, gated at -70 LUFS) of the hook and of what follows."""
    if meter is None or not meter.times:
        return None, None
    times, values = np.array(meter.times), np.array(meter.momentary)
    return _mean_loudness(values[times <= window]), _mean_loudness(values[times > window])


def _mean_loudness(values: np.ndarray) -> float | None:
    heard = values[values > GATE_LUFS]
    return float(10 * np.log10(np.mean(10 ** (heard / 10)))) if len(heard) else None


def loudness_curve(meter: Meter) -> Curve:
    """Momentary loudness every 0.1 s, as the filter prints it."""
    values = [round(v, 1) if v > GATE_LUFS else None for v in meter.momentary]
    return Curve(step_s=CURVE_STEP_S, values=values)
