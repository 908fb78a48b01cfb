"""The small pictures everything visual is measured on.

FFmpeg scales every frame to a thumb of at most 128 points on its long side, limited-range YUV 4:2:0. From a thumb come
`cells` (means of 4x4 luma points with their chroma) and a `grid` of 2x2 cells that is kept for the whole video.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LONG_SIDE = 128
CELL = 4

U8 = NDArray[np.uint8]
I16 = NDArray[np.int16]
F32 = NDArray[np.float32]


@dataclass(frozen=True)
class Geometry:
    """Width and height of the thumbs in points, each a multiple of 8 so that cells and the grid divide it."""

    width: int
    height: int

    @classmethod
    def of(cls, width: int, height: int) -> Geometry:
        scale = LONG_SIDE / max(width, height)
        return cls(*(max(16, round(side * scale / 8) * 8) for side in (width, height)))

    @property
    def frame_bytes(self) -> int:
        return self.width * self.height * 3 // 2

    @property
    def cells(self) -> tuple[int, int]:
        return self.height // CELL, self.width // CELL

    def planes(self, raw: U8) -> tuple[U8, U8, U8]:
        """Luma (n, h, w) and the two chroma planes (n, h/2, w/2) of `raw` (n, frame_bytes)."""
        count, luma = len(raw), self.width * self.height
        half = (count, self.height // 2, self.width // 2)
        return (
            raw[:, :luma].reshape(count, self.height, self.width),
            raw[:, luma : luma + luma // 4].reshape(half),
            raw[:, luma + luma // 4 :].reshape(half),
        )


def _block_sums(plane: U8, size: int) -> NDArray[np.uint16]:
    """Sums over size x size blocks, by adding strided views: far quicker than a reduction over two axes."""
    rows = plane[:, 0::size].astype(np.uint16)
    for k in range(1, size):
        rows += plane[:, k::size]
    out = rows[:, :, 0::size].copy()
    for k in range(1, size):
        out += rows[:, :, k::size]
    return out


def half_planes(luma: U8, u: U8, v: U8) -> U8:
    """The three planes at chroma size: (n, 3, h/2, w/2)."""
    return np.stack([(_block_sums(luma, 2) >> 2).astype(np.uint8), u, v], axis=1)


def cell_means(halves: U8) -> F32:
    """Means per cell of the half-size planes: (n, 3, h/4, w/4)."""
    count, _, height, width = halves.shape
    sums = _block_sums(halves.reshape(count * 3, height, width), 2)
    return (sums * np.float32(0.25)).reshape(count, 3, height // 2, width // 2)


def grid_means(cells: F32) -> U8:
    """2x2 cells together, rounded to bytes: (n, 3, h/8, w/8). This is what is kept per frame."""
    summed = cells[:, :, 0::2, 0::2] + cells[:, :, 1::2, 0::2] + cells[:, :, 0::2, 1::2] + cells[:, :, 1::2, 1::2]
    return (summed * np.float32(0.25) + np.float32(0.5)).astype(np.uint8)


def histograms(halves: U8) -> F32:
    """Shares of 32 luma and 2x16 chroma levels per frame, from every second row: (n, 64)."""
    some = halves[:, :, ::2]
    count, points = len(some), some.shape[2] * some.shape[3]
    bins = np.empty((count, 3, points), dtype=np.intp)
    flat = some.reshape(count, 3, points)
    for plane, (shift, start) in enumerate(((3, 0), (4, 32), (4, 48))):
        np.right_shift(flat[:, plane], shift, out=bins[:, plane], casting="unsafe")
        bins[:, plane] += (np.arange(count) * 64 + start)[:, None]
    counts = np.bincount(bins.ravel(), minlength=count * 64).reshape(count, 64)
    return (counts / np.float32(points)).astype(np.float32)


def explained_difference(before: U8 | F32, after: U8 | F32, reach: int = 2) -> F32:
    """What motion cannot explain between pairs of pictures (n, 3 or 1, h, w) of one kind: one number a pair.

    Every 4x4 block of `after` takes its best match among the shifts of up to `reach` points in `before`; the result is
    the mean of the blocks' best mean absolute differences, summed over the planes.
    """
    best, _ = _matched(before, after, reach)
    return (best.mean(axis=(1, 2)) / 16).astype(np.float32)


def moved_share(before: U8, after: U8, reach: int, least: float) -> float:
    """How much of the change between two pictures (3, h, w) is explained by what moved up to `reach` points, 0..1.

    Of the 4x4 blocks that change by `least` or more. Seen from both sides, and the lesser: what moved is there before
    and after, while what came, or went, is not.
    """
    shares = []
    for a, b in ((before, after), (after, before)):
        best, still = _matched(a[None], b[None], reach)
        changed = still >= 16 * least
        shares.append(1.0 - float(best[changed].sum()) / float(still[changed].sum()) if changed.any() else 0.0)
    return min(shares)


def _matched(before: U8 | F32, after: U8 | F32, reach: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Per 4x4 block (n, h/4, w/4) the summed difference of its best match, and of the block that stands there."""
    height, width = after.shape[2:]
    height, width = height // 4 * 4, width // 4 * 4
    target = after[:, :, :height, :width].astype(np.int16)
    padded = np.pad(before, ((0, 0), (0, 0), (reach, reach), (reach, reach)), mode="edge").astype(np.int16)
    best: NDArray[np.int32] | None = None
    still = np.zeros(0, np.int32)
    for dy in range(2 * reach + 1):
        for dx in range(2 * reach + 1):
            error = np.abs(target - padded[:, :, dy : dy + height, dx : dx + width])
            error = error[:, 0] + error[:, 1] + error[:, 2] if error.shape[1] == 3 else error[:, 0]
            rows = error[:, 0::4] + error[:, 1::4] + error[:, 2::4] + error[:, 3::4]
            blocks = rows[:, :, 0::4].astype(np.int32) + rows[:, :, 1::4] + rows[:, :, 2::4] + rows[:, :, 3::4]
            if dy == dx == reach:
                still = blocks
            best = blocks if best is None else np.minimum(best, blocks)
    assert best is not None
    return best, still
