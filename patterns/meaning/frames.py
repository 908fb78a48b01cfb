"""Key frames of a video, as a child: `python -m patterns.meaning.frames SOURCE DEMUXER DURATION_S [EVERY_S [MOST]]`.

Writes one JSON line per picture, `{"time_s": …, "also_at_s": […], "jpeg": "<base64>"}`, after `{"pct": …}` lines. A
picture that looks like one before it is not written again; its time is added to that one. Knows no Django.
"""

import base64
import io
import json
import math
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from media.previews import frames_at, picture, shape_of
from videofile.probe import opened
from videofile.processes import end_with_parent
from videofile.streams import video_stream

EVERY_S = 2.0
MOST = 60
SIDE = 640
_QUALITY = 78
_THUMB = 96
# Two pictures are one when they differ little on average and almost nowhere much. A new word changes few cells, but
# those a lot: one short word of 28 points in a picture of 360 × 640 changes 0.26 % of the cells by more than 48, while
# grain and a pan by four points change none.
_MEAN, _MUCH, _MUCH_SHARE = 6.0, 48.0, 0.002


@dataclass
class Kept:
    """A picture that is shown, with a small grey copy to compare others with."""

    time_s: float
    thumb: NDArray[np.float32]
    jpeg: bytes
    also_at_s: list[float] = field(default_factory=list)

    def line(self) -> dict[str, Any]:
        return {
            "time_s": self.time_s,
            "also_at_s": self.also_at_s,
            "jpeg": base64.b64encode(self.jpeg).decode("ascii"),
        }


def moments(duration_s: float, every_s: float = EVERY_S, most: int = MOST) -> list[float]:
    """0, 2, 4 … s; further apart in a video that would give more than `most`."""
    step = max(every_s, duration_s / most)
    count = max(1, min(most, math.ceil(duration_s / step - 1e-9)))
    return [round(index * step, 3) for index in range(count)]


def thumb_of(image: Image.Image) -> NDArray[np.float32]:
    """A small grey copy."""
    return np.asarray(image.convert("L").resize((_THUMB, _THUMB), Image.Resampling.BOX), dtype=np.float32)


def alike(a: NDArray[np.float32], b: NDArray[np.float32]) -> bool:
    """Whether two small copies show the same picture."""
    difference = np.abs(a - b)
    return bool(difference.mean() <= _MEAN and (difference > _MUCH).mean() <= _MUCH_SHARE)


def read(source: str, demuxer: str, times_s: list[float]) -> Iterator[dict[str, Any]]:
    """Progress, then the pictures in order of time."""
    kept: list[Kept] = []
    with opened(source, demuxer) as container:
        stream = video_stream(container)
        shape = None
        with suppress(av.error.FFmpegError):
            for index, frame in frames_at(container, stream, times_s):
                shape = shape or shape_of(stream, frame)
                image = picture(frame, shape, SIDE)
                thumb = thumb_of(image)
                same = next((one for one in reversed(kept) if alike(one.thumb, thumb)), None)
                if same is not None:
                    same.also_at_s.append(times_s[index])
                else:
                    kept.append(Kept(times_s[index], thumb, _jpeg(image)))
                yield {"pct": round(100 * (index + 1) / len(times_s))}
    if not kept:
        raise SystemExit("No picture could be decoded.")
    for one in kept:
        yield one.line()


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def main(source: str, demuxer: str, duration_s: str, every_s: str = str(EVERY_S), most: str = str(MOST)) -> None:
    """The child's work."""
    for line in read(source, demuxer, moments(float(duration_s), float(every_s), int(most))):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    end_with_parent()
    main(*sys.argv[1:6])
