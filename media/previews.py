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

from videofile.orientation import Orientation, shown_size
from videofile.probe import opened
from videofile.processes import end_with_parent
from videofile.streams import start_s, video_stream

TILE_SIDE = 160
POSTER_SIDE = 960
MOST_TILES = 100
LEAST_INTERVAL_S = 0.25
COLUMNS = 10
# The poster is the liveliest of the pictures in the first part of the video.
_POSTER_CANDIDATES = 6


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes as shown, and how a stored picture is turned to look so."""

    width: int
    height: int
    orientation: Orientation


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
    width, height = shape.orientation.shown(*fit(shape.width, shape.height, side))
    image: Image.Image = frame.to_image(width=width, height=height)
    return shape.orientation.apply(image)


def frames_at(container: Any, stream: Any, times_s: list[float]) -> Iterator[tuple[int, Any]]:
    """`(index, frame)` for each moment of the file, in order; a moment before the first or past the last picture gets
    that one.

    Jumps to the key frame before a moment when that saves decoding, else decodes on.
    """
    base, start = float(stream.time_base), start_s(container)
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
    with opened(source, demuxer) as container:
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
        raise SystemExit("No picture could be decoded.")
    best[1].save(folder / "poster.jpg", quality=84, optimize=True, progressive=True)
    yield {
        "poster": {"width": best[1].width, "height": best[1].height},
        "storyboard": _storyboard(tiles, interval, folder / "storyboard.jpg"),
    }


def shape_of(stream: Any, frame: Any) -> Shape:
    """Told by a decoded frame: only it knows how it is turned."""
    return Shape(*shown_size(stream, frame), Orientation.of(frame))


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
