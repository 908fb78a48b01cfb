"""The model of a transition between two pictures of a shot.

During a dissolve every picture lies on the straight line between the two and moves along it from 0 to 1; during a wipe
every cell goes from one to the other without a detour. The residue is what lies outside the model, as a share of the
distance between the two pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .thumbs import F32, U8, explained_difference

INSIDE = (0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875)
MAX_RESIDUE = 0.06
MAX_RESIDUE_FADE = 0.12  # a fade has a plain end that motion does not have
MAX_DETOUR = 0.2  # how much longer the cells' way is than the straight one during a wipe
MAX_RESIDUE_MOVING = 0.17  # when the scenes move under it, but it runs evenly and they have nothing in common
MIN_CHANGE = 9.0  # mean |difference| of the two pictures over Y, U, V of the grid
MIN_SHARE = 0.5  # least share of the lit cells that differ between the two pictures
MAX_ALIKE = 0.75  # correlation of the two pictures above which it is the same scene in another light
MOTION_REACH = 4  # points of the film between two pictures
LONGEST_FADE_S = 1.3  # up to which a fade may differ from the straight line by more


@dataclass(frozen=True)
class Fit:
    """The model between two pictures of a part, by their places in it."""

    first: int
    last: int
    residue: float
    wipe: bool

    def overlaps(self, other: Fit) -> bool:
        return self.first < other.last and other.first < self.last


@dataclass(frozen=True)
class PictureRun:
    """Pictures between two barriers, at most PATH_RATE a second."""

    times: NDArray[np.float64]
    pictures: F32  # (n, 3 * cells), luma first
    height: int
    width: int
    film: U8 | None = None  # (n, h, w) luma, finer than the pictures; None where nothing is known of it

    @property
    def luma(self) -> F32:
        return self.pictures[:, : self.height * self.width]

    @property
    def rate(self) -> float:
        return 1000.0 * (len(self.times) - 1) / max(1.0, float(self.times[-1] - self.times[0]))


def fit_quality(
    part: PictureRun, first: NDArray[np.int64], last: NDArray[np.int64], *, scenes: bool
) -> tuple[F32, NDArray[np.bool_], NDArray[np.bool_]]:
    """Per pair of pictures: the model's residue, whether it is a wipe, and whether the pair passes.

    `scenes` also asks that the two pictures be different scenes (a fade has only one).
    """
    cells = part.height * part.width
    before, after = part.pictures[first], part.pictures[last]
    direction = after - before
    size = np.einsum("ij,ij->i", direction, direction) + np.float32(1e-3)
    shares, lines, pieces = [], [], []
    walked, last_picture = np.zeros(len(first), np.float32), before
    for place in INSIDE:
        picture = part.pictures[first + np.round(place * (last - first)).astype(int)]
        walked += np.abs(picture - last_picture).sum(axis=1)
        last_picture, offset = picture, picture - before
        share = np.einsum("ij,ij->i", offset, direction) / size
        left = np.einsum("ij,ij->i", offset, offset) - share * share * size
        rest = offset - direction
        shares.append(share)
        lines.append(left / size)
        pieces.append(np.minimum(offset * offset, rest * rest).sum(axis=1) / size)
    path = np.stack([np.zeros_like(shares[0]), *shares, np.ones_like(shares[0])])
    walked += np.abs(after - last_picture).sum(axis=1)
    detour = walked / np.maximum(np.abs(direction).sum(axis=1), 1.0) - 1.0
    line, piece = np.max(lines, axis=0), np.max(pieces, axis=0)
    clean = (piece < MAX_RESIDUE) & (detour < 2.5 * MAX_DETOUR)
    wipe = (line > MAX_RESIDUE) & (clean | (detour < MAX_DETOUR))
    steps = np.diff(path, axis=0)
    distance = np.abs(direction).reshape(len(first), 3, cells).sum(axis=1)
    unclean = np.minimum(piece, np.float32(0.5 * MAX_RESIDUE) + np.float32(0.1) * np.maximum(detour, 0.0))
    residue = np.where(wipe, unclean, line).astype(np.float32)
    good = (steps.min(axis=0) > -0.08) & (steps.max(axis=0) < 0.75) & (distance.mean(axis=1) > MIN_CHANGE)
    if scenes:
        a, b = before[:, :cells], after[:, :cells]
        lit = np.maximum((np.maximum(a, b) >= 22.0).mean(axis=1), 0.3)
        share, alike = (distance > 12.0).mean(axis=1) / lit, _alike(before, after)
        even = np.abs(path[1:-1] - np.array(INSIDE, np.float32)[:, None]).max(axis=0) < 0.16
        moving = even & (residue < MAX_RESIDUE_MOVING) & (share >= 0.8) & (alike < 0.4) & (last - first >= 8)
        good &= ((residue < MAX_RESIDUE) | moving) & (share >= MIN_SHARE) & (alike < MAX_ALIKE)
    else:
        brief = last - first <= LONGEST_FADE_S * part.rate
        good &= (residue < MAX_RESIDUE) | (brief & (residue < MAX_RESIDUE_FADE))
    return residue, wipe, good


def _alike(a: F32, b: F32) -> F32:
    """Correlation per pair of pictures, colour included; 0 when one of them has next to no structure."""
    cells = a.shape[1] // 3
    a, b = a - np.float32(128.0), b - np.float32(128.0)
    for picture in (a, b):
        picture[:, :cells] -= picture[:, :cells].mean(axis=1, keepdims=True)
    powers = (a * a).mean(axis=1), (b * b).mean(axis=1)
    norms = np.sqrt(powers[0] * powers[1]) * a.shape[1]
    return np.where(np.minimum(*powers) < 12.0, 0.0, (a * b).sum(axis=1) / np.maximum(norms, 1.0)).astype(np.float32)


def shifted_alike(part: PictureRun, first: int, last: int) -> float:
    """Best correlation of the overlap when one picture is moved against the other by up to half its size."""
    a, b = (part.pictures[k].reshape(3, part.height, part.width) for k in (first, last))
    best = 0.0
    for dy in range(-(part.height // 3), part.height // 3 + 1):
        for dx in range(-(part.width // 2), part.width // 2 + 1):
            x = a[:, max(0, dy) : part.height + min(0, dy), max(0, dx) : part.width + min(0, dx)]
            y = b[:, max(0, -dy) : part.height + min(0, -dy), max(0, -dx) : part.width + min(0, -dx)]
            x, y = x - x.mean(axis=(1, 2), keepdims=True), y - y.mean(axis=(1, 2), keepdims=True)
            norm = float(np.sqrt((x * x).sum() * (y * y).sum()))
            if norm > 36.0 * x.size / 3:
                best = max(best, float((x * y).sum()) / norm)
    return best


def cut_explains(ramp: F32, start: float, end: float) -> bool:
    """Whether one step explains a way from 0 to 1 as well as an even walk from place `start` to place `end`."""
    at = np.arange(len(ramp))
    even = np.clip((at - start) / max(end - start, 1e-3), 0.0, 1.0)
    walked = float(((ramp - even) ** 2).sum())
    stepped = min(float(((ramp - (at >= place)) ** 2).sum()) for place in range(1, len(ramp)))
    return stepped <= walked


def new_share(part: PictureRun, first: int, last: int) -> float:
    """How much of the change between two pictures came by itself on the way, and did not move there; 0 to about 1.

    What motion of up to MOTION_REACH points leaves of every step, less what it leaves in the calm beside, over the
    change from end to end. A blend, a wipe and a fade bring all of it; what crosses the picture brings next to nothing.
    """
    if part.film is None:
        return 1.0
    beside = max(4, (last - first) // 2)
    low, high = max(0, first - beside), min(len(part.film) - 1, last + beside)
    film = part.film[low : high + 1, None]
    left = explained_difference(film[:-1], film[1:], MOTION_REACH)
    inside = left[first - low : last - low]
    outside = np.concatenate([left[: first - low], left[last - low :]])
    usual = float(np.median(outside)) if len(outside) >= 3 else 0.0
    whole = float(np.abs(film[last - low].astype(np.float32) - film[first - low]).mean())
    return float(np.maximum(inside - usual, 0.0).sum()) / max(whole, 1.0)
