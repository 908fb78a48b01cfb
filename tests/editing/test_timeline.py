"""The output timeline in frames, and the inputs that clips are cut from."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from editing.inputs import Run, group, tolerance
from editing.plan import parse_plan
from editing.sources import SourceFacts, read_facts
from editing.timeline import lay_out
from tests.editing.clips import output, plan_of


class TestFrames:
    def test_many_short_segments_do_not_drift(self) -> None:
        plan = parse_plan(plan_of(*[(0.01 * n, 0.01 * n + 0.333) for n in range(90)]))
        timeline = lay_out(plan)
        assert timeline.frames == round(90 * 0.333 * 30)
        ends = [clip.start + clip.frames for clip in timeline.clips]
        assert [clip.start for clip in timeline.clips[1:]] == ends[:-1]

    def test_dissolves_overlap_and_dips_do_not(self) -> None:
        data = plan_of((0, 2), (2, 4), (4, 6))
        data["segments"][0]["transition"] = {"kind": "dissolve", "duration_s": 0.5}
        data["segments"][1]["transition"] = {"kind": "dip", "duration_s": 0.4}
        timeline = lay_out(parse_plan(data))
        assert [(clip.start, clip.frames, clip.overlap, clip.dip) for clip in timeline.clips] == [
            (0, 60, 15, 0),
            (45, 60, 0, 6),
            (105, 60, 0, 0),
        ]
        assert timeline.duration_s == pytest.approx(5.5)

    def test_the_last_part_has_no_transition(self) -> None:
        data = plan_of((0, 2))
        data["segments"][0]["transition"] = {"kind": "dip", "duration_s": 0.4}
        clip = lay_out(parse_plan(data)).clips[0]
        assert (clip.overlap, clip.dip) == (0, 0)

    def test_the_highest_rate_of_the_outputs_counts(self) -> None:
        plan = parse_plan(plan_of((0, 1), outputs=[output(fps=25), output("1x1", fps=29.97)]))
        timeline = lay_out(plan)
        assert timeline.rate == Fraction(30000, 1001)
        assert timeline.seconds(30) == pytest.approx(1.001)


class TestInputs:
    def group(self, path: Path, *segments: tuple[float, float], **facts: Any) -> list[Run]:
        plan = parse_plan(plan_of(*segments))
        known = read_facts(path)
        changed = SourceFacts(**({name: getattr(known, name) for name in known.__slots__} | facts))
        return group(lay_out(plan), {"a": changed})

    def test_clips_between_the_same_seek_points_share_an_input(self, clip: Callable[[str], Path]) -> None:
        # A seek point every second: 1.2 s can only be reached from 1.0 s, which the first clip has decoded.
        runs = self.group(clip("landscape"), (0.5, 1.1), (1.2, 1.5))
        assert [(run.start_s, run.end_s, run.places) for run in runs] == [(0.5, 1.5, (0, 1))]

    def test_clips_apart_are_seeked(self, clip: Callable[[str], Path]) -> None:
        runs = self.group(clip("landscape"), (0.1, 0.5), (2.2, 2.5), (3.1, 3.3))
        assert [run.places for run in runs] == [(0,), (1,), (2,)]

    def test_going_back_needs_another_input(self, clip: Callable[[str], Path]) -> None:
        runs = self.group(clip("colours"), (2, 3), (0, 1), (1, 2))
        assert [run.places for run in runs] == [(0,), (1, 2)]

    def test_large_pictures_share_inputs_where_they_can(self, clip: Callable[[str], Path]) -> None:
        segments = [(n * 0.4, n * 0.4 + 0.1) for n in range(9)]
        runs = self.group(clip("landscape"), *segments, display_width=3840, display_height=2160)
        assert len(runs) == 1
        assert runs[0].places == tuple(range(9))

    def test_large_pictures_out_of_order_cannot(self, clip: Callable[[str], Path]) -> None:
        runs = self.group(clip("landscape"), (3, 3.5), (2, 2.5), (1, 1.5), display_width=3840, display_height=2160)
        assert [run.places for run in runs] == [(0,), (1,), (2,)]

    def test_without_seeking_everything_is_read_from_the_start(self, clip: Callable[[str], Path]) -> None:
        timeline = lay_out(parse_plan(plan_of((0.1, 0.5), (3.1, 3.3), (1, 2))))
        runs = group(timeline, {"a": read_facts(clip("landscape"))}, seek=False)
        assert [(run.places, run.open_s) for run in runs] == [((0, 1), 0.0), ((2,), 0.0)]

    def test_images_never_share(self, picture: Path) -> None:
        runs = self.group(picture, (0, 1), (1, 2))
        assert [run.places for run in runs] == [(0,), (1,)]

    def test_a_cut_may_lie_less_than_half_a_frame_early(self, clip: Callable[[str], Path]) -> None:
        part = lay_out(parse_plan(plan_of((1, 2)))).clips[0]
        facts = read_facts(clip("landscape"))
        assert 0 < tolerance(part, facts) < 0.5 / 30
        assert tolerance(part, SourceFacts(Path("x"), 1.0, 0, None)) == pytest.approx(0.01)
