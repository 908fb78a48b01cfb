"""The script writer without a model: timing, roles, words, reasons."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platforms import PLATFORMS
from scripts_app import segments
from scripts_app.offline import write
from scripts_app.offline.timing import points_wanted, rules_of
from scripts_app.schema import Role, ScriptContent, Segment, objections, spoken_words, timing_problems
from tests.scripts.conftest import facts, request


def rows(content):
    return [(row.start_time, row.end_time, row.role.value) for row in content.segments]


class TestTiming:
    @given(
        duration=st.floats(5, 600),
        hook=st.none() | st.floats(0, 700),
        cuts=st.none() | st.floats(0, 200),
        shot=st.none() | st.floats(0.05, 60),
        rate=st.none() | st.floats(0.1, 12),
        points=st.integers(0, 12),
        variation=st.integers(0, 4),
        platform=st.sampled_from(list(PLATFORMS)),
    )
    @settings(max_examples=150, deadline=None)
    def test_no_gaps_no_overlaps_exact_sum(self, duration, hook, cuts, shot, rate, points, variation, platform):
        measured = {"hook_timing": hook, "cut_frequency": cuts, "shot_length": shot, "speech_rate": rate}
        asked = request(
            duration=duration,
            platform=platform,
            patterns=facts(**{name: value for name, value in measured.items() if value is not None}),
            points=[f"Point {n}" for n in range(points)],
            variation=variation,
        )
        content = write(asked)
        assert objections(asked, content) == []
        assert content.duration == asked.duration
        assert content.segments[0].start_time == 0
        assert sum(row.seconds for row in content.segments) == pytest.approx(asked.duration)
        assert [row.role for row in content.segments if row.role in (Role.HOOK, Role.CTA)] == [Role.HOOK, Role.CTA]

    def test_hook_follows_the_measured_first_cut(self):
        lengths = [write(request(patterns=facts(hook_timing=value))).segments[0].end_time for value in (0.4, 1.8, 9.0)]
        assert lengths == [1.5, 2.0, 5.0]
        assert write(request()).segments[0].end_time == 3.0
        assert write(request(duration=8, patterns=facts(hook_timing=5.0))).segments[0].end_time == 2.0

    def test_a_video_without_a_cut_times_no_hook(self):
        uncut = facts(hook_timing=60.0)[0].model_copy(update={"note": "There is no cut."})
        assert rules_of(request(patterns=[uncut])).reasons[0].basis == "benchmark"
        mixed = rules_of(request(patterns=[uncut, *facts(hook_timing=2.0)])).reasons[0]
        assert mixed.sentence == "First cut 2.0 s (measured): the hook lasts 2 s"

    def test_pace_decides_how_many_parts(self):
        slow = write(request(concept="A quiet walk", patterns=facts(cut_frequency=6.0)))
        fast = write(request(concept="A quiet walk", patterns=facts(cut_frequency=40.0)))
        assert len(fast.segments) > len(slow.segments)
        assert "picture change" in fast.segments[1].visual

    def test_speech_rate_decides_the_words(self):
        slow, fast = (rules_of(request(patterns=facts(speech_rate=rate))).words_per_min for rate in (3.0, 5.0))
        assert (slow, fast) == (120.0, 200.0)
        assert rules_of(request()).words_per_min == 150.0
        assert rules_of(request(patterns=facts(speech_rate=50.0))).words_per_min == 220.0
        found = write(request(patterns=facts(speech_rate=4.5))).segments[2].audio
        assert found == "First: [say this step in up to 20 words, then show it with your own hands.]"

    def test_a_measured_value_beats_a_models(self):
        both = [*facts(hook_timing=1.5), facts(hook_timing=5.0)[0].model_copy(update={"source": "model"})]
        assert rules_of(request(patterns=both)).hook_s == 1.5

    @pytest.mark.parametrize(
        ("concept", "points", "wanted"),
        [
            ("5 Tips for Better Sleep", [], 5),
            ("My 3 mistakes as a baker", [], 3),
            ("How I sleep", [], None),
            ("2026 in review", [], None),
            ("1 thing", [], None),
            ("Five reasons your basil dies", [], 5),
            ("The twelve rules of rest", [], 12),
            ("Ten people met", [], None),
            ("5 Tips", ["a", "b"], 2),
        ],
    )
    def test_points(self, concept, points, wanted):
        assert points_wanted(request(concept=concept, points=points)) == wanted

    def test_five_tips_are_five_points(self):
        content = write(request())
        points = [row for row in content.segments if row.role is Role.POINT]
        assert [row.text_overlay for row in points] == ["1/5", "2/5", "3/5", "4/5", "5/5"]
        assert [row.role.value for row in content.segments][:2] == ["hook", "setup"]
        assert [row.role.value for row in content.segments][-2:] == ["proof", "cta"]

    def test_short_clips_keep_hook_and_call(self):
        assert rows(write(request(duration=5))) == [(0, 1.5, "hook"), (1.5, 3.0, "point"), (3.0, 5.0, "cta")]


class TestLines:
    def test_given_points_are_said_and_shown(self):
        content = write(request(points=["Dim the light", "Leave the phone outside."]))
        points = [row for row in content.segments if row.role is Role.POINT]
        assert points[0].audio == "First: Dim the light."
        assert "Leave the phone outside" in points[1].visual
        assert points[1].text_overlay == "2/2 Leave the phone outside"
        assert not any("No points were given" in note for note in content.notes)

    def test_words_fit_the_seconds(self):
        for platform in PLATFORMS:
            for duration in (8, 15, 30, 60):
                asked = request(platform=platform, duration=duration, points=["Dim the light", "Breathe"])
                content = write(asked)
                rate = rules_of(asked).words_per_min
                for row in content.segments:
                    shortest = 5 if row.role is Role.HOOK else 3
                    assert row.words <= max(shortest, segments.words_that_fit(row.seconds, rate))

    def test_platforms_and_variations_differ(self):
        calls = {write(request(platform=platform)).segments[-1].audio for platform in PLATFORMS}
        assert len(calls) == 6
        variations = [write(request(variation=n)) for n in range(3)]
        assert len({content.segments[0].visual for content in variations}) == 3
        assert [content.title for content in variations][1] == "5 Tips for Better Sleep (2)"

    def test_an_opening_too_short_for_the_concept_leaves_it_to_the_text_on_screen(self):
        content = write(request(concept="Three ways to keep basil alive", patterns=facts(hook_timing=2.0)))
        assert content.segments[0].audio == "[Music starts] Watch this."
        assert content.segments[0].text_overlay == "Three ways to keep basil alive"
        assert segments.warnings(content, rules_of(request()).words_per_min) == []

    def test_the_text_of_the_opening_tells_the_whole_concept(self):
        concept = "Five reasons your basil dies on the windowsill every winter"
        assert write(request(concept=concept)).segments[0].text_overlay == concept

    def test_videos_without_music_start_none(self):
        content = write(request(patterns=facts(music=0.0)))
        assert "hardly any music" in content.music
        assert "Music" not in content.segments[0].audio

    def test_hooks_of_a_strategy_open(self):
        content = write(request(hooks=["Stop scrolling", "Second"], patterns=facts(hook_timing=4.0)))
        assert content.segments[0].audio == "[Music starts] Stop scrolling."
        second = write(request(hooks=["Stop scrolling", "Second"], variation=1))
        assert second.segments[0].audio == "[Music starts] Second."

    def test_nothing_is_invented(self):
        said = " ".join(row.audio + row.text_overlay for row in write(request(concept="Calm evenings")).segments)
        assert not re.search(r"\d+ ?%|study|experts|proven", said)

    def test_same_request_same_script(self):
        assert write(request()) == write(request())

    def test_reasons_name_values(self):
        content = write(request(patterns=facts(hook_timing=1.8, cut_frequency=22.0, shot_length=2.4, speech_rate=4.5)))
        assert [(reason.fact, reason.value) for reason in content.reasons] == [
            ("hook_timing", 1.8), ("shot_length", 2.4), ("cut_frequency", 22.0), ("speech_rate", 4.5),
        ]  # fmt: skip
        assert all(reason.basis == "measured" for reason in content.reasons)
        two = [*facts(hook_timing=1.0), *facts(hook_timing=2.0)]
        derived = write(request(patterns=two)).reasons[0]
        assert (derived.basis, derived.value) == ("derived", 1.5)
        assert "median of 2 videos" in derived.sentence
        assert all(reason.basis == "benchmark" for reason in write(request()).reasons)

    def test_music(self):
        assert write(request(patterns=facts(music=0.02))).music.startswith("None:")
        assert "22 cuts a minute" in write(request(patterns=facts(cut_frequency=22.0))).music
        assert write(request(patterns=facts(cut_frequency=40.0))).music.startswith("A quick")


class TestSchema:
    def test_words_without_directions(self):
        assert spoken_words("[Music starts] Hello, you – there") == 3

    def test_problems_are_named_by_row(self):
        def row(start, end):
            return Segment(start_time=start, end_time=end, role="point", visual="", audio="")

        found = timing_problems([row(0, 2), row(2.5, 4), row(3.5, 3.7)], duration=10)
        assert [index for index, _ in found] == [1, 2, 2, 2]
        assert "gap" in found[0][1]
        assert "at least 0.5 s" in found[1][1]
        assert "overlaps" in found[2][1]
        assert "should end at 10 s" in found[3][1]

    def test_objections(self):
        asked = request(patterns=facts(hook_timing=1.8))
        content = write(asked)
        content.segments[0].role = Role.POINT
        content.segments[-1].role = Role.POINT
        content.reasons[0].value = 9.0
        assert len(objections(asked, content)) == 3
        single = ScriptContent(title="x", segments=[content.segments[0].model_copy(update={"role": Role.HOOK})])
        single.segments[0].end_time = 5.0
        assert objections(request(duration=5), single) == []

    @pytest.mark.parametrize("changes", [{"concept": " "}, {"platform": "myspace"}, {"duration": 4}, {"duration": 601}])
    def test_inputs(self, changes):
        with pytest.raises(ValueError):
            request(**changes)
        assert request(platform="X").platform == "twitter"


class TestSegments:
    def test_add_move_remove(self):
        base = write(request(duration=30)).segments
        more = segments.added(base, 0)
        assert len(more) == len(base) + 1
        assert more[1].audio == ""
        assert timing_problems(more) == []
        assert segments.added(base, -5)[0].visual == ""
        assert segments.added(base, 99)[-1].visual == ""
        swapped = segments.moved(base, 1, 1)
        assert (swapped[2].audio, swapped[1].audio) == (base[1].audio, base[2].audio)
        assert timing_problems(swapped) == []
        assert segments.moved(base, 0, -1) == list(base)
        fewer = segments.removed(base, 1)
        assert len(fewer) == len(base) - 1
        assert segments.removed([base[0]], 0) == [base[0]]
        assert segments.removed(base, 77) == list(base)

    def test_new_lengths(self):
        base = write(request(duration=30)).segments[:2]
        found = segments.retimed(base, [1.25, 0.1])
        assert [(row.start_time, row.end_time) for row in found] == [(0, 1.25), (1.25, 1.75)]

    def test_warnings(self):
        content = write(request(duration=30))
        assert segments.warnings(content, 150) == []
        content.segments[1].audio = "word " * 60
        content.segments[0].role = content.segments[-1].role = Role.POINT
        found = segments.warnings(content, 150)
        assert "Segment 2 has 60 words" in found[0]
        assert len(found) == 3


def test_offline_is_english_and_says_so():
    assert any("written in English" in note for note in write(request(language="de")).notes)
