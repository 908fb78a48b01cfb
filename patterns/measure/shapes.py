"""What can be told from the cells of two pictures, or from the places that changed between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .thumbs import F32

LEAST_SPREAD = 5.0  # of luma, below which there is nothing to be alike


def alike(before: F32, here: F32, lit: NDArray[np.bool_]) -> float:
    """Correlation of the luma of two pictures where they are `lit`, by blocks of 2x2 cells, so that fine detail does
    not count; 0 where one of them is nearly one colour."""
    blocks = [_blocks(picture) for picture in (before, here)]
    inside = _blocks(_without_rim(lit).astype(np.float32)) > 0.5
    if inside.sum() < 4:
        return 0.0
    a, b = (block[inside] - block[inside].mean() for block in blocks)
    if min(a.std(), b.std()) < LEAST_SPREAD:
        return 0.0
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def _without_rim(lit: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without the cells beside a black bar: they are half black, in every picture alike."""
    padded = np.pad(lit, 1, mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).all(axis=(2, 3)))


def _blocks(cells: F32) -> F32:
    height, width = (size // 2 * 2 for size in cells.shape)
    return np.asarray(cells[:height, :width].reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)), np.float32)


def structure(luma: F32) -> NDArray[np.bool_]:
    """Cells that differ from a neighbour, that is, where something can be seen to move."""
    out = np.zeros(luma.shape, dtype=bool)
    rows, columns = np.abs(np.diff(luma, axis=0)) > 5, np.abs(np.diff(luma, axis=1)) > 5
    out[:-1] |= rows
    out[1:] |= rows
    out[:, :-1] |= columns
    out[:, 1:] |= columns
    return out


def box(sudden: NDArray[np.bool_]) -> tuple[float, float]:
    """Area of the box that holds the middle nine tenths of the sudden cells in each direction, and how full it is."""
    rows, columns = np.nonzero(sudden)
    if not len(rows):
        return 0.0, 0.0
    sides = [np.percentile(axis, 95) - np.percentile(axis, 5) + 1 for axis in (rows, columns)]
    box = float(sides[0] * sides[1])
    return box / sudden.size, min(1.0, 0.9 * len(rows) / box)


def solid(sudden: NDArray[np.bool_]) -> float:
    """Boxes are solid; what moves shows its edges, which are thin."""
    covered = np.zeros_like(sudden)
    for height, width in ((2, 3), (3, 2)):
        blocks = np.lib.stride_tricks.sliding_window_view(sudden, (height, width)).all(axis=(2, 3))
        for dy in range(height):
            for dx in range(width):
                covered[dy : dy + blocks.shape[0], dx : dx + blocks.shape[1]] |= blocks
    return float(covered.sum() / max(1, int(sudden.sum())))
