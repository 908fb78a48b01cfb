"""Shots, pace, motion and light, worked out from the trace of the video pass."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from . import cuts, gradual
from .boundaries import Trace
from .features import Curve, Motion, Pace, Picture, Shot

CURVE_STEP_S = 0.5
STILL_PER_S = 0.02  # change of full scale per second below which nothing visibly moves
FULL_SCALE = 3 * 219.0  # three planes of limited range
PACE_WINDOW_S = 10.0

F64 = NDArray[np.float64]


class Light:
    """Brightness, motion and colour per frame, each a share of full scale."""

    def __init__(self, trace: Trace, cut_frames: Sequence[int]) -> None:
        grid = trace.grid.reshape(len(trace.times_ms), 3, -1)
        self.times = trace.times_ms / 1000.0
        self.brightness = np.clip((grid[:, 0].mean(axis=1) - 16.0) / 219.0, 0.0, 1.0)
        self.contrast = grid[:, 0].std(axis=1) / 219.0
        blue, red = (grid[:, k].astype(np.int16) - 128 for k in (1, 2))
        self.saturation = np.hypot(blue, red).mean(axis=1) / 112.0
        self.warmth = (red.mean(axis=1) - blue.mean(axis=1)) / 224.0
        gaps = np.diff(self.times, prepend=self.times[:1])
        usual = float(np.median(gaps[1:])) if len(gaps) > 1 else 0.04
        motion = trace.change / FULL_SCALE / np.maximum(gaps, max(usual, 1e-3) * 0.5)
        # A cut is no motion: its boundary takes the value of the one beside it.
        for frame in cut_frames:
            if 0 < frame < len(motion):
                motion[frame] = motion[frame + 1] if frame + 1 < len(motion) else motion[frame - 1]
        if len(motion) > 1:
            motion[0] = motion[1]
        self.motion: F64 = motion.astype(np.float64)

    def mean(self, values: F64, start_s: float, end_s: float) -> float | None:
        inside = (self.times >= start_s - 1e-6) & (self.times < end_s - 1e-6)
        return float(values[inside].mean()) if inside.any() else None

    def curve(self, values: F64, duration_s: float, digits: int) -> Curve:
        count = max(1, int(np.ceil(duration_s / CURVE_STEP_S)))
        place = np.minimum((self.times / CURVE_STEP_S).astype(int), count - 1)
        totals = np.bincount(place, weights=values, minlength=count)
        frames = np.bincount(place, minlength=count)
        points = [round(float(t / n), digits) if n else None for t, n in zip(totals, frames, strict=True)]
        return Curve(step_s=CURVE_STEP_S, values=points)


def shots(
    light: Light, cut_list: Sequence[cuts.Cut], transitions: Sequence[gradual.Transition], duration_s: float
) -> list[Shot]:
    """A shot ends at a cut or in the middle of a transition from one scene to another."""
    through = (gradual.TransitionKind.DISSOLVE, gradual.TransitionKind.WIPE, gradual.TransitionKind.FADE_THROUGH)
    middles = [(t.start_ms + t.end_ms) / 2000 for t in transitions if t.kind in through]
    edges = [0.0, *sorted({round(cut.time_ms / 1000, 3) for cut in cut_list} | {round(m, 3) for m in middles})]
    edges = [edge for edge in edges if edge < duration_s] + [duration_s]
    out = []
    for start, end in pairwise(edges):
        motion, brightness = light.mean(light.motion, start, end), light.mean(light.brightness, start, end)
        out.append(
            Shot(
                start_s=start,
                end_s=end,
                duration_s=round(end - start, 3),
                motion=None if motion is None else round(motion, 4),
                brightness=None if brightness is None else round(brightness, 3),
            )
        )
    return out


def pace(shot_list: Sequence[Shot], duration_s: float) -> Pace:
    lengths = np.array([shot.duration_s for shot in shot_list])
    changes = [shot.start_s for shot in shot_list[1:]]
    windows = max(1, int(np.ceil(duration_s / PACE_WINDOW_S)))
    counts = np.bincount([min(windows - 1, int(t / PACE_WINDOW_S)) for t in changes], minlength=windows)
    return Pace(
        shots=len(shot_list),
        cuts_per_10s=round(len(changes) / max(duration_s, 1e-3) * 10.0, 2),
        changes_per_10s=[int(count) for count in counts],
        shot_mean_s=round(float(lengths.mean()), 3),
        shot_median_s=round(float(np.median(lengths)), 3),
        shot_shortest_s=round(float(lengths.min()), 3),
        shot_longest_s=round(float(lengths.max()), 3),
    )


def motion(light: Light, duration_s: float) -> Motion:
    return Motion(
        mean=round(float(light.motion.mean()), 4),
        peak=round(float(np.percentile(light.motion, 98)), 4),
        still_ratio=round(float((light.motion < STILL_PER_S).mean()), 3),
        curve=light.curve(light.motion, duration_s, 4),
    )


def picture(light: Light, duration_s: float) -> Picture:
    return Picture(
        brightness=round(float(light.brightness.mean()), 3),
        contrast=round(float(light.contrast.mean()), 3),
        saturation=round(float(light.saturation.mean()), 3),
        warmth=round(float(light.warmth.mean()), 3),
        brightness_curve=light.curve(light.brightness, duration_s, 3),
    )
