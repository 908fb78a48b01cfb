"""Edit plans: what they say, and the sentences that refuse a wrong one."""

from typing import Any

import pytest

from editing.plan import EditPlan, PlanError, SourceLimit, parse_plan
from tests.editing.clips import output, plan_of


def refusal(plan: dict[str, Any]) -> str:
    with pytest.raises(PlanError) as caught:
        parse_plan(plan)
    return str(caught.value)


class TestWhatAPlanSays:
    def test_duration_counts_speed_and_overlaps(self) -> None:
        plan = parse_plan(
            {
                "segments": [
                    {
                        "source": "a",
                        "start_s": 0,
                        "end_s": 4,
                        "speed": 2,
                        "transition": {"kind": "dissolve", "duration_s": 0.5},
                    },
                    {"source": "a", "start_s": 4, "end_s": 7, "transition": {"kind": "dip", "duration_s": 0.4}},
                    {"source": "a", "start_s": 9, "end_s": 10},
                ],
                "outputs": [output()],
            }
        )
        assert plan.duration_s == pytest.approx(2 + 3 + 1 - 0.5)

    def test_cards_are_parts_and_their_transitions_lead_to_their_neighbours(self) -> None:
        plan = parse_plan(
            plan_of(
                (0, 2),
                intro={"source": "i", "duration_s": 1, "transition": {"kind": "dip", "duration_s": 0.2}},
                outro={
                    "source": "o",
                    "start_s": 3,
                    "duration_s": 2,
                    "transition": {"kind": "dissolve", "duration_s": 0.5},
                },
            )
        )
        assert [(part.source, part.start_s, part.end_s, part.transition.kind) for part in plan.parts] == [
            ("i", 0, 1, "dip"),
            ("a", 0, 2, "dissolve"),
            ("o", 3, 5, "cut"),
        ]
        assert plan.duration_s == pytest.approx(4.5)

    def test_refs_name_every_source_once(self) -> None:
        plan = parse_plan(
            plan_of((0, 1), (2, 3), audio={"music": {"source": "m"}}, watermark={"source": "w"}, outro={"source": "a"})
        )
        assert plan.refs == ("a", "m", "w")

    def test_an_output_is_no_longer_than_its_limit(self) -> None:
        plan = parse_plan(plan_of((0, 5), outputs=[output(max_duration_s=3), output("1x1")]))
        assert [plan.length_of(item) for item in plan.outputs] == [3, 5]

    def test_a_preview_is_the_same_edit_but_small(self) -> None:
        full = output("9x16", width=1080, height=1920, preset="medium", focus_x=0.3)
        plan = parse_plan(plan_of((0, 2), outputs=[full, output("1x1")], overlays=[_text()]))
        preview = plan.preview("9x16")
        assert [(item.key, item.width, item.height, item.preset) for item in preview.outputs] == [
            ("9x16", 540, 960, "ultrafast")
        ]
        assert preview.outputs[0].focus_x == 0.3
        assert (preview.segments, preview.overlays) == (plan.segments, plan.overlays)
        assert len(plan.preview().outputs) == 2
        assert parse_plan(preview.model_dump()) == preview

    def test_an_output_is_found_by_its_key(self) -> None:
        plan = parse_plan(plan_of((0, 2)))
        assert plan.output("9x16").width == 216
        with pytest.raises(KeyError):
            plan.output("4x5")

    def test_a_plan_survives_json(self) -> None:
        plan = parse_plan(plan_of((0, 2), overlays=[_text()], audio={"music": {"source": "m"}}))
        assert EditPlan.model_validate_json(plan.model_dump_json()) == plan


