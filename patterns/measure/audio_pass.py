"""The one reading of the audio stream: short-time spectra at 16 kHz, and FFmpeg's loudness meter beside them.

Kept per 10 ms: onset strength in three bands. Kept per 20 ms: the levels of 24 bands and of the whole, and how periodic
the sound is. Kept per 32 ms: how likely somebody speaks. Everything else about sound is worked out from these.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from videofile import ffmpeg
from videofile.ffmpeg import Stalled

from . import vad

RATE = 16000
HOP = 160
WINDOW = 512
BANDS = 24
LOWEST_HZ, HIGHEST_HZ = 60.0, 7600.0
ONSET_BANDS_HZ = ((40.0, 110.0), (110.0, 2000.0), (2000.0, 7800.0))
PITCH_HZ = (75.0, 400.0)
BLOCK_HOPS = 1024  # an even number
FLOOR_DB = -90.0
STALL_S = 60.0

F32 = NDArray[np.float32]


class AudioFailed(Exception):
    """The audio stream cannot be decoded; the video may be fine."""


@dataclass
class Meter:
    """Numbers of FFmpeg's ebur128 filter (ITU-R BS.1770, EBU R128)."""

    times: list[float] = field(default_factory=list)
    momentary: list[float] = field(default_factory=list)
    integrated: float | None = None
    range_lu: float | None = None
    true_peak: float | None = None


@dataclass(frozen=True)
class Sound:
    levels: F32  # (n, BANDS) dB full scale per 20 ms
    level: F32  # (n,) dB of the whole
    periodic: F32  # (n,) 0..1
    pitch_hz: F32  # (n,) strongest period between PITCH_HZ
    onsets: F32  # (2n, 4) per 10 ms: rise of the log spectrum in three bands, rise of the lowest band's amplitude
    seconds: float
    meter: Meter
    voice_p: F32 | None = None  # 0..1 every vad.STEP_S; None where no voice detector runs

    @property
    def step_s(self) -> float:
        return 2 * HOP / RATE


def band_edges() -> NDArray[np.float64]:
    return np.geomspace(LOWEST_HZ, HIGHEST_HZ, BANDS + 1)


def band_centres() -> NDArray[np.float64]:
    edges = band_edges()
    return np.sqrt(edges[:-1] * edges[1:])


def _weights(edges: list[tuple[float, float]]) -> F32:
    """(bins, bands): which bins of the spectrum belong to a band; a band narrower than a bin takes the nearest one."""
    hertz = np.fft.rfftfreq(WINDOW, 1 / RATE)
    out = np.zeros((len(hertz), len(edges)), np.float32)
    for k, (low, high) in enumerate(edges):
        inside = (hertz >= low) & (hertz < high)
        if not inside.any():
            inside[int(np.abs(hertz - (low + high) / 2).argmin())] = True
        out[inside, k] = 1.0 / inside.sum()
    return out


