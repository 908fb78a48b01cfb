"""Cuts are found on the very frame; what only looks like one is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.measure import hard
from benchmarks.measure.scenes import View
from benchmarks.measure.stills import TalkingHead
from benchmarks.measure.texts import Caption
from benchmarks.measure.timeline import Segment, Timeline, write
from patterns.measure import LayerName, measure
from patterns.measure.boundaries import Candidate
from patterns.measure.cuts import is_cut

from .conftest import FPS, HEIGHT, WIDTH, Clips, scene, timeline

VIDEO = (LayerName.CUTS, LayerName.TRANSITIONS)


def found(path: Path) -> list[int]:
    cuts = measure(path, layers=VIDEO).cuts
    assert cuts is not None
    return [cut.frame for cut in cuts]


class TestHardCuts:
    @pytest.mark.parametrize("seed", [11, 12, 13])
    def test_each_is_found_on_its_frame_and_nothing_else(self, clips: Clips, seed: int) -> None:
        styles = ["texture", "drawn", "talking", "handheld", "dark", "flat", "room", "fast"]

        def make() -> Timeline:
            rng = np.random.default_rng(seed)
            return timeline(
                [Segment(scene(seed * 50 + k, s), int(rng.integers(9, 40)), 2.0) for k, s in enumerate(styles)]
            )

        path, labels = clips.get(f"hard{seed}", make)
        assert found(path) == [frame for frame, _ in labels.cuts]

    def test_time_is_that_of_the_new_shots_first_frame(self, two_shots: Path) -> None:
        facts = measure(two_shots, layers=VIDEO)
        cuts = facts.cuts
        assert cuts is not None
        assert [(cut.frame, cut.time_s, cut.kind) for cut in cuts] == [(60, 2.0, "hard")]
        assert facts.transitions == []  # the second shot is one long zoom
        assert cuts[0].confidence > 0.9

    def test_shots_of_a_third_of_a_second(self, clips: Clips) -> None:
        path, labels = clips.get("quick", lambda: timeline([Segment(scene(70 + k, "drawn"), 8, 2.0) for k in range(9)]))
        assert found(path) == [frame for frame, _ in labels.cuts]

    def test_low_frame_rate_repeated_to_a_higher_one(self, clips: Clips) -> None:
        segments = [Segment(scene(90 + k, "fast"), 40, 2.0) for k in range(3)]
        path, labels = clips.get("repeated", lambda: timeline(segments, source_fps=10.0))
        assert found(path) == [frame for frame, _ in labels.cuts]

    def test_letterbox_hides_no_cut(self, clips: Clips) -> None:
        segments = [Segment(scene(110 + k, "texture"), 25, 2.0) for k in range(4)]
        path, labels = clips.get("letterbox", lambda: timeline(segments, letterbox=0.33))
        assert found(path) == [frame for frame, _ in labels.cuts]


class TestJumpCuts:
    def test_punch_in_and_skip_are_jumps(self, clips: Clips) -> None:
        def make() -> Timeline:
            place = scene(5, "talking")
            return timeline(
                [
                    Segment(place, 30, 1.0),
                    Segment(place, 30, 2.2, View(zoom=1.4), "punch"),
                    Segment(place, 30, 6.0, View(0.1, 0.06), "jump"),
                ]
            )

        path, _ = clips.get("jumps", make)
        cuts = measure(path, layers=VIDEO).cuts
        assert cuts is not None
        assert [(cut.frame, cut.kind) for cut in cuts] == [(30, "jump"), (60, "jump")]

    @pytest.mark.parametrize("style", ["white wall", "room"])
    def test_a_small_head_before_a_still_camera_is_elsewhere_at_once(self, clips: Clips, style: str) -> None:
        head = TalkingHead(np.random.default_rng(3), WIDTH, HEIGHT, style, 0.22)
        segments = [Segment(head, 30, 1.0), Segment(head, 30, 9.0), Segment(head, 30, 19.0), Segment(head, 30, 32.0)]
        path, _ = clips.get(f"head-{style}", lambda: timeline(segments))
        assert found(path) == [30, 60, 90]

    def test_a_picture_that_is_half_of_both_shots_hides_no_cut(self, clips: Clips) -> None:
        segments = [Segment(scene(120 + k, "drawn"), 25, 2.0) for k in range(3)]
        path, labels = clips.get("blended", lambda: timeline(segments, blended=True))
        facts = measure(path, layers=VIDEO)
        assert facts.cuts is not None
        assert [cut.frame for cut in facts.cuts] == [frame for frame, _ in labels.cuts]
        assert facts.transitions == []


class TestNoCuts:
    @pytest.mark.parametrize(("codec", "kilobits"), [("VP8", 60), ("VP8", 140), ("MPEG-2", 60), ("H.264", 60)])
    def test_a_key_frame_in_a_slow_scene(self, tmp_path: Path, codec: str, kilobits: int) -> None:
        planned = hard.slow_clip(np.random.default_rng([1, 23]), seconds=7.0)
        source = tmp_path / "source.mp4"
        write(planned, source, preset="ultrafast", extra=("-qp", "6"))
        facts = measure(hard.encoded(source, codec, kilobits), layers=VIDEO)
        assert facts.cuts is not None
        assert [cut.frame for cut in facts.cuts] == [frame for frame, _ in planned.labels().cuts]
        assert facts.transitions == []

    def test_a_step_of_the_bitrate(self, tmp_path: Path) -> None:
        planned = hard.slow_clip(np.random.default_rng([1, 23]), seconds=7.0)
        source = tmp_path / "source.mp4"
        write(planned, source, preset="ultrafast", extra=("-qp", "6"))
        assert found(hard.stepped(source, 2.96)) == [frame for frame, _ in planned.labels().cuts]

    def test_light_that_is_turned_up_and_noise(self, clips: Clips) -> None:
        segments = [Segment(scene(131, "talking"), 75, 2.0)]
        planned = timeline(segments, exposure=[(20, 24, 0.6), (50, 51, 1.1)], grain=7.0)
        path, _ = clips.get("exposure", lambda: planned)
        facts = measure(path, layers=VIDEO)
        assert (facts.cuts, facts.transitions) == ([], [])

    @pytest.mark.parametrize("shape", ["solid", "decay"])
    def test_flash(self, clips: Clips, shape: str) -> None:
        segments = [Segment(scene(21, "drawn"), 75, 2.0)]
        flashes = [(20, 2 if shape == "solid" else 6, shape), (50, 1 if shape == "solid" else 8, shape)]
        path, _ = clips.get(f"flash-{shape}", lambda: timeline(segments, flashes=flashes))
        facts = measure(path, layers=VIDEO)
        assert facts.cuts == []
        assert facts.transitions == []
        assert facts.flashes is not None
        assert [round(span.start_s * FPS) for span in facts.flashes] == [20, 50]

    @pytest.mark.parametrize(("seed", "frames"), [(31, 5), (32, 8), (33, 10)])
    def test_whip_pan(self, clips: Clips, seed: int, frames: int) -> None:
        segment = Segment(scene(seed, "texture"), 60, 2.0, whip_at=25, whip_frames=frames, whip_reach=0.9)
        path, _ = clips.get(f"whip{seed}", lambda: timeline([segment]))
        assert found(path) == []

    def test_overlay_that_pops_up_and_goes(self, clips: Clips) -> None:
        segments = [Segment(scene(41, "talking"), 75, 2.0)]
        captions = [Caption(20, 50, "WAIT FOR IT", size=0.12), Caption(30, 60, "take one", size=0.12, top=0.1)]
        path, _ = clips.get("overlay", lambda: timeline(segments, captions=captions))
        assert found(path) == []

    @pytest.mark.parametrize("style", ["handheld", "busy", "fast", "lavfi"])
    def test_motion(self, clips: Clips, style: str) -> None:
        path, _ = clips.get(f"motion-{style}", lambda: timeline([Segment(scene(51, style), 75, 2.0)]))
        assert found(path) == []

    def test_a_cut_beside_a_flash_is_still_found(self, clips: Clips) -> None:
        segments = [Segment(scene(61, "drawn"), 30, 2.0), Segment(scene(62, "texture"), 40, 2.0)]
        path, _ = clips.get("flash-near", lambda: timeline(segments, flashes=[(34, 2, "solid")]))
        assert found(path) == [30]

    def test_a_flash_on_a_cut_is_one_cut(self, clips: Clips) -> None:
        segments = [Segment(scene(63, "drawn"), 30, 2.0), Segment(scene(64, "texture"), 40, 2.0)]
        path, _ = clips.get("flash-on", lambda: timeline(segments, flashes=[(29, 2, "solid")]))
        frames = found(path)
        assert len(frames) == 1
        assert abs(frames[0] - 30) <= 2


class TestRule:
    BASE = Candidate(
        frame=50, score=90, histogram=1.5, ratio=20, motion_ratio=15, area=0.9, edge_area=0.9, spread=0.95, lit=1.0,
        fill=0.9, solid=0.95, returns=0.9, returns_after=0, onset=False, flat=False,
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({}, True),
            ({"returns_after": 3}, False),
            ({"frame": 1}, False),
            ({"ratio": 1.4}, False),
            ({"score": 9.0, "edge_area": 0.2}, False),
            ({"area": 0.09, "spread": 0.1, "fill": 0.95}, False),
            ({"area": 0.25, "spread": 0.8, "fill": 0.3, "ratio": 2.2, "motion_ratio": 1.4, "score": 40}, True),
            ({"area": 0.25, "spread": 0.8, "fill": 0.3, "ratio": 2.2, "motion_ratio": 1.4, "score": 38}, False),
            ({"area": 0.25, "spread": 0.45, "fill": 0.5}, True),
            ({"area": 0.25, "spread": 0.45, "fill": 0.9}, False),
            ({"area": 0.05, "spread": 0.2, "fill": 0.3, "moved": 0.7, "strength": 90.0}, True),
            ({"area": 0.05, "spread": 0.2, "fill": 0.9, "moved": 0.2, "strength": 90.0}, False),
            ({"alike": 0.98}, False),
            ({"alike": 0.98, "moved": 0.7}, True),
            ({"alike": 0.8, "strength": 40.0, "area": 0.6, "ratio": 6.0}, False),
            ({"alike": 0.8, "strength": 40.0}, True),
        ],
    )
    def test_edges_of_the_rule(self, changes: dict[str, float], expected: bool) -> None:
        assert is_cut(Candidate(**{**vars(self.BASE), **changes})) is expected
