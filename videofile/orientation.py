"""How a stored picture has to be turned to stand as its maker meant it.

Phones store the picture as the sensor gave it and note in a 3×3 matrix what a player does with it (ISO/IEC 14496-12,
8.3.2; FFmpeg's `av_display_rotation_get`). The matrix can turn and mirror. Only a decoded picture has it: containers
and codecs (H.264's display orientation) note it in different places.
"""

import struct
from dataclasses import dataclass
from typing import Any, Self

from PIL import Image

_MATRIX = "DISPLAYMATRIX"
_VALUES = struct.Struct("=9i")
# Where the stored picture's right and down go, as (x, y) of the screen; y runs down. Turns are counter-clockwise.
_TURNS = {
    (1, 0, 0, 1): (0, False),
    (0, -1, 1, 0): (90, False),
    (-1, 0, 0, -1): (180, False),
    (0, 1, -1, 0): (270, False),
    (-1, 0, 0, 1): (0, True),
    (0, 1, 1, 0): (90, True),
    (1, 0, 0, -1): (180, True),
    (0, -1, -1, 0): (270, True),
}
_TRANSPOSE = {
    (90, False): Image.Transpose.ROTATE_90,
    (180, False): Image.Transpose.ROTATE_180,
    (270, False): Image.Transpose.ROTATE_270,
    (0, True): Image.Transpose.FLIP_LEFT_RIGHT,
    (90, True): Image.Transpose.TRANSPOSE,
    (180, True): Image.Transpose.FLIP_TOP_BOTTOM,
    (270, True): Image.Transpose.TRANSVERSE,
}


@dataclass(frozen=True, slots=True)
class Orientation:
    """First mirrored (left and right change places), then turned by 0, 90, 180 or 270 degrees counter-clockwise."""

    turn_deg: int = 0
    mirrored: bool = False

    @property
    def is_sideways(self) -> bool:
        """Whether width and height change places."""
        return self.turn_deg % 180 != 0

    @classmethod
    def of(cls, frame: Any) -> Self:
        """Of a decoded picture. A matrix that turns by another angle counts as the nearest quarter turn."""
        for data in frame.side_data if frame is not None else ():
            if data.type.name == _MATRIX and len(raw := bytes(data)) >= _VALUES.size:
                return cls(*_nearest(_VALUES.unpack(raw[: _VALUES.size])))
        return cls()

    def apply(self, image: Image.Image) -> Image.Image:
        """The picture as people see it."""
        turn = _TRANSPOSE.get((self.turn_deg, self.mirrored))
        return image if turn is None else image.transpose(turn)

    def shown(self, width: int, height: int) -> tuple[int, int]:
        """The sides of a stored picture as people see them."""
        return (height, width) if self.is_sideways else (width, height)


def _nearest(matrix: tuple[int, ...]) -> tuple[int, bool]:
    a, b, c, d = matrix[0], matrix[1], matrix[3], matrix[4]
    best = max(_TURNS, key=lambda sides: a * sides[0] + b * sides[1] + c * sides[2] + d * sides[3])
    return _TURNS[best] if any((a, b, c, d)) else (0, False)


def pixel_shape(stream: Any) -> float:
    """Width of a pixel by its height; 1 where the file says nothing that can be true."""
    context = stream.codec_context
    shape = float(stream.sample_aspect_ratio or (context.sample_aspect_ratio if context is not None else None) or 1)
    return shape if 0.1 <= shape <= 10.0 else 1.0


def shown_size(stream: Any, frame: Any) -> tuple[int, int]:
    """Width and height as a player shows them: pixels made square, then turned. `frame` may be None."""
    width, height = (frame.width, frame.height) if frame is not None else (stream.width, stream.height)
    return Orientation.of(frame).shown(max(1, round(width * pixel_shape(stream))), max(1, height))
