"""Claims against facts, and what the facts alone allow."""

import pytest

from patterns.categories import CATEGORIES
from patterns.levels import SCALES, apart, level_words, shown
from patterns.meaning import offline, rows
from patterns.meaning.contradictions import judge
from patterns.meaning.schema import MeaningAnswer, MeaningRequest
from patterns.models import PatternType
from patterns.reading_meaning import facts_for_model

NOTHING = dict.fromkeys(("hook_style", "topic", "emotion", "call_to_action", "overlay_style", "structure"))


def cite(time_s, channel="picture", what="A hand opens the box."):
    return {"time_s": time_s, "channel": channel, "what": what}


def claim(value, *cites, **more):
    return {"value": value, "confidence_p": 0.8, "cites": list(cites), **more}


def answer(**claims) -> MeaningAnswer:
    return MeaningAnswer.model_validate({**NOTHING, "summary": "It shows.", **claims})


def derived(facts) -> MeaningAnswer:
    return offline.answer(MeaningRequest(checksum="c", engine_version="9", facts=facts))


class TestContradictions:
    def test_what_agrees_stands(self, facts):
        said = answer(
            hook_style=claim("demonstration", cite(0.4)),
            call_to_action=claim("follow", cite(5.0, "speech"), words="Follow me"),
        )
        kept, dropped = judge(facts, said)
        assert (kept, dropped) == (said, [])

    @pytest.mark.parametrize(
        ("moment", "why"),
        [
            (cite(93.0), "The video ends at 20.0 s."),
            (cite(-1.0), "A video begins at 0 s."),
            (cite(15.0, "speech"), "Nobody was measured to speak at 15.0 s."),
            (cite(7.01, "sound"), ""),  # the slack from 6–8 s leaves nothing that is surely silent but its middle
        ],
    )
    def test_a_moment_that_a_fact_refutes(self, facts, moment, why):
        facts["silences"] = [{"start_s": 6.0, "end_s": 8.0, "kind": "silence"}]
        kept, dropped = judge(facts, answer(emotion=claim("joy", cite(1.0), moment)))
        if not why:
            assert dropped == []
            return
        (one,) = dropped
        assert (one.claim, one.why, one.time_s) == ("emotion", why, moment["time_s"])
        assert [left.time_s for left in kept.emotion.cites] == [1.0]

    def test_silence_refutes_a_sound(self, facts):
        facts["silences"] = [{"start_s": 4.0, "end_s": 12.0, "kind": "silence"}]
        kept, dropped = judge(facts, answer(emotion=claim("calm", cite(8.0, "sound"))))
        assert kept.emotion is None
        assert [one.why for one in dropped] == [
            "It is silent at 8.0 s.", "No moment that was named for it agrees with the measurement.",
        ]  # fmt: skip

    def test_a_claim_without_a_moment_falls(self, facts):
        kept, dropped = judge(facts, answer(topic=claim("food", words="Bread")))
        assert kept.topic is None
        assert dropped[0].why == "It names no moment that shows it."

    def test_no_sound_no_words(self, facts):
        facts |= {"has_audio": False, "speech": None}
        kept, dropped = judge(facts, answer(structure=claim("talking_head", cite(1.0), parts=[])))
        assert kept.structure is None
        assert dropped[0].why == "No speech was measured."

    def test_whole_claims(self, facts):
        uncut = {**facts, "cuts": []}
        assert judge(uncut, answer(hook_style=claim("montage", cite(0.5))))[0].hook_style is None
        assert judge(uncut, answer(structure=claim("montage", cite(0.5), parts=[])))[0].structure is None
        dropped = judge(facts, answer(structure=claim("single_shot", cite(0.5), parts=[])))[1]
        assert dropped[0].why == "2 cuts were measured."

    def test_a_layer_that_was_not_measured_refutes_nothing(self, facts):
        facts["layers"] = {
            name: {"status": "failed", "message": "x"} for name in ("cuts", "speech", "overlays", "silence")
        }
        facts |= {"overlays": [], "cuts": []}
        said = answer(
            hook_style=claim("montage", cite(0.5)), overlay_style=claim("captions", cite(3.0, "text")),
            emotion=claim("joy", cite(15.0, "speech")),
        )  # fmt: skip
        assert judge(facts, said) == (said, [])

    def test_text(self, facts):
        facts["overlays"] = [{"start_s": 2.0, "end_s": 4.0, "text": "Stop"}]
        kept, dropped = judge(facts, answer(overlay_style=claim("none", cite(0.0))))
        assert kept.overlay_style is None
        assert "the first at 2.0 s" in dropped[0].why
        assert judge(facts, answer(overlay_style=claim("headline", cite(2.5, "text"))))[1] == []
        assert judge(facts, answer(overlay_style=claim("headline", cite(12.0, "text"))))[0].overlay_style is None
        facts["overlays"] = []
        assert judge(facts, answer(hook_style=claim("text_first", cite(0.1))))[0].hook_style is None

    def test_parts_lie_in_the_video_one_after_the_other(self, facts):
        parts = [
            {"role": "hook", "start_s": 0.0, "end_s": 3.0, "words": "a"},
            {"role": "point", "start_s": 3.0, "end_s": 20.3, "words": "b"},
            {"role": "proof", "start_s": 10.0, "end_s": 12.0, "words": "overlaps"},
            {"role": "ending", "start_s": 21.0, "end_s": 25.0, "words": "too late"},
        ]
        kept, dropped = judge(facts, answer(structure=claim("story", cite(1.0), parts=parts)))
        assert [(part.start_s, part.end_s) for part in kept.structure.parts] == [(0.0, 3.0), (3.0, 20.0)]
        assert [one.said for one in dropped] == ["overlaps", "too late"]