class TestRefusals:
    def test_text_after_the_end(self) -> None:
        assert refusal(plan_of((0, 2), overlays=[_text(end_s=2.5)])) == (
            "The text “Hello” is shown until 2.5 s, but the edit ends at 2.0 s."
        )

    def test_text_that_ends_before_it_starts(self) -> None:
        assert "has to end after it starts" in refusal(plan_of((0, 2), overlays=[_text(start_s=1.5, end_s=1.5)]))

    def test_empty_text(self) -> None:
        assert refusal(plan_of((0, 2), overlays=[_text(text=" \n ")])) == "A text on the picture must not be empty."

    def test_segment_backwards(self) -> None:
        assert "runs from 3 s to 2 s" in refusal(plan_of((3, 2)))

    def test_unknown_aspect(self) -> None:
        assert refusal(plan_of((0, 2), outputs=[output(aspect="2:1")])) == (
            "“2:1” is not a known aspect; choose one of 9:16, 1:1, 16:9, 4:5."
        )

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"width": 300}, "300x384 is not 9:16; 1080x1920 would be."),
            ({"width": 217}, "even numbers"),
            ({"fps": 12.5}, "12.5 frames a second is not a usual rate"),
            ({"platform": "myspace"}, "“myspace” is not a platform"),
            ({"width": 9000}, "“outputs.0.width” is not usable"),
        ],
    )
    def test_output_that_cannot_be(self, change: dict[str, Any], words: str) -> None:
        assert words in refusal(plan_of((0, 2), outputs=[output(**change)]))

    def test_two_outputs_of_one_name(self) -> None:
        assert "Two outputs are named “9x16”" in refusal(plan_of((0, 2), outputs=[output(), output()]))

    def test_transition_longer_than_its_neighbours(self) -> None:
        plan = plan_of((0, 1), (2, 3))
        plan["segments"][0]["transition"] = {"kind": "dissolve", "duration_s": 1.5}
        assert "The dissolve after segment 1 takes 1.5 s" in refusal(plan)

    def test_transitions_that_meet_inside_a_segment(self) -> None:
        plan = plan_of((0, 2), (2, 3), (4, 6))
        for segment in plan["segments"][:2]:
            segment["transition"] = {"kind": "dissolve", "duration_s": 0.7}
        assert "after segment 2" in refusal(plan)

    @pytest.mark.parametrize(
        ("transition", "words"),
        [
            ({"kind": "dip", "duration_s": 0.01}, "A dip needs a duration of at least 0.1 s."),
            ({"kind": "cut", "duration_s": 0.5}, "A cut takes no time"),
        ],
    )
    def test_transition_of_a_wrong_length(self, transition: dict[str, Any], words: str) -> None:
        plan = plan_of((0, 2))
        plan["segments"][0]["transition"] = transition
        assert words in refusal(plan)

    def test_every_problem_has_its_place(self) -> None:
        with pytest.raises(PlanError) as caught:
            parse_plan({"segments": [{"source": "../x", "end_s": 1}], "extra": 1})
        assert {problem.path for problem in caught.value.problems} == {"segments.0.source", "outputs", "extra"}
        assert "“outputs” is missing." in str(caught.value)

    @pytest.mark.parametrize("data", [None, [], "x", {"segments": [{"source": "a", "end_s": float("nan")}]}])
    def test_what_is_no_plan_at_all(self, data: object) -> None:
        with pytest.raises(PlanError):
            parse_plan(data)


class TestSources:
    def test_a_segment_outside_its_source(self) -> None:
        plan = parse_plan(plan_of((0, 2), (4, 6)))
        with pytest.raises(PlanError) as caught:
            plan.check_sources({"a": SourceLimit(5.0)})
        assert str(caught.value) == "Segment 2 ends at 6 s, but its video is only 5.00 s long."
        assert caught.value.problems[0].path == "segments.1"

    def test_a_source_that_is_not_there_or_has_no_picture(self) -> None:
        plan = parse_plan(plan_of((0, 2), intro={"source": "i"}, audio={"music": {"source": "m"}}))
        with pytest.raises(PlanError) as caught:
            plan.check_sources({"a": SourceLimit(5.0), "i": SourceLimit(9.0, has_video=False)})
        assert str(caught.value) == (
            "The plan uses the file “m”, which is not there. Segment 1 uses a file without a picture."
        )

    def test_an_image_lasts_as_long_as_it_is_shown_and_rounding_is_forgiven(self) -> None:
        plan = parse_plan(plan_of((0, 2.05), intro={"source": "i"}))
        plan.check_sources({"a": SourceLimit(2.0), "i": SourceLimit(0.0, is_image=True)})


def _text(**changes: Any) -> dict[str, Any]:
    return {"text": "Hello", "start_s": 0, "end_s": 1} | changes
