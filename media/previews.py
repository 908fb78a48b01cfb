"""Makes a poster and a storyboard, as a child: `python -m media.previews SOURCE DEMUXER FOLDER DURATION_S`.

Writes `poster.jpg` and `storyboard.jpg` into the folder, `{"pct": …}` lines while it works, and at the end one line
`{"poster": {...}, "storyboard": {...}}`. The storyboard is one picture of tiles, row by row; tile `i` shows the moment
`i × interval_s`. Knows no Django.
"""

import json
import math
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from core.child import end_with_parent
from media.probe import video_stream

TILE_SIDE = 160
POSTER_SIDE = 960
MOST_TILES = 100
LEAST_INTERVAL_S = 0.25
COLUMNS = 10
# The poster is the liveliest of the pictures in the first part of the video.
_POSTER_CANDIDATES = 6


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes as shown: `turned` says that the coded picture lies on its side."""

    width: int
    height: int
    rotation: int

    @property
    def turned(self) -> bool:
        return self.rotation % 180 != 0


def plan(duration_s: float) -> tuple[int, float]:
    """How many tiles, and how far apart."""
    count = max(1, min(MOST_TILES, math.ceil(duration_s / LEAST_INTERVAL_S)))
    return count, duration_s / count


def fit(width: int, height: int, side: int) -> tuple[int, int]:
    """The largest even size with the same shape whose longer side is at most `side`."""
    factor = min(1.0, side / max(width, height))
    return max(2, round(width * factor / 2) * 2), max(2, round(height * factor / 2) * 2)


def picture(frame: Any, shape: Shape, side: int) -> Image.Image:
    """A frame as people see it, scaled down first so that turning it is cheap."""
    width, height = fit(shape.width, shape.height, side)
    coded = (height, width) if shape.turned else (width, height)
    image: Image.Image = frame.to_image(width=coded[0], height=coded[1])
    # A display matrix of +90 turns the picture counter-clockwise, which is Pillow's sense too.
    return image.rotate(shape.rotation, expand=True) if shape.rotation else image


def frames_at(container: Any, stream: Any, times_s: list[float]) -> Iterator[tuple[int, Any]]:
    """`(index, frame)` for each moment, in order; a moment past the last picture gets the last picture.

    Jumps to the key frame before a moment when that saves decoding, else decodes on.
    """
    base, start = float(stream.time_base), float((stream.start_time or 0) * stream.time_base)
    keys = sorted(entry.timestamp * base for entry in stream.index_entries if entry.is_keyframe)
    position, last = -1.0, None
    decoder = container.decode(stream)
    for index, wanted in enumerate(start + time_s for time_s in times_s):
        key = max((at for at in keys if at <= wanted), default=None)
        if key is not None and key > position + 0.001:
            container.seek(int(key / base), stream=stream, backward=True)
            decoder = container.decode(stream)
        while last is None or position + 1e-6 < wanted:
            frame = next(decoder, None)
            if frame is None:
                break
            last, position = frame, frame.time if frame.time is not None else position
        if last is None:
            return
        yield index, last


def liveliness(image: Image.Image) -> float:
    """How much there is to see: spread of brightness, so that black and blank pictures lose."""
    return float(np.asarray(image.convert("L"), dtype=np.float32).std())


def make(source: str, demuxer: str, folder: Path, duration_s: float) -> Iterator[dict[str, Any]]:
    """Progress, then the result."""
    count, interval = plan(duration_s)
    times = [(index + 0.5) * interval if count == 1 else index * interval for index in range(count)]
    with av.open(source, format=demuxer, metadata_errors="replace") as container:
        stream = video_stream(container)
        tiles: list[Image.Image] = []
        best: tuple[float, Image.Image] | None = None
        shape: Shape | None = None
        with suppress(av.error.FFmpegError):
            for index, frame in frames_at(container, stream, times):
                shape = shape or shape_of(stream, frame)
                tiles.append(picture(frame, shape, TILE_SIDE))
                if index < _POSTER_CANDIDATES:
                    score = liveliness(tiles[-1])
                    if best is None or score > best[0] * 1.1:
                        best = (score, picture(frame, shape, POSTER_SIDE))
                yield {"pct": round(100 * (index + 1) / count)}
    if best is None:
        raise SystemExit("Not one picture could be decoded.")
    best[1].save(folder / "poster.jpg", quality=84, optimize=True, progressive=True)
    yield {
        "poster": {"width": best[1].width, "height": best[1].height},
        "storyboard": _storyboard(tiles, interval, folder / "storyboard.jpg"),
    }


def shape_of(stream: Any, frame: Any) -> Shape:
    rotation = int(getattr(frame, "rotation", 0) or 0) % 360
    ratio = stream.sample_aspect_ratio or stream.codec_context.sample_aspect_ratio
    width = round(frame.width * float(ratio)) if ratio and ratio > 0 else frame.width
    height = frame.height
    return Shape(height, width, rotation) if rotation % 180 else Shape(width, height, rotation)


def _storyboard(tiles: list[Image.Image], interval_s: float, target: Path) -> dict[str, Any]:
    width, height = tiles[0].size
    columns = min(COLUMNS, len(tiles))
    rows = math.ceil(len(tiles) / columns)
    sheet = Image.new("RGB", (columns * width, rows * height))
    for index, tile in enumerate(tiles):
        sheet.paste(tile, ((index % columns) * width, (index // columns) * height))
    sheet.save(target, quality=72, optimize=True)
    return {
        "width": sheet.width,
        "height": sheet.height,
        "columns": columns,
        "rows": rows,
        "count": len(tiles),
        "tile_width": width,
        "tile_height": height,
        "interval_s": round(interval_s, 6),
    }


def main(source: str, demuxer: str, folder: str, duration_s: str) -> None:
    """The child's work."""
    for line in make(source, demuxer, Path(folder), float(duration_s)):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    end_with_parent()
    main(*sys.argv[1:5])