class TestOffline:
    def test_the_same_facts_give_the_same_answer_and_stand(self, facts):
        said = derived(facts)
        assert said == derived(facts)
        assert judge(facts, said) == (said, [])

    def test_nothing_is_guessed(self, facts):
        said = derived(facts)
        assert (said.topic, said.emotion, said.call_to_action, said.summary) == (None, None, None, "")

    @pytest.mark.parametrize(
        ("change", "style"),
        [
            ({"cuts": [{"time_s": at, "confidence": 1} for at in (0.5, 1.2, 2.0)]}, "montage"),
            ({"overlays": [{"start_s": 0.2, "end_s": 2, "text": "3 mistakes"}]}, "text_first"),
            ({"hook": {"window_s": 3.0, "first_speech_s": 0.4}}, "voice_first"),
            ({"hook": {"window_s": 3.0, "motion": 0.6, "motion_step": 2.0}}, "motion_first"),
            ({"hook": {"window_s": 3.0, "loudness_step_lu": -8.0}}, "quiet_open"),
            ({"hook": {"window_s": 3.0}}, None),
            ({"hook": None}, None),
        ],
    )
    def test_hooks(self, facts, change, style):
        said = derived({**facts, **change}).hook_style
        assert (said.value if said else None) == style
        if said:
            assert said.confidence_p <= 0.7
            assert said.cites

    def test_structure(self, facts):
        assert derived({**facts, "cuts": [], "transitions": []}).structure.value == "single_shot"
        cuts = [{"time_s": float(at), "confidence": 1} for at in range(1, 20)]
        assert derived({**facts, "cuts": cuts, "speech_stats": {"share_ratio": 0.0}}).structure.value == "montage"
        talking = derived({**facts, "speech_stats": {"share_ratio": 0.8}}).structure
        assert talking.value == "talking_head"
        assert [part.role for part in talking.parts] == ["hook", "body"]
        assert derived(facts).structure is None

    def test_text_in_the_picture(self, facts):
        def texts(*pairs):
            return {**facts, "overlays": [{"start_s": at, "end_s": at + 1, "text": text} for at, text in pairs]}

        assert derived({**facts, "overlays": []}).overlay_style.value == "none"
        assert derived({**facts, "overlays": None}).overlay_style is None
        assert derived(texts((0.5, "Hello"))).overlay_style.value == "headline"
        assert derived(texts((5, "1. Mix"), (9, "2. Bake"))).overlay_style.value == "steps"
        assert derived(texts((5, "Oven"), (9, "Flour"))).overlay_style.value == "labels"
        found = derived(texts((5, "Oven"), (18, "Follow for more"))).call_to_action
        assert (found.value, found.cites[0].time_s) == ("follow", 18.0)
        assert derived(texts((5, "Link in bio"))).call_to_action.value == "link"

    def test_doubtful_readings_support_no_claim(self, facts):
        doubtful = {"start_s": 0.4, "end_s": 2.0, "text": "FOLLOW PEACH OPE", "confidence": 0.86}
        said = derived({**facts, "overlays": [doubtful], "hook": {"window_s": 3.0}})
        assert (said.overlay_style, said.call_to_action, said.hook_style) == (None, None, None)
        fragment = {"start_s": 1.0, "end_s": 1.9, "confidence": 0.4}
        said = derived({**facts, "speech": [fragment], "speech_stats": {"share_ratio": 0.8}})
        assert said.structure is None

    def test_a_model_is_told_only_what_is_sure_and_refuted_only_by_it(self, facts):
        doubtful = {"start_s": 0.4, "end_s": 2.0, "text": "PEACH OPE", "confidence": 0.86}
        facts = {**facts, "overlays": [doubtful], "speech": [{"start_s": 1, "end_s": 1.9, "confidence": 0.4}]}
        assert (facts_for_model(facts)["overlays"], facts_for_model(facts)["speech"]) == ([], [])
        for style, text in (("none", cite(0.5)), ("labels", cite(0.5, "text"))):
            said = answer(overlay_style=claim(style, text))
            assert judge(facts, said) == (said, [])


class TestVocabularies:
    def test_every_word_has_a_level_and_a_sentence(self):
        for type_, words in CATEGORIES.items():
            for index, name in enumerate(words):
                assert SCALES[type_].level(float(index)).name == name
                assert level_words(type_, name) not in ("", name)
                assert shown(type_, float(index), name) == words[name][0]
            assert not SCALES[type_].ordered

    def test_words_are_the_same_or_not(self):
        assert apart("hook_style", (0.0, "question"), (9.0, "text_first")) == 1.0
        assert apart("hook_style", (0.0, "question"), (0.0, "question")) == 0.0
        assert apart("cut_frequency", (10.0, "medium"), (40.0, "fast")) == 2.0

    def test_claims_become_patterns(self):
        parts = [{"role": "hook", "start_s": 0, "end_s": 3, "words": "w"}]
        said = answer(
            topic=claim("food", cite(1.0), words="Bread"), structure=claim("list", cite(2.0), cite(4.0), parts=parts)
        )
        topic, structure = rows.patterns_of(said)
        assert (topic.type, topic.bucket, topic.unit, topic.confidence) == (PatternType.TOPIC, "food", "category", 0.8)
        assert (topic.evidence["words"], topic.evidence["times_s"]) == ("Bread", [1.0])
        assert structure.evidence["times_s"] == [2.0, 4.0]
        assert structure.evidence["parts"][0]["role"] == "hook"
