"""The strategist without a model: what it says must follow from the facts."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strategies import knowledge
from strategies.offline import write
from strategies.offline.compare import clock, compare, number
from strategies.schema import SECTIONS, WEEKDAYS, StrategyContent, StrategyRequest, VideoFacts, objections
from tests.strategies.conftest import GARDEN, MORNING, request, score, video


def advice(content, key):
    return next(item for item in content.recommendations if item.key == key)


class TestCompare:
    def test_median_and_extremes(self):
        found = compare([MORNING, GARDEN, video("c", "Third", hook_timing=3.0)])
        hook = found["hook_timing"]
        assert (hook.low.video.title, hook.high.video.title, hook.median) == ("Morning routine", "Garden tour", 3.0)
        assert found["cut_frequency"].factor == 2.75
        assert found["duration"].several is False

    def test_a_measured_value_wins_over_a_models(self):
        both = VideoFacts(
            video_id="x",
            title="X",
            facts=[
                MORNING.facts[0].model_copy(update={"source": "model", "value": 9.0}),
                MORNING.facts[0].model_copy(update={"value": 2.0}),
            ],
        )
        assert compare([both])["hook_timing"].low.value == 2.0
        assert compare([video("z", "Z", motion=0.0)])["motion"].factor is None

    def test_words(self):
        assert [number(value) for value in (1.0, 2.345, 180.4)] == ["1", "2.35", "180"]
        assert [clock(value) for value in (3.24, 59.97, 61)] == ["0:03.2", "1:00.0", "1:01.0"]


class TestAdvice:
    def test_hook_of_several_videos(self):
        found = advice(write(request()), "hook_timing")
        assert found.title == "Open like “Morning routine”: first cut by 1.8 s"
        assert "3.2 s in the middle of your 2 videos" in found.text
        assert [(item.video_id, item.value, item.time_s) for item in found.evidence[:2]] == [
            ("a", 1.8, 1.8),
            ("b", 4.6, 4.6),
        ]
        assert found.evidence[2].basis == "benchmark"
        assert found.evidence[2].source

    @pytest.mark.parametrize(
        ("value", "title"),
        [(1.8, "Keep the first cut inside 3 s"), (4.6, "Bring the first cut forward to 3 s")],
    )
    def test_hook_of_one_video(self, value, title):
        content = write(request(videos=[video("a", "One", hook_timing=(value, value))]))
        assert advice(content, "hook_timing").title == title

    def test_a_video_without_cuts(self):
        still = video("a", "One take", hook_timing=12.4)
        still.facts[0].note = "There is no cut."
        found = advice(write(request(videos=[still])), "hook_timing")
        assert found.title == "Make a first cut inside 3 s"
        assert found.evidence[0].sentence == "“One take”: there is no cut"

    def test_pace_names_the_comparison_and_claims_nothing(self):
        found = advice(write(request()), "cut_frequency")
        assert found.title == "Test two paces: 8 and 22 cuts a minute"
        assert "2.75 times as often" in found.text
        alike = [video("a", "A", cut_frequency=20.0), video("b", "B", cut_frequency=22.0)]
        assert advice(write(request(videos=alike)), "cut_frequency").title == "Hold the pace at about 21 cuts a minute"
        uncut = [video("a", "A", cut_frequency=0.0), video("b", "B", cut_frequency=22.0)]
        found = advice(write(request(videos=uncut)), "cut_frequency")
        assert found.title == "Test an uncut clip against 22 cuts a minute"
        assert "“A” is not cut at all, “B” 22 times a minute" in found.text
        assert advice(write(request(videos=uncut[:1])), "cut_frequency").text.startswith("“A” is not cut.")
        one = advice(write(request(videos=[MORNING])), "cut_frequency")
        assert "33 cuts a minute" in one.text
        assert "2.4 s" in one.text

    def test_motion(self):
        found = advice(write(request()), "hook_motion")
        assert found.title.startswith("Start with movement: “Garden tour”")
        lively = video("c", "C", motion=0.2, hook_motion=0.9)
        assert advice(write(request(videos=[lively])), "hook_motion").title == "Keep opening with movement"
        apart = [video("c", "C", motion=0.2), video("d", "D", hook_motion=0.1)]
        assert "hook_motion" not in {item.key for item in write(request(videos=apart)).recommendations}

    def test_loudness(self):
        found = advice(write(request()), "loudness")
        assert "“Morning routine” is 9.4 LU quieter" in found.text
        loud = advice(
            write(request(videos=[video("a", "A", loudness=-8.0), video("b", "B", loudness=-14.0)])), "loudness"
        )
        assert "1 of 2 videos is" in loud.text
        assert "louder" in loud.text
        fine = advice(write(request(videos=[video("a", "A", loudness=-14.5)])), "loudness")
        assert fine.title == "Leave the loudness as it is"

    def test_silence_names_places(self):
        assert "0:12.2, 0:30.0" in advice(write(request()), "silence").text
        quiet = write(request(videos=[video("a", "A", silence=0.01)]))
        assert "silence" not in {item.key for item in quiet.recommendations}
        assert "(for example" not in advice(write(request(videos=[video("a", "A", silence=0.3)])), "silence").text

    def test_voice(self):
        assert advice(write(request()), "speech_rate").title == "Write scripts for 4.5 syllables/s"
        two = [video("a", "A", speech_rate=4.0), video("b", "B", speech_rate=5.0)]
        assert "from 4 to 5" in advice(write(request(videos=two)), "speech_rate").text

    def test_length(self):
        tight = advice(write(request(videos=[video("a", "A", duration=120.0)])), "duration")
        assert tight.title == "Cut a shorter version for Instagram"
        assert tight.platforms == ["instagram"]
        assert advice(write(request()), "duration").title == "Make a version under 60 s"
        assert advice(write(request(videos=[video("a", "A", duration=20.0)])), "duration").title == "Stay around 20 s"

    def test_shape(self):
        assert advice(write(request()), "aspect").title == "Deliver 9:16 for the vertical feeds"
        upright = request(videos=[video("a", "A", aspect=0.5625)])
        assert advice(write(upright), "aspect").title == "Keep filming upright"
        elsewhere = write(request(platforms=["linkedin"]))
        assert "aspect" not in {item.key for item in elsewhere.recommendations}


class TestLearned:
    def test_scores_come_first_with_sample_size_and_interval(self):
        content = write(
            request(scores=[score(), score(type="duration", label="Duration", level="over_60_s", score=20.0)])
        )
        first, second = content.recommendations[:2]
        assert first.title == "More of this: a video that cuts within the first second"
        assert first.basis == "learned"
        assert "41 posts" in first.text
        assert "80 % interval of the score 71–95" in first.text
        assert "“Morning routine” is an example" in first.text
        assert second.title.startswith("Less of this: a video that lasts")
        assert not any("over_60_s" in text for text in (second.title, second.text))
        assert not any("not enough outcome data" in line for line in content.limitations)

    def test_unclear_and_foreign_scores_say_nothing(self):
        content = write(request(scores=[score(score=60.0), score(platform="youtube")]))
        assert all(item.basis != "learned" for item in content.recommendations)

    def test_scores_of_all_platforms_count(self):
        content = write(request(scores=[score(platform="all", interval_low=None, meaning="early sign")]))
        assert "on all platforms" in content.recommendations[0].text
        assert "(early sign)" in content.recommendations[0].text
        assert len(content.recommendations[0].platforms) == 2

    def test_without_scores_nothing_is_claimed(self):
        content = write(request())
        assert any("not enough outcome data" in line for line in content.limitations)
        words = " ".join(item.text for item in content.recommendations)
        assert not re.search(r"perform(s|ed)? better|% more", words)


class TestPlan:
    def test_calendar(self):
        content = write(request(posts_per_week=3, start_on=date(2026, 5, 13)))
        assert len(content.calendar) == 2 * 2 * 3
        assert all(date(2026, 5, 13) <= item.on < date(2026, 5, 27) for item in content.calendar)
        assert content.calendar == sorted(content.calendar, key=lambda item: (item.on, item.time, item.platform))
        assert {item.based_on_video_id for item in content.calendar} == {"a", "b"}
        for item in content.calendar:
            slots = next(row for row in content.posting_schedule.platforms if row.platform == item.platform).slots
            assert (WEEKDAYS[item.on.weekday()], item.time) in {(slot.weekday, slot.time) for slot in slots}

    def test_many_posts_a_week_get_different_slots(self):
        content = write(request(posts_per_week=21, weeks=1, platforms=["tiktok"]))
        slots = content.posting_schedule.platforms[0].slots
        assert len({(slot.weekday, slot.time) for slot in slots}) == 21

    def test_benchmarks_carry_their_source(self):
        content = write(request())
        for row in content.posting_schedule.platforms:
            for item in row.evidence:
                assert (item.basis == "benchmark") == bool(item.source)
        assert knowledge.benchmarks()["version"] in " ".join(content.limitations)

    def test_themes_hooks_and_tags(self):
        content = write(request(platforms=["tiktok", "twitter"]))
        assert len(content.themes) == 2
        assert all("home gardening" in hook.text.lower() for hook in content.hooks)
        assert content.hooks[0].seconds == 3.2
        assert [len(row.hashtags) for row in content.hashtag_strategy.sets] == [5, 2]
        assert content.hashtag_strategy.core[0] == "#HomeGardening"

    def test_one_title_is_not_a_subject(self):
        alone = write(request(niche="", videos=[video("a", "stop killing your basil", hook_timing=2.0)]))
        assert not {"#stop", "#killing"} & set(alone.hashtag_strategy.sets[0].hashtags)
        assert alone.hooks[0].text == "The one thing about this I wish I had known earlier"
        titles = ("Basil in water", "Basil from seed")
        twice = [video(key, "silent portrait", hook_timing=2.0) for key in ("a", "b")]
        assert "#silent" not in write(request(niche="", videos=twice)).hashtag_strategy.sets[0].hashtags
        shared = write(request(niche="", videos=[video(title, title, hook_timing=2.0) for title in titles]))
        assert "#basil" in shared.hashtag_strategy.sets[0].hashtags
        assert shared.hooks[0].text == "The one thing about basil I wish I had known earlier"

    def test_one_video_is_named_once(self):
        content = write(request(audience="beginners", videos=[video("a", "Basil", loudness=-20.0)]))
        loud = advice(content, "loudness")
        assert loud.text.count("“Basil”") == 1
        assert ", for beginners. It is based on 1 measured value of 1 video." in content.summary

    def test_a_video_without_a_cut_is_no_first_cut(self):
        uncut = video("b", "Still", hook_timing=9.0, cut_frequency=0.0)
        uncut.facts[0].note = "There is no cut."
        both = write(request(videos=[video("a", "Cut", hook_timing=2.0, cut_frequency=10.0), uncut]))
        assert "Still" not in advice(both, "hook_timing").text
        assert "first cut at 2 s" in both.summary
        alone = write(request(videos=[uncut]))
        assert "starting point: no cut, 0 cuts a minute" in alone.summary

    def test_niche_template(self):
        assert knowledge.niche("Vegan FOOD trucks")["name"] == "Food and cooking"
        assert knowledge.niche("")["name"] == "General"
        assert "Technology" in knowledge.niche_names()
        pillars = write(request(niche="cooking")).pillars
        assert [pillar.name for pillar in pillars] == ["Recipes", "Technique", "Place and people"]

    def test_goals(self):
        measures = write(request(goals=["Engagement", "world peace"])).measures
        assert measures[0].metric == "Engagement rate"
        assert measures[1].goal == "world peace"


class TestWhole:
    def test_same_request_same_answer(self):
        assert write(request()) == write(request())

    def test_another_variation_changes_the_creative_parts_only(self):
        first, second = write(request()), write(request(variation=1))
        assert first.recommendations == second.recommendations
        assert first.themes != second.themes
        assert first.hooks != second.hooks

    def test_without_videos(self):
        content = write(request(videos=[], niche=""))
        assert "benchmarks and a template" in content.summary
        assert content.hooks[0].seconds == 3.0
        assert content.hooks[0].text == "The one thing about this I wish I had known earlier"
        assert content.recommendations[0].basis == "benchmark"

    def test_says_what_is_missing(self):
        content = write(request(videos=[video("a", "A", hook_timing=1.0), VideoFacts(video_id="b", title="Blank")]))
        text = " ".join(content.limitations)
        assert "Nothing was measured in: Blank" in text
        assert "Voice pacing was not measured" in text
        assert "without a language model" in text
        one = " ".join(write(request(videos=[GARDEN])).limitations)
        assert "One video was compared" in one

    def test_every_measured_number_is_the_requests(self):
        assert objections(request(), write(request())) == []
        assert set(SECTIONS) < set(StrategyContent.model_fields)

    @given(
        hook=st.floats(0.1, 60),
        cuts=st.floats(0, 120),
        lufs=st.floats(-60, 0),
        length=st.floats(1, 600),
        weeks=st.integers(1, 12),
        posts=st.integers(1, 21),
        start=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    )
    @settings(max_examples=60, deadline=None)
    def test_any_facts_give_a_valid_strategy(self, hook, cuts, lufs, length, weeks, posts, start):
        made = video("a", "A", hook_timing=hook, cut_frequency=cuts, loudness=lufs, duration=length)
        asked = request(videos=[made, GARDEN], weeks=weeks, posts_per_week=posts, start_on=start)
        content = write(asked)
        assert objections(asked, content) == []
        assert len(content.calendar) == min(400, weeks * posts * 2)


class TestObjections:
    def test_false_evidence_is_named(self):
        content = write(request())
        content.recommendations[0].evidence[0].value = 9.9
        content.hooks[0].evidence[0].fact = "invented"
        found = objections(request(), content)
        assert any("'hook_timing' of video 'a' is 1.8" in line for line in found)
        assert any("'invented' of video 'a' was not measured" in line for line in found)

    def test_platforms_and_days(self):
        content = write(request())
        found = objections(request(platforms=["tiktok"], start_on=date(2027, 1, 1)), content)
        assert "platform instagram was not asked for" in found
        assert "calendar: nothing may come before 2027-01-01" in found


class TestInputs:
    def test_x_and_duplicates(self):
        assert [str(p) for p in request(platforms=["X", "twitter", "TikTok"]).platforms] == ["twitter", "tiktok"]
        assert request(goals=["Views", "views"]).goals == ["views"]

    @pytest.mark.parametrize(
        "changes",
        [{"platforms": []}, {"platforms": "tiktok"}, {"goals": []}, {"timezone": "Mars/Base"}, {"weeks": 13}],
    )
    def test_refused(self, changes):
        with pytest.raises(ValueError):
            request(**changes)

    def test_a_time_must_be_one(self):
        content = write(request()).model_dump(mode="json")
        content["calendar"][0]["time"] = "25:00"
        with pytest.raises(ValueError, match="18:00"):
            StrategyContent.model_validate(content)
        content["calendar"][0]["time"] = "23:00"
        content["posting_schedule"]["platforms"][0]["slots"][0]["time"] = "8"
        with pytest.raises(ValueError, match="18:00"):
            StrategyContent.model_validate(content)
        assert StrategyRequest.model_validate(request().model_dump(mode="json")) == request()


def test_offline_is_english_and_says_so():
    assert any("written in English" in line for line in write(request(language="fr")).limitations)
    assert not any("written in English" in line for line in write(request(language="en-GB")).limitations)