class Analyser:
    """Feeds on samples in any pieces."""

    def __init__(self) -> None:
        edges = band_edges()
        self._bands = _weights(list(pairwise(edges)))
        self._onset_bins = [slice(*np.searchsorted(np.fft.rfftfreq(WINDOW, 1 / RATE), pair)) for pair in ONSET_BANDS_HZ]
        self._taper = np.hanning(WINDOW).astype(np.float32)
        spectrum = np.abs(np.fft.rfft(self._taper)) ** 2
        self._own = np.fft.irfft(spectrum).astype(np.float32)  # the window's own autocorrelation
        self._lags = (int(RATE / PITCH_HZ[1]), int(RATE / PITCH_HZ[0]))
        # So that a pair of windows is centred in its 20 ms.
        self._rest = np.zeros((WINDOW - HOP) // 2, np.float32)
        self._last: F32 | None = None
        self._deep: F32 | None = None
        self._parts: dict[str, list[F32]] = {name: [] for name in ("levels", "level", "periodic", "pitch", "onsets")}
        self.samples = 0
        try:
            self._detector: vad.Detector | None = vad.Detector()
        except vad.VadMissing:
            self._detector = None

    def feed(self, samples: F32, *, last: bool = False) -> None:
        """Works in blocks of one size whatever the pieces are, so that the same sound gives the same bits."""
        self.samples += len(samples)
        if self._detector is not None:
            self._detector.feed(samples)
        self._rest = np.concatenate([self._rest, samples])
        while len(self._rest) >= BLOCK_HOPS * HOP + WINDOW:
            self._work(BLOCK_HOPS)
        if last:
            self._rest = np.concatenate([self._rest, np.zeros(WINDOW, np.float32)])
            self._work((len(self._rest) - WINDOW) // (2 * HOP) * 2)

    def _work(self, frames: int) -> None:
        if frames > 0:
            self._frames(np.lib.stride_tricks.sliding_window_view(self._rest, WINDOW)[: frames * HOP : HOP])
            self._rest = self._rest[frames * HOP :]

    def _frames(self, view: F32) -> None:
        spectrum = np.fft.rfft(view * self._taper, axis=1)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32) / np.float32(WINDOW * WINDOW / 8)
        logs = np.log10(power + np.float32(1e-9))
        before = logs[:1] if self._last is None else self._last
        rise = np.maximum(logs - np.concatenate([before, logs[:-1]]), 0.0)
        self._last = logs[-1:].copy()
        deep = np.sqrt(power[:, self._onset_bins[0]].sum(axis=1))
        swell = np.maximum(np.diff(deep, prepend=deep[:1] if self._deep is None else self._deep), 0.0)
        self._deep = deep[-1:].copy()
        onsets = [*(rise[:, bins].mean(axis=1) for bins in self._onset_bins), swell]
        self._parts["onsets"].append(np.stack(onsets, axis=1).astype(np.float32))
        pairs = (power[0::2] + power[1::2]) / 2
        bands = np.stack([pairs[:, self._bands[:, k] > 0].mean(axis=1) for k in range(BANDS)], axis=1)
        self._parts["levels"].append(_decibel(bands))
        self._parts["level"].append(_decibel(pairs.sum(axis=1)))
        strength, lag = self._period(power[0::2])
        self._parts["periodic"].append(strength)
        self._parts["pitch"].append((RATE / lag).astype(np.float32))

    def _period(self, power: F32) -> tuple[F32, NDArray[np.float64]]:
        low, high = self._lags
        auto = np.fft.irfft(power, axis=1)[:, : high + 2].astype(np.float32)
        auto /= np.maximum(auto[:, :1], 1e-9)
        auto = auto[:, low - 1 : high + 2] / (self._own[low - 1 : high + 2] / self._own[0])
        inner = auto[:, 1:-1]
        at = inner.argmax(axis=1)
        rows = np.arange(len(at))
        left, here, right = auto[rows, at], auto[rows, at + 1], auto[rows, at + 2]
        bend = left - 2 * here + right
        shift = np.where(np.abs(bend) > 1e-9, 0.5 * (left - right) / np.where(bend == 0, 1, bend), 0.0)
        return np.clip(here, 0, 1).astype(np.float32), low + at + np.clip(shift, -0.5, 0.5)

    def sound(self, meter: Meter) -> Sound:
        def joined(name: str, width: int | None = None) -> F32:
            parts = self._parts[name]
            return np.concatenate(parts) if parts else np.zeros((0,) if width is None else (0, width), np.float32)

        return Sound(
            levels=joined("levels", BANDS),
            level=joined("level"),
            periodic=joined("periodic"),
            pitch_hz=joined("pitch"),
            onsets=joined("onsets", 4),
            seconds=self.samples / RATE,
            meter=meter,
            voice_p=None if self._detector is None else self._detector.end(),
        )


def _decibel(power: F32) -> F32:
    return np.maximum(10 * np.log10(power + np.float32(1e-12)), np.float32(FLOOR_DB)).astype(np.float32)


_LINE = re.compile(r"\bt:\s*([\d.]+).*?\bM:\s*(-?[\d.]+|nan|-inf)")
_SUMMARY = re.compile(r"^\s*(I|LRA|Peak):\s*(-?[\d.]+|-inf|nan)\s*(?:LUFS|LU|dBFS)")


def _hear(meter: Meter, line: str) -> None:
    """One line of the filter's log: ten a second while it runs, a summary at the end."""
    if "ebur128" in line:
        match = _LINE.search(line)
        if match:
            meter.times.append(float(match[1]))
            meter.momentary.append(_number(match[2]))
        return
    summary = _SUMMARY.match(line)
    if summary:
        value = _number(summary[2])
        if summary[1] == "I":
            meter.integrated = value if value > -69.9 else None
        elif summary[1] == "LRA":
            meter.range_lu = value
        else:
            meter.true_peak = value if np.isfinite(value) else None


def _number(text: str) -> float:
    return float(text) if text not in ("nan", "-inf") else float("-inf")


def run(exe: str, path: Path, index: int, progress: Callable[[float], None]) -> Sound:
    """Reads an audio stream once. Gaps and a late start are filled, so that sample time is the player's time."""
    meter = Meter()
    analyser = Analyser()
    # Split first: behind a resampler the mono branch would decide the channels of the loudness meter too.
    in_step = "aresample=async=1:first_pts=0"
    graph = (
        f"[0:{index}]asplit=2[m][s];[m]{in_step},ebur128=peak=true[loud];"
        f"[s]{in_step}:osr={RATE},aformat=channel_layouts=mono[mono]"
    )
    argv = [*ffmpeg.input_args(path), "-vn", "-sn", "-dn", "-filter_complex", graph]
    argv += ["-map", "[mono]", "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1", "-map", "[loud]", "-f", "null", "-"]
    left = b""
    try:
        argv = ffmpeg.command(exe, *argv, loglevel="info")
        with ffmpeg.Process(argv, on_line=lambda line: _hear(meter, line), stall_s=STALL_S) as stream:
            while data := stream.read(BLOCK_HOPS * HOP * 2):
                data = left + data
                left = data[len(data) // 2 * 2 :]
                analyser.feed(np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float32) * np.float32(2**-15))
                progress(analyser.samples / RATE)
            code = stream.finish()
    except Stalled as error:
        raise AudioFailed("Reading the audio stopped making progress.") from error
    if not analyser.samples:
        raise AudioFailed(f"The audio stream cannot be decoded (FFmpeg ended with {code}).")
    analyser.feed(np.zeros(0, np.float32), last=True)
    return analyser.sound(meter)
