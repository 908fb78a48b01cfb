"""The pictures of a video a second time, by their number: only what lies between a key frame and the last wanted
picture behind it is decoded again. One decoding serves reading a picture and looking for its texts in those beside."""

from __future__ import annotations

import bisect
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray
from PIL import Image

from videofile import ffmpeg, streams
from videofile.orientation import Orientation
from videofile.probe import opened

from . import frame_timestamps
from .ocr import LONG_SIDE
from .probe import Probe
from .thumbs import U8

AGAIN = 1_500_000  # microseconds: what lies between two wanted pictures may show a text that is read in one of them
UPRIGHT = Orientation()


class Scalers:
    """One scaler for each form that is asked for, shared by all pictures: to set one up costs more than to use it."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int, str], VideoReformatter] = {}

    def scale(self, raw: Any, width: int, height: int, pixels: str) -> U8:
        """The planes of a decoded picture at this size. On one thread: a second one costs more than it helps."""
        form = width, height, pixels
        if form not in self._kept:
            self._kept[form] = VideoReformatter()
        small = self._kept[form].reformat(raw, *form, interpolation="AREA", dst_color_range="MPEG", threads=1)
        return np.asarray(small.to_ndarray(), np.uint8)


@dataclass(frozen=True)
class Picture:
    """A decoded picture. It is scaled, then turned, when it is asked for."""

    frame: int
    raw: Any
    probe: Probe
    scalers: Scalers

    def colours(self) -> U8:
        """(h, w, 3) as blue, green, red; a reader of text does not mind which matrix it was."""
        import cv2  # here alone, and only where a reader of text is

        width, height = self._stored(1)
        planes = self.scalers.scale(self.raw, width, height, "yuv420p")
        return self._shown(cv2.cvtColor(planes, cv2.COLOR_YUV2BGR_I420).astype(np.uint8, copy=False))

    def luma(self) -> U8:
        """(h, w) at half the size."""
        return self._shown(self.scalers.scale(self.raw, *self._stored(2), "gray"))

    def _stored(self, part: int) -> tuple[int, int]:
        width, height = size(self.probe)
        return self.probe.film.orientation.shown(width // part, height // part)

    def _shown(self, stored: U8) -> U8:
        if self.probe.film.orientation == UPRIGHT:
            return stored
        return np.asarray(self.probe.film.orientation.apply(Image.fromarray(stored)), np.uint8)


def size(probe: Probe) -> tuple[int, int]:
    """Width and height of the pictures: never more than the video has, multiples of four, square pixels."""
    scale = min(1.0, LONG_SIDE / max(probe.film.width, probe.film.height))
    return max(32, round(probe.film.width * scale / 4) * 4), max(32, round(probe.film.height * scale / 4) * 4)


def again(probe: Probe, times: NDArray[np.int64], wanted: Sequence[int]) -> Iterator[Picture]:
    """The wanted pictures, by number and in order, and those that are decoded on the way to them. `times` are the
    stamps of all. What cannot be decoded again is left out."""
    left = deque(sorted(set(wanted)))
    numbers = {int(stamp): number for number, stamp in enumerate(times)}
    scalers = Scalers()
    with suppress(*streams.BROKEN), opened(probe.path) as container:
        stream = container.streams[probe.film.index]
        stream.codec_context.options = {"skip_loop_filter": "all"}
        stream.codec_context.thread_count = ffmpeg.threads()
        stream.thread_type = "AUTO"
        found = _key_frames(container, stream, numbers)
        keys, known = found, numbers if found else None
        while left:
            first, last = left[0], -1
            for number, raw in _decoded(container, stream, known, int(times[_key(keys, first)]) if keys else None):
                if keys and left[0] == first < number:
                    break  # behind the picture that the seek was for
                last = number
                yield Picture(number, raw, probe, scalers)
                while left and left[0] <= number:
                    left.popleft()
                if not left or (keys and _is_far(times, number, _key(keys, left[0]))):
                    break
            if last < first:
                if not keys:
                    return
                keys = []  # without usable seek points the file is read from its beginning
            elif left and not keys:
                return


def _key(keys: Sequence[int], number: int) -> int:
    """The key frame at which decoding has to begin; 0 before the first one that is known."""
    place = bisect.bisect_right(keys, number)
    return keys[place - 1] if place else 0


def _is_far(times: NDArray[np.int64], number: int, key: int) -> bool:
    return key > number and int(times[key] - times[number]) >= AGAIN


def _key_frames(container: Any, stream: Any, numbers: dict[int, int]) -> list[int]:
    """The numbers of the key frames; none when the container does not tell when each picture is shown."""
    packets = [(packet.pts, packet.is_keyframe) for packet in container.demux(stream) if packet.size]
    if any(pts is None for pts, _ in packets):
        return []
    keys = (numbers.get(round(pts * stream.time_base * frame_timestamps.UNITS)) for pts, is_key in packets if is_key)
    return sorted(number for number in keys if number is not None)


def _decoded(container: Any, stream: Any, numbers: dict[int, int] | None, key: int | None) -> Iterator[tuple[int, Any]]:
    """Pictures with their numbers, told by their stamps, from the key frame with the stamp `key` on, or from the
    beginning; without stamps they are counted."""
    if key is None:
        streams.rewind(container)
    else:
        container.seek(int(key / frame_timestamps.UNITS / stream.time_base) + 1, stream=stream, backward=True)
    count = 0
    for packet in container.demux(stream):
        with suppress(*streams.BROKEN):
            for raw in packet.decode():
                number = numbers.get(round(raw.pts * stream.time_base * frame_timestamps.UNITS)) if numbers else count
                count += 1
                if number is not None:
                    yield number, raw
