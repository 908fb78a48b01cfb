"""Scaling the pictures of a video: one scaler for each form, whatever goes through it."""

from __future__ import annotations

import av
import numpy as np
import pytest

from patterns.measure.pictures import Scalers


def frame(seed: int, width: int, height: int) -> av.VideoFrame:
    planes = np.random.default_rng(seed).integers(16, 236, (height * 3 // 2, width)).astype(np.uint8)
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


@pytest.mark.parametrize("pixels", ["gray", "yuv420p"])
def test_a_shared_scaler_gives_what_one_of_its_own_would(pixels: str) -> None:
    shared = Scalers()
    # The size of a stream's pictures may change on the way.
    for number, (width, height) in enumerate([(320, 180), (320, 180), (640, 360), (320, 180)]):
        raw = frame(number, width, height)
        alone = raw.reformat(96, 52, pixels, interpolation="AREA", dst_color_range="MPEG").to_ndarray()
        np.testing.assert_array_equal(shared.scale(raw, 96, 52, pixels), alone)


def test_a_picture_is_scaled_to_several_forms() -> None:
    shared, raw = Scalers(), frame(1, 320, 180)
    for _ in range(2):
        assert shared.scale(raw, 96, 52, "gray").shape == (52, 96)
        assert shared.scale(raw, 192, 104, "yuv420p").shape == (156, 192)


def test_what_was_scaled_stays_as_it_is() -> None:
    shared = Scalers()
    first = shared.scale(frame(1, 320, 180), 96, 52, "gray")
    kept = first.copy()
    shared.scale(frame(2, 320, 180), 96, 52, "gray")
    np.testing.assert_array_equal(first, kept)
