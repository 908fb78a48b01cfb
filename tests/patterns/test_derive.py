"""From facts to comparable values."""

import pytest

from patterns.categories import CATEGORIES
from patterns.derive import patterns_of
from patterns.levels import SCALES, level_words, scale
from patterns.models import PatternType

MEASURED = set(PatternType) - set(CATEGORIES)


def by_type(facts):
    return {found.type: found for found in patterns_of(facts)}


class TestValues:
    def test_every_type_is_found(self, facts):
        found = by_type(facts)
        assert set(found) == MEASURED
        assert {kind: value.value for kind, value in found.items()} == {
            "hook_timing": 0.8,
            "hook_motion": 0.6,
            "cut_frequency": 6.0,
            "shot_length": 4.2,
            "motion": 0.2,
            "first_text": 2.0,
            "overlay_density": 0.3,
            "loudness": -14.2,
            "silence": 0.1,
            "speech": 0.2,
            "speech_rate": 4.1,
            "music": 0.7,
            "duration": 20.0,
            "aspect": 0.5625,
        }

    def test_evidence_and_confidence(self, facts):
        found = by_type(facts)
        assert found["hook_timing"].evidence == {"times_s": [0.8]}
        assert found["hook_timing"].confidence == 0.9
        assert found["cut_frequency"].confidence == 0.8
        assert found["cut_frequency"].evidence == {"times_s": [0.8, 5.0], "count": 2}
        assert found["silence"].evidence == {"spans_s": [[6.0, 8.0]]}
        assert found["music"].evidence == {"tempo_bpm": 120.0}

    def test_a_video_without_cuts(self, facts):
        found = by_type({**facts, "cuts": []})
        assert (found["hook_timing"].value, found["hook_timing"].bucket) == (20.0, "no_cut")
        assert found["hook_timing"].evidence == {"note": "There is no cut."}
        assert (found["cut_frequency"].value, found["cut_frequency"].confidence) == (0.0, 1.0)

    def test_texts(self, facts):
        found = by_type(facts)
        assert found["first_text"].evidence == {"times_s": [2.0], "text": "Three tips"}
        assert found["overlay_density"].evidence == {"spans_s": [[2.0, 6.0], [5.0, 8.0]], "count": 2}

    def test_a_doubtful_reading_is_no_evidence(self, facts):
        doubtful = {"start_s": 0.5, "end_s": 1.0, "text": "THE PEACH OPE", "confidence": 0.86, "box": {}}
        found = by_type({**facts, "overlays": [doubtful, *facts["overlays"]]})
        assert found["first_text"].evidence == {"times_s": [2.0], "text": "Three tips"}
        assert found["overlay_density"].evidence["count"] == 2
        alone = by_type({**facts, "overlays": [doubtful]})
        assert {"first_text", "overlay_density"} & set(alone) == set()  # neither text nor no text is claimed

    def test_a_doubtful_fragment_of_speech_is_no_evidence(self, facts):
        fragment = {"start_s": 12.0, "end_s": 12.9, "confidence": 0.4}
        found = by_type({**facts, "speech": [*facts["speech"], fragment]})
        assert found["speech"].evidence == {"spans_s": [[1.5, 5.5]]}

    def test_a_video_without_texts(self, facts):
        found = by_type({**facts, "overlays": []})
        assert (found["first_text"].value, found["first_text"].bucket) == (20.0, "no_text")
        assert (found["overlay_density"].value, found["overlay_density"].bucket) == (0.0, "none")

    def test_a_video_without_sound_has_no_patterns_of_sound(self, facts):
        silent = {**facts, "has_audio": False, "speech": None, "speech_stats": None}
        assert MEASURED - set(by_type(silent)) == {"loudness", "silence", "speech", "speech_rate", "music"}

    @pytest.mark.parametrize(
        ("missing", "types"),
        [
            ("cuts", {"hook_timing", "cut_frequency", "shot_length"}),
            ("pace", {"shot_length"}),
            ("overlays", {"first_text", "overlay_density"}),
            ("motion", {"motion"}),
            ("hook", {"hook_motion"}),
            ("loudness", {"loudness"}),
            ("silences", {"silence"}),
            ("music", {"music"}),
            ("speech", {"speech", "speech_rate"}),
        ],
    )
    def test_a_layer_that_failed_supports_nothing(self, facts, missing, types):
        assert MEASURED - set(by_type({**facts, missing: None})) == types

    def test_nothing_at_all(self):
        assert patterns_of({}) == []

    def test_the_same_facts_give_the_same_patterns(self, facts):
        assert patterns_of(facts) == patterns_of(facts)


class TestLevels:
    @pytest.mark.parametrize(
        ("type", "value", "level"),
        [
            ("hook_timing", 0.99, "early"),
            ("hook_timing", 1.0, "middle"),
            ("cut_frequency", 50, "very_fast"),
            ("duration", 15.0, "up_to_15_s"),
            ("duration", 15.01, "up_to_30_s"),
            ("duration", 600, "over_60_s"),
            ("aspect", 1.0, "square"),
            ("loudness", -14, "usual"),
        ],
    )
    def test_where_values_fall(self, type, value, level):
        assert scale(type).level(value).name == level

    def test_scales_are_complete_and_ordered(self):
        assert set(SCALES) == set(PatternType)
        for one in SCALES.values():
            edges = [level.below for level in one.levels]
            assert edges == sorted(edges)
            assert edges[-1] == float("inf")
            assert len({level.name for level in one.levels}) == len(edges)
            assert one.spread > 0

    @pytest.mark.parametrize("type", list(PatternType))
    def test_values_are_shown_in_words(self, type):
        assert scale(type).show(0.5)
        assert level_words(type, SCALES[type].levels[0].name) != SCALES[type].levels[0].name

    def test_a_level_of_an_older_engine_shows_its_name(self):
        assert level_words("motion", "wild") == "wild"
