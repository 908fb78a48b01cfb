"""Planners: the right stretches, whole words, exact lengths, and reasons that can be checked."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from editing.plan import Audio, Card, EditPlan, Overlay, PlanError, Transition
from editing.planners import (
    Extras,
    Material,
    Planned,
    ScriptSegment,
    Span,
    Wish,
    from_material,
    from_script,
    material_from_features,
    outputs_for,
    trim,
)
from editing.planners.fitting import Fitter
from editing.planners.measurements import Shot
from editing.planners.pauses import Condensed, condense


def material(duration_s: float = 60.0, **changes: Any) -> Material:
    plain: dict[str, Any] = {"duration_s": duration_s, "width": 1920, "height": 1080, "fps": 29.97, "has_sound": True}
    return Material(**plain | changes)


def shots(*rows: tuple[float, float, float]) -> tuple[Shot, ...]:
    return tuple(Shot(Span(start, end), motion) for start, end, motion in rows)


def script(*rows: tuple[float, str]) -> list[ScriptSegment]:
    found, position = [], 0.0
    for seconds, text in rows:
        found.append(ScriptSegment(position, position + seconds, text))
        position += seconds
    return found


def made(source: Material, rows: list[ScriptSegment], **more: Any) -> Planned:
    outputs, _ = outputs_for([Wish("9:16")], source)
    return from_script(source="a", script=rows, material=source, outputs=outputs, **more)


def spoken(times: list[tuple[float, float]]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in times)


class TestFromScript:
    def test_the_edit_is_as_long_as_asked(self) -> None:
        plan = made(material(), script((3, "Hook"), (5, "One"), (7, "Two")), duration_s=30).plan
        assert plan.duration_s == pytest.approx(30, abs=0.01)

    def test_cuts_are_measured_cuts(self) -> None:
        cuts = (4.0, 9.5, 15.2, 21.0, 30.4, 41.1, 52.3)
        plan = made(material(cuts=cuts), script((5, ""), (6, ""), (6, ""))).plan
        assert {segment.start_s for segment in plan.segments} <= {0.0, *cuts}
        assert all(left.end_s <= right.start_s for left, right in pairwise(plan.segments))

    def test_the_hook_is_where_most_happens(self) -> None:
        moving = shots((0, 10, 0.1), (10, 14, 1.0), (14, 60, 0.1))
        planned = made(material(shots=moving, cuts=(10.0, 14.0)), script((4, "Hook"), (4, ""), (4, "")))
        assert planned.plan.segments[0].start_s == 10.0
        assert planned.plan.segments[0].end_s == pytest.approx(14.0)
        note = next(note for note in planned.notes if note.evidence.get("segment") == 1)
        assert "10.00–14.00 s" in note.text
        assert "starts on a measured cut" in note.text
        assert note.evidence["motion_ratio"] == 1.0

    def test_speech_is_not_cut_in_two(self) -> None:
        times = [(0.5, 3.8), (4.4, 8.1), (8.8, 12.2), (13.0, 17.3), (18.0, 22.4), (23.0, 27.5), (28.2, 33.0)]
        source = material(34.0, speech=spoken(times))
        plan = made(source, script((4, ""), (4, ""), (4, ""))).plan
        for moment in [segment.start_s for segment in plan.segments] + [segment.end_s for segment in plan.segments][
            :-1
        ]:
            assert not any(start + 0.1 < moment < end - 0.1 for start, end in times), moment

    def test_long_pauses_are_left_out(self) -> None:
        source = material(20.0, speech=spoken([(0.2, 5), (8, 12), (12.4, 20)]), silences=(Span(5, 8), Span(12, 12.4)))
        planned = made(source, script((8, "A"), (8, "B")))
        assert planned.plan.duration_s == pytest.approx(16, abs=0.01)
        covered = [(segment.start_s, segment.end_s) for segment in planned.plan.segments]
        assert not any(start < 6.5 < end for start, end in covered)
        assert any(note.text == "1 long pause left out, 2.7 s in all." for note in planned.notes)

    def test_pauses_stay_when_every_second_is_needed(self) -> None:
        source = material(20.0, speech=spoken([(0, 5), (8, 20)]), silences=(Span(5, 8),))
        plan = made(source, script((20, "A"))).plan
        assert plan.duration_s == pytest.approx(20, abs=0.01)
        assert len(plan.segments) == 1

    def test_quiet_pictures_are_no_pauses(self) -> None:
        source = material(20.0, silences=(Span(2, 18),))
        assert condense(source, 5).dropped == ()

    def test_too_little_material_makes_a_shorter_edit(self) -> None:
        planned = made(material(6.0), script((10, "A"), (20, "B")))
        assert planned.plan.duration_s == pytest.approx(6, abs=0.01)
        assert [overlay.start_s for overlay in planned.plan.overlays] == pytest.approx([0, 2], abs=0.01)
        assert planned.notes[0].text.startswith("The edit is 6.0 s long instead of 30.0 s")

    def test_texts_follow_their_segments(self) -> None:
        planned = made(material(), script((3, "Hook here"), (6, "  "), (3, "Last words " * 40)))
        first, last = planned.plan.overlays
        assert (first.text, first.start_s, first.end_s, first.position) == ("Hook here", 0, 3, "middle")
        assert last.start_s == pytest.approx(9, abs=1.3)
        assert last.end_s <= planned.plan.duration_s + 0.001
        assert len(last.text) <= 300

    def test_a_short_text_is_shown_long_enough(self) -> None:
        overlay = made(material(), script((3, ""), (10, "Two words"))).plan.overlays[0]
        assert overlay.end_s - overlay.start_s == pytest.approx(8, abs=0.9)

    def test_more_segments_than_time(self) -> None:
        planned = made(material(3.0), script(*[(2, f"T{n}") for n in range(30)]))
        assert planned.plan.duration_s == pytest.approx(3, abs=0.01)
        assert len(planned.plan.overlays) == 5

    def test_an_intro_moves_the_texts(self) -> None:
        intro = Card(source="i", duration_s=2, transition=Transition(kind="dissolve", duration_s=0.5))
        extras = Extras(audio=Audio(source_sound=False), intro=intro, outro=Card(source="o"))
        plan = made(material(), script((4, "Hook")), extras=extras).plan
        assert plan.overlays[0].start_s == pytest.approx(1.5)
        assert plan.duration_s == pytest.approx(4 + 2 - 0.5 + 2)
        assert plan.audio.source_sound is False

    def test_the_same_inputs_give_the_same_plan(self) -> None:
        source = material(cuts=(3.3, 9.9, 20.2, 33.1), speech=spoken([(1, 3), (4, 9), (10, 20), (22, 40)]))
        rows = script((3, "A"), (4, "B"), (5, "C"))
        assert made(source, rows) == made(source, rows)

    @pytest.mark.parametrize(
        ("rows", "words"),
        [([], "no segments"), ([ScriptSegment(3, 1, "x")], "ends before it starts")],
    )
    def test_scripts_that_cannot_be_used(self, rows: list[ScriptSegment], words: str) -> None:
        with pytest.raises(PlanError, match=words):
            made(material(), rows)

    def test_a_video_too_short_to_edit(self) -> None:
        with pytest.raises(PlanError, match="too short"):
            made(material(0.4), script((4, "A")))
        with pytest.raises(PlanError, match="at least 1 s"):
            made(material(), script((0.5, "A")))

    def test_a_limit_of_an_output_is_told(self) -> None:
        outputs, _ = outputs_for([Wish(platform="facebook")], material(200.0))
        planned = from_script(source="a", script=script((120, "A")), material=material(200.0), outputs=outputs)
        assert planned.notes[-1].text == "facebook-9x16 ends after 90 s of the 120.0 s: that is its limit."
        assert "1 text lies inside the safe area of Facebook." in [note.text for note in planned.notes]


@st.composite
def materials(draw: st.DrawFn) -> Material:
    duration = draw(st.floats(1.5, 90))
    points = sorted(draw(st.lists(st.floats(0.05, 0.95), max_size=24, unique=True)))
    times = [round(point * duration, 3) for point in points]
    spans = [Span(start, end) for start, end in pairwise(times) if end - start > 0.15]
    return material(
        duration,
        cuts=tuple(times[::3]),
        speech=tuple(spans[::2]),
        silences=tuple(spans[1::2]),
        shots=tuple(Shot(span, (place % 5) / 4) for place, span in enumerate(spans)),
    )


@settings(max_examples=80, deadline=None, derandomize=True)
@given(materials(), st.lists(st.floats(0.3, 20), min_size=1, max_size=12))
def test_any_script_over_any_material_is_a_valid_plan(source: Material, durations: list[float]) -> None:
    assume(sum(durations) >= 1)
    rows = script(*[(duration, f"Text {place}") for place, duration in enumerate(durations)])
    plan = made(source, rows).plan
    wanted = min(sum(durations), source.duration_s)
    assert plan.duration_s == pytest.approx(wanted, abs=0.35)
    assert all(0 <= part.start_s < part.end_s <= source.duration_s + 0.11 for part in plan.segments)
    assert all(left.end_s <= right.start_s + 0.21 for left, right in pairwise(plan.segments))
    assert EditPlan.model_validate_json(plan.model_dump_json()) == plan


class TestFromMaterial:
    def test_beats_of_about_three_seconds(self) -> None:
        source = material(cuts=tuple(float(n) for n in range(3, 60, 4)))
        planned = from_material(source="a", material=source, outputs=outputs_for([Wish()], source)[0], duration_s=12)
        assert planned.plan.duration_s == pytest.approx(12, abs=0.01)
        assert len(planned.plan.segments) == 4
        assert planned.plan.overlays == ()

    def test_without_a_length_it_is_the_whole_video(self) -> None:
        source = material(7.0)
        planned = from_material(source="a", material=source, outputs=outputs_for([Wish()], source)[0])
        assert planned.plan.duration_s == pytest.approx(7, abs=0.01)


class TestByHand:
    def test_a_stretch(self) -> None:
        source = material(10.0)
        text = Overlay(text="Hi", start_s=0, end_s=1)
        planned = trim(
            source="a", material=source, outputs=outputs_for([Wish()], source)[0], start_s=2, end_s=5, overlays=[text]
        )
        assert [(part.start_s, part.end_s) for part in planned.plan.segments] == [(2, 5)]
        assert planned.plan.overlays == (text,)
        assert planned.notes[0].evidence == {"start_s": 2, "end_s": 5}

    def test_to_the_end(self) -> None:
        source = material(10.0)
        plan = trim(source="a", material=source, outputs=outputs_for([Wish()], source)[0]).plan
        assert plan.duration_s == 10

    def test_past_the_end(self) -> None:
        source = material(10.0)
        with pytest.raises(PlanError, match=r"The video ends at 10\.00 s, before 12 s\."):
            trim(source="a", material=source, outputs=outputs_for([Wish()], source)[0], end_s=12)


class TestOutputs:
    def test_platforms_bring_their_aspect_and_limits(self) -> None:
        (output, second), _ = outputs_for(
            [Wish(platform="youtube"), Wish(platform="youtube", max_duration_s=30)], material()
        )
        assert (output.key, output.aspect, output.width, output.max_duration_s) == ("youtube-9x16", "9:16", 1080, 180)
        assert (second.key, second.max_duration_s) == ("youtube-9x16-2", 30)
        assert output.fps == 29.97

    def test_fit_follows_the_material(self) -> None:
        tall = material(width=1080, height=1920)
        outputs, notes = outputs_for([Wish("9:16"), Wish("1:1"), Wish("16:9"), Wish("16:9", fit="crop")], tall)
        assert [output.fit for output in outputs] == ["crop", "crop", "pad", "crop"]
        assert notes[0].text == "9x16 has the shape of the video; nothing is cropped."
        assert notes[1].text == "1x1 keeps the middle 56% of the picture."
        assert notes[2].text.startswith("16x9 shows the whole picture on a blurred background")

    def test_resolution(self) -> None:
        (output,), _ = outputs_for([Wish("9:16", resolution="720x1280")], material())
        assert (output.width, output.height) == (720, 1280)

    @pytest.mark.parametrize(
        ("wish", "words"),
        [
            (Wish("3:7"), "“3:7” is not a known aspect"),
            (Wish(platform="orkut"), "“orkut” is not a platform"),
            (Wish("9:16", resolution="big"), "write it like 1080x1920"),
            (Wish("9:16", resolution="1080x1080"), "1080x1080 is not 9:16"),
            (Wish("9:16", fit="stretch"), "fit"),
        ],
    )
    def test_wishes_that_cannot_be_met(self, wish: Wish, words: str) -> None:
        with pytest.raises(PlanError, match=words) as caught:
            outputs_for([wish], material())
        assert caught.value.problems[0].path == "outputs.0"

    @pytest.mark.parametrize(
        ("fps", "expected"), [(59.94, 29.97), (50, 25), (24, 24), (12, 23.976), (0, 30), (120, 30)]
    )
    def test_rates(self, fps: float, expected: float) -> None:
        assert outputs_for([Wish()], material(fps=fps))[0][0].fps == expected


class TestMaterial:
    def test_sound_that_outlasts_the_pictures_is_not_planned_with(self) -> None:
        found = material_from_features(
            {
                "duration_s": 8.87, "width": 1080, "height": 1920, "fps": 30.0, "has_audio": True,
                "speech": [{"start_s": 1.0, "end_s": 9.0}, {"start_s": 9.1, "end_s": 9.4}],
                "silences": [{"start_s": 8.0, "end_s": 9.0}],
            }
        )  # fmt: skip
        assert [(span.start_s, span.end_s) for span in (*found.speech, *found.silences)] == [(1.0, 8.87), (8.0, 8.87)]

    def test_features_are_read(self) -> None:
        found = material_from_features(
            {
                "duration_s": 12.0,
                "width": 1080,
                "height": 1920,
                "fps": 25.0,
                "has_audio": True,
                "cuts": [{"time_s": 4.0}],
                "transitions": [{"start_s": 7.0, "end_s": 7.5}],
                "shots": [
                    {"start_s": 0, "end_s": 4, "motion": 0.02},
                    {"start_s": 4, "end_s": 12, "motion": 0.08},
                    {"start_s": 12, "end_s": 12, "motion": None},
                ],
                "silences": [
                    {"start_s": 5, "end_s": 6, "kind": "silence"},
                    {"start_s": 8, "end_s": 9, "kind": "pause"},
                ],
                "speech": [{"start_s": 1, "end_s": 5}],
            }
        )
        assert found.cuts == (4.0, 7.5)
        assert [shot.motion_ratio for shot in found.shots] == [0.25, 1.0, 0.0]
        assert found.silences == (Span(5, 6),)
        assert found.speech_ratio == pytest.approx(4 / 12)
        assert found.motion(Span(2, 6)) == pytest.approx(0.625)

    def test_layers_that_were_not_measured_are_empty(self) -> None:
        found = material_from_features(
            {"duration_s": 3.0, "width": 10, "height": 10, "fps": 30, "cuts": None, "shots": None, "speech": None}
        )
        assert (found.cuts, found.shots, found.speech, found.has_sound) == ((), (), (), False)
        assert found.motion(Span(0, 1)) == 0.5
        assert material(0.0).speech_ratio == 0.0

    def test_condensed_time_goes_both_ways(self) -> None:
        condensed = Condensed(material(20.0), [Span(5, 8), Span(12, 13), Span(19, 20)])
        assert condensed.duration_s == 15
        assert condensed.joints == (5, 9)
        assert condensed.to_source(Span(4, 10)) == (Span(4, 5), Span(8, 12), Span(13, 14))
        assert [condensed.to_condensed(moment) for moment in (4, 6, 8, 12.5, 19.5, 30)] == [4, 5, 5, 9, 15, 15]

    def test_beats_without_a_good_row_of_places_follow_each_other(self) -> None:
        source = material(10.0, cuts=(8.0,), speech=spoken([(7, 9)]), silences=())
        condensed = Condensed(source, [])
        beats = Fitter(source, condensed).fit([4.4, 4.4])
        assert sum(beat.span.duration_s for beat in beats) == pytest.approx(8.8)
