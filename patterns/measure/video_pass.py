"""The one reading of the video stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from videofile import ffmpeg
from videofile.ffmpeg import Stalled

from . import frame_timestamps, matroska
from .boundaries import Scanner, Trace, scan
from .errors import MeasureCode, MeasureError
from .probe import Probe
from .thumbs import Geometry

STALL_S = 60.0


@dataclass(frozen=True)
class Footage:
    trace: Trace
    stamps: NDArray[np.int64]  # of every picture, microseconds on the file's own clock (see `frame_timestamps`)
    end_s: float  # when the last picture that could be decoded has been shown
    complaints: str  # what FFmpeg said about the data, empty when it was content

    @property
    def damage(self) -> str:
        return "Parts of the video data are damaged; what could be decoded was measured." if self.complaints else ""


def run(exe: str, probe: Probe, progress: Callable[[float], None]) -> Footage:
    """Decodes every frame to a thumb and scans it. `progress` hears the time in seconds that was reached.

    The loop filter of H.264 and HEVC is skipped: at thumb size the blocks it smooths cannot be seen and a fifth of the
    decoding is saved. It is part of the engine version, for a detector's result may hang on it.
    """
    geometry = Geometry.of(probe.film.coded_width, probe.film.coded_height)
    scanner = Scanner(geometry)
    seen: list[int] = []

    def timed(pictures: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
        for sent, picture in pictures:
            seen.append(frame_timestamps.read(sent))
            yield round((seen[-1] - probe.start_us) / 1000), picture

    try:
        with ffmpeg.Process(ffmpeg.command(exe, *_args(probe, geometry)), stall_s=STALL_S) as stream:
            for scanner in scan(geometry, timed(matroska.pictures(stream.read, geometry.frame_bytes))):
                progress(scanner.reached_s)
            code = stream.finish()
            complaints = " ".join(stream.tail)[-300:]
    except Stalled as error:
        raise MeasureError(MeasureCode.TOO_LONG, "Reading the video stopped making progress and was ended.") from error
    except matroska.BrokenStream as error:
        raise MeasureError(MeasureCode.FFMPEG_FAILED, f"FFmpeg gave pictures that cannot be read: {error}.") from error
    trace = scanner.end()
    if not len(trace.times_ms):
        raise MeasureError(
            MeasureCode.NO_FRAMES,
            "No picture of this video can be decoded; the file is damaged or cut off. Export it again."
            + (f" FFmpeg ended with {code}." if code else ""),
        )
    return Footage(trace, np.array(seen, np.int64), _end_s(probe, trace), complaints)


def _end_s(probe: Probe, trace: Trace) -> float:
    """The usable length, when its last picture could be decoded."""
    last_s = float(trace.times_ms[-1]) / 1000
    if last_s >= probe.film.timing.last_s - 0.002:
        return max(probe.duration_s, last_s)
    usual = float(np.median(np.diff(trace.times_ms))) if len(trace.times_ms) > 1 else 0.0
    return last_s + usual / 1000


def _args(probe: Probe, geometry: Geometry) -> list[str]:
    scale = f"scale={geometry.width}:{geometry.height}:flags=fast_bilinear:out_range=tv"
    return [
        *("-threads", str(ffmpeg.threads()), "-skip_loop_filter", "all", "-noautorotate", *frame_timestamps.KEEP_CLOCK),
        *ffmpeg.input_args(probe.path),
        *("-map", f"0:{probe.film.index}", "-an", "-sn", "-dn"),
        *frame_timestamps.raw_output(scale, "yuv420p"),
    ]
