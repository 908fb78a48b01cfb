"""Single pictures of a video by their times, large enough to read: only what lies between a key frame and the last
wanted picture behind it is decoded again."""

from __future__ import annotations

import bisect
from collections.abc import Generator, Iterator, Sequence

import av
import numpy as np
from av.error import FFmpegError

from . import ffmpeg, matroska
from .errors import Stalled
from .ffmpeg import FORMATS, PROTOCOLS
from .ocr import LONG_SIDE
from .probe import OPEN_TIMEOUT_S, Probe
from .thumbs import U8

NEAR_MS = 2  # the first reading told the times in whole milliseconds
AGAIN_MS = 1500  # decoding this much more costs less than another start of FFmpeg
TAIL_MS = 600  # read behind the last wanted picture: pictures are stored in another order than they are shown
LATE_MS = 500  # a seek that lands this far behind its goal has missed
MOST_AT_ONCE = 24  # pictures held in memory, half a megabyte each


def fetch(exe: str, probe: Probe, wanted: Sequence[int]) -> Iterator[tuple[int, U8]]:
    """Pairs (time in ms, picture (h, w, 3) as blue, green, red, as shown) for the times that could be found again."""
    width, height = size(probe)
    left = sorted(set(wanted))
    for start, group in groups(left, _key_times(probe)):
        found = dict(_decode(exe, probe, start, group, width, height))
        if start and len(found) < len(group):
            # Without usable seek points the rest of the file is read in one go, from its beginning.
            yield from _decode(exe, probe, 0, left, width, height)
            return
        yield from sorted(found.items())
        left = left[len(group) :]


def size(probe: Probe) -> tuple[int, int]:
    """Width and height of the pictures: never more than the video has, multiples of four, square pixels."""
    scale = min(1.0, LONG_SIDE / max(probe.width, probe.height))
    return max(32, round(probe.width * scale / 4) * 4), max(32, round(probe.height * scale / 4) * 4)


def groups(wanted: Sequence[int], keys: Sequence[int]) -> list[tuple[int, list[int]]]:
    """Wanted times that one run of the decoder serves, each with the time of the key frame it starts at."""
    out: list[tuple[int, list[int]]] = []
    for ms in wanted:
        place = bisect.bisect_right(keys, ms + NEAR_MS)
        key = max(0, keys[place - 1]) if place else 0
        if out and len(out[-1][1]) < MOST_AT_ONCE and key - out[-1][1][-1] < AGAIN_MS:
            out[-1][1].append(ms)
        else:
            out.append((key, [ms]))
    return out


def _key_times(probe: Probe) -> list[int]:
    """When each key frame is shown, in ms; [0] when the container does not tell."""
    try:
        with av.open(
            str(probe.path),
            timeout=(OPEN_TIMEOUT_S, OPEN_TIMEOUT_S),
            container_options={"format_whitelist": FORMATS, "protocol_whitelist": PROTOCOLS},
        ) as container:
            video = container.streams[probe.index]
            offset = (container.start_time or 0) / av.time_base
            base = float(video.time_base or 0)
            times = [
                round(1000 * (packet.pts * base - offset))
                for packet in container.demux(video)
                if packet.is_keyframe and packet.pts is not None
            ]
    except (FFmpegError, OSError, ValueError, IndexError):
        times = []
    return sorted({0, *times})


def follow(exe: str, probe: Probe, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, U8]]:
    """Pairs (time in ms, luma at half the size) of every picture in the spans (first and last time), in order."""
    keys = _key_times(probe)
    for first, last in spans:
        place = bisect.bisect_right(keys, first + NEAR_MS)
        seek = max(0, keys[place - 1] - 1) if place else 0
        found = _span(exe, probe, seek, first, last)
        head = next(found, None)
        if seek and (head is None or head[0] > first + LATE_MS):
            # Without usable seek points the file is read from its beginning.
            found.close()
            found = _span(exe, probe, 0, first, last)
            head = next(found, None)
        if head is not None:
            yield head
            yield from found


def _span(exe: str, probe: Probe, seek: int, first: int, last: int) -> Generator[tuple[int, U8], None, None]:
    width, height = (side // 2 for side in size(probe))
    chosen = f"between(t,{(first - seek - NEAR_MS) / 1000:.3f},{(last - seek + NEAR_MS) / 1000:.3f})"
    for ms, raw in _run(exe, probe, seek, last, chosen, (width, height), "gray"):
        yield ms, np.frombuffer(raw, np.uint8).reshape(height, width)


def _decode(
    exe: str, probe: Probe, start: int, wanted: Sequence[int], width: int, height: int
) -> Iterator[tuple[int, U8]]:
    """The wanted pictures from one run of FFmpeg from the key frame at `start`; what cannot be decoded is left out."""
    seek = max(0, start - 1)
    spans = ((ms - seek - NEAR_MS, ms - seek + NEAR_MS) for ms in wanted)
    chosen = "+".join(f"between(t,{low / 1000:.3f},{high / 1000:.3f})" for low, high in spans)
    for ms, raw in _run(exe, probe, seek, wanted[-1], chosen, (width, height), "yuv420p"):
        nearest = min(wanted, key=lambda one: abs(one - ms))
        if abs(nearest - ms) <= NEAR_MS + 1:
            yield nearest, _bgr(raw, width, height)


def _run(
    exe: str, probe: Probe, seek: int, last: int, chosen: str, shape: tuple[int, int], pixels: str
) -> Iterator[tuple[int, bytes]]:
    """With a seek in front, FFmpeg's times begin at the place it was sent to."""
    width, height = shape
    args = [
        *("-threads", str(ffmpeg.threads()), "-skip_loop_filter", "all"),
        *(("-ss", f"{seek / 1000:.3f}") if seek else ()),
        # Of the input: an end of the output would wait for a picture behind it, and none of those is chosen.
        *("-t", f"{(last - seek + TAIL_MS) / 1000:.3f}"),
        *ffmpeg.input_args(probe.path),
        *("-map", f"0:{probe.index}", "-an", "-sn", "-dn"),
        *("-vf", f"select='{chosen}',scale={width}:{height}:flags=area:out_range=tv", "-pix_fmt", pixels),
        *("-filter_threads", "1", "-fps_mode", "passthrough", "-c:v", "rawvideo", "-f", "matroska", "pipe:1"),
    ]
    frame_bytes = width * height if pixels == "gray" else width * height * 3 // 2
    try:
        with ffmpeg.Stream(exe, args) as stream:
            for ms, raw in matroska.pictures(stream.read, frame_bytes):
                yield ms + seek, raw
    except (Stalled, matroska.BrokenStream):
        return


def _bgr(raw: bytes, width: int, height: int) -> U8:
    """Limited-range BT.601 to the three colours; a reader of text does not mind which matrix it was."""
    planes = np.frombuffer(raw, np.uint8)
    luma = planes[: width * height].reshape(height, width).astype(np.int32)
    rest = planes[width * height :].reshape(2, height // 2, width // 2).astype(np.int32) - 128
    u, v = (rest[k].repeat(2, axis=0).repeat(2, axis=1) for k in (0, 1))
    base = 298 * (luma - 16) + 128
    out = np.stack([base + 516 * u, base - 100 * u - 208 * v, base + 409 * v], axis=-1) >> 8
    return out.clip(0, 255).astype(np.uint8)
