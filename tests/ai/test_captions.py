"""Captions: platform arithmetic, cutting, and the offline writer."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai.captions import cutting
from ai.captions.offline import keywords, write
from ai.captions.schema import CaptionRequest, Tone
from ai.captions.services import write_caption
from core.errors import ValidationFailed
from core.text.lengths import UNITS, graphemes, weighted
from platforms import PLATFORMS
from tests.growth import LINEAR, growth

FAMILY = "👨‍👩‍👧‍👦"


class TestCounting:
    @pytest.mark.parametrize(
        ("sample", "weight"),
        [
            ("hello", 5),
            ("“quotes” — dash…", 17),
            (FAMILY, 2),
            ("🇫🇷", 2),
            ("👍🏽", 2),
            ("日本", 4),
            ("see https://example.com/a/very/long/path?with=query ok", 4 + 23 + 3),
            ("(https://a.bo)", 2 + 23),
            ("at example.com", 3 + 23),
            ("é", 1),
        ],
    )
    def test_x(self, sample, weight):
        assert weighted(sample) == weight

    def test_units(self):
        assert UNITS["utf16"]("a😀") == 3
        assert UNITS["bytes"]("é😀") == 6

    def test_clusters(self):
        assert graphemes(f"a{FAMILY}🇫🇷🇩🇪é") == ["a", FAMILY, "🇫🇷", "🇩🇪", "é"]
        assert graphemes("") == []

    @pytest.mark.parametrize("name", ["x", " X", "twitter/x", "Twitter"])
    def test_platform_accepts_x(self, name):
        assert CaptionRequest(topic="Bread", platform=name).platform == "twitter"

    def test_unknown_platform_is_refused(self):
        with pytest.raises(ValueError, match="Input should be 'instagram'"):
            CaptionRequest(topic="Bread", platform="myspace")


class TestCutting:
    def test_short_text_is_untouched(self):
        assert cutting.cut("All of it.", "tiktok") == "All of it."

    def test_ends_at_a_word_with_a_mark(self):
        assert cutting.cut("one two three four", "tiktok", 12) == "one two…"
        assert cutting.cut("One two. Three four", "tiktok", 12) == "One two."

    def test_a_link_is_kept_whole_or_left_out(self):
        sample = "look https://example.com/path and more words"
        assert cutting.cut(sample, "tiktok", 31) == "look https://example.com/path …"
        assert cutting.cut(sample, "tiktok", 20) == "look…"

    def test_a_single_long_word_is_left_out(self):
        assert cutting.cut("Donaudampfschifffahrt", "tiktok", 10) == ""

    def test_scripts_without_spaces_end_at_a_sign(self):
        assert cutting.cut("日本語のとても長い文章です", "tiktok", 6) == "日本語のと…"

    @given(st.text(alphabet="ab 😀é,.\n", max_size=80), st.integers(1, 60), st.sampled_from(list(PLATFORMS)))
    @settings(max_examples=200)
    def test_always_fits_and_breaks_no_word(self, sample, limit, platform):
        result = cutting.cut(sample, platform, limit)
        assert PLATFORMS[platform].text.measure(result) <= limit
        if result != sample:
            words = sample.split()
            kept = result.replace("…", " ").split()
            assert all(any(word.startswith(k.rstrip(",;–-")) for word in words) for k in kept)
            assert len(kept) <= len(words)

    def test_fit_leaves_room_for_the_hashtags(self):
        caption, tags = cutting.fit("word " * 100, ["#one", "#two"], "twitter")
        assert tags == ["#one", "#two"]
        assert weighted(cutting.compose(caption, tags)) <= 280
        assert caption.endswith("word…")
        _, few = cutting.fit("Hi", [f"#{'x' * 60}{n}" for n in range(5)], "twitter")
        assert len(few) == 2

    def test_clean(self):
        assert cutting.clean("a <b>\r\n\n\n\nc  d ", "youtube") == "a b\n\nc d"

    def test_hashtags(self):
        words = ["Sleep", "#sleep", "late-night", "2026", "", "tip 1"]
        assert cutting.hashtags(words, "tiktok", 5) == ["#Sleep", "#latenight", "#tip1"]
        assert cutting.hashtags(words, "tiktok", 1) == ["#Sleep"]


def request(**changes):
    return CaptionRequest(**{"topic": "5 tips for better sleep", "platform": "tiktok", **changes})


class TestOffline:
    @pytest.mark.parametrize("platform", list(PLATFORMS))
    @pytest.mark.parametrize("tone", list(Tone))
    def test_every_platform_and_tone_fits(self, platform, tone):
        asked = request(platform=platform, tone=tone, context="Dim the light. Leave the phone outside. " * 20)
        answer = write(asked)
        spec = PLATFORMS[platform].text
        assert spec.measure(cutting.compose(answer.caption, answer.hashtags)) <= spec.most
        assert "tips for better sleep" in answer.caption
        assert len(answer.hashtags) == 5
        assert all(re.fullmatch(r"#\w+", tag) for tag in answer.hashtags)
        assert write(asked) == answer

    def test_tones_and_platforms_differ(self):
        assert len({write(request(tone=tone)).caption for tone in Tone}) == 4
        assert len({write(request(platform=platform)).caption for platform in PLATFORMS}) == 6

    def test_says_no_number_that_was_not_given(self):
        for tone in Tone:
            for platform in PLATFORMS:
                answer = write(request(topic="calm evenings", tone=tone, platform=platform))
                assert not re.search(r"\d", answer.caption + "".join(answer.hashtags))

    def test_tiktok_is_short_by_style(self):
        answer = write(request(context="Dim the light an hour before bed. " * 10))
        assert UNITS["utf16"](cutting.compose(answer.caption, answer.hashtags)) <= 150

    def test_context_is_used_where_there_is_room(self):
        answer = write(request(platform="linkedin", context="We measured our own nights for a month."))
        assert "We measured our own nights for a month." in answer.caption

    def test_a_given_text_is_kept_with_its_links(self):
        routine = "Our routine: https://example.com/sleep with @anna #sleep #rest"
        answer = write(request(platform="twitter", text=routine))
        assert "https://example.com/sleep with @anna" in answer.caption
        assert answer.hashtags[:2] == ["#sleep", "#rest"]

    def test_tags_at_the_end_of_a_text_become_hashtags(self):
        for written in ("Bread #warm\n#fresh  #warm", "#warm #fresh"):
            answer = write(request(topic="Bread", text=written, count=2))
            assert answer.caption.startswith("Bread ")
            assert answer.hashtags == ["#warm", "#fresh"]
        assert "C# is fine" in write(request(text="C# is fine")).caption

    @pytest.mark.parametrize("part", ["a", "#a ", "a.", "http://"])
    def test_a_text_made_to_be_slow_costs_no_more_than_its_length(self, part):
        def caption(text):
            return write(request(platform="twitter", text=text))

        assert growth(caption, lambda size: part * (size // len(part)), 5_000) < LINEAR

    def test_a_long_given_text_is_cut_to_fit(self):
        answer = write(request(platform="twitter", text="A sentence about sleep. " * 40))
        assert weighted(cutting.compose(answer.caption, answer.hashtags)) <= 280
        assert answer.caption.endswith(".")

    def test_hashtag_count(self):
        assert write(request(count=0)).hashtags == []
        assert len(write(request(count=2)).hashtags) == 2
        assert "#BetterSleep" not in write(request(topic="sleep")).hashtags

    def test_a_question_stays_one(self):
        assert write(request(topic="Why are you tired?")).caption.startswith("Why are you tired?")

    def test_keywords(self):
        assert keywords("The best Sleep and the best rest") == ["best", "Sleep", "rest"]


class TestService:
    @pytest.mark.django_db
    def test_writes_and_reports_length(self, in_workspace, env):
        written = write_caption(actor=in_workspace.bob_actor, topic="Quiet mornings", platform="X", tone="WITTY")
        assert written.platform == "twitter"
        assert written.offline
        assert written.length == weighted(cutting.compose(written.caption, written.hashtags)) <= written.limit == 280

    @pytest.mark.django_db
    def test_a_models_caption_is_made_to_fit(self, in_workspace, env, vendor):
        env(OPENAI_API_KEY="k", OPENAI_BASE_URL=vendor.url)
        vendor.replies = [{"text": '{"caption": "%s", "hashtags": ["a b", "#c", "#C", "d", "e"]}' % ("word " * 200)}]
        written = write_caption(actor=in_workspace.bob_actor, topic="x", platform="twitter", count=3)
        assert written.hashtags == ["#ab", "#c", "#d"]
        assert written.length <= 280
        assert not written.offline

    @pytest.mark.django_db
    @pytest.mark.parametrize("changes", [{"platform": "myspace"}, {"tone": "sad"}, {"topic": " "}, {"count": 31}])
    def test_bad_input(self, in_workspace, env, changes):
        with pytest.raises(ValidationFailed):
            write_caption(actor=in_workspace.bob_actor, **{"topic": "x", "platform": "tiktok", **changes})
