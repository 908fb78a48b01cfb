"""What is kept of every picture: its luma, small enough for a whole video to stay in memory."""

from __future__ import annotations

import numpy as np

from .thumbs import U8

BATCH = 128  # pictures that are worked on together


class Film:
    """The luma of every picture at half the thumb's size, in the batches it came in: nothing is copied together."""

    def __init__(self, height: int, width: int) -> None:
        self.height = height
        self.width = width
        self._batches: list[U8] = []

    def add(self, pictures: U8) -> None:
        self._batches.append(np.ascontiguousarray(pictures))

    def __len__(self) -> int:
        return BATCH * (len(self._batches) - 1) + len(self._batches[-1]) if self._batches else 0

    def part(self, first: int, last: int) -> U8:
        """Pictures `first` up to `last` (not included): (n, h/2, w/2)."""
        first, last = max(0, first), min(last, len(self))
        if last <= first:
            return np.empty((0, self.height, self.width), np.uint8)
        low, high = first // BATCH, (last - 1) // BATCH
        joined = self._batches[low] if low == high else np.concatenate(self._batches[low : high + 1])
        return joined[first - low * BATCH : last - low * BATCH]
