"""Fitting a person's text to a platform: what was written is kept, or named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai.captions.fitting import fit, restored
from ai.captions.offline import write
from ai.captions.schema import CaptionRequest
from ai.captions.services import write_caption
from ai.errors import AiError
from core.errors import ValidationFailed
from core.text import entities
from platforms import PLATFORMS

LONG = (
    "Today I tried filming the whole routine in one take with three lights and no cuts, and it took me 14 attempts "
    "until the last one finally worked the way I had imagined it when I wrote the script two weeks ago. The full story "
    "with all the outtakes is here: https://example.com/one-take?utm=x with @anna. 20% off until Friday! "
    "#filming #onetake #bts"
)
WORDS = {
    "English": "today we tried to film the whole routine in one take",
    "German": "heute drehen wir die ganze Übung in einem einzigen Zug",
    "Russian": "сегодня мы снимаем всё одним дублем без монтажа",
    "Arabic": "اليوم نصور الفيديو كاملا مرة واحدة بدون قطع",
    "Hindi": "आज हम पूरा वीडियो एक ही बार में बनाते हैं",
    "Thai": "วันนี้เราถ่ายวิดีโอทั้งหมดในครั้งเดียว",
    "Japanese": "今日は一回で全部撮影しました。とても楽しかったです。",
    "emoji": "🔥👨‍👩‍👧‍👦🇫🇷 👍🏽 ❤️",
}
FACTS = st.sampled_from(
    ["https://example.com/a?b=c", "example.org", "http://ああ.com/x", "@anna", "@bob.b", "20%", "3.5k", "€1,200", "14",
     "#bts", "#été", "#短視頻", "#one_take", "2026-05-01"]
)  # fmt: skip
SENTENCE = st.sampled_from([*WORDS.values()])


@st.composite
def posts(draw):
    """A text of many sentences in one language or several, with facts between and at the end."""
    parts = []
    for _ in range(draw(st.integers(1, 14))):
        words = draw(SENTENCE).split(" ")
        for _ in range(draw(st.integers(0, 3))):
            words.insert(draw(st.integers(0, len(words))), draw(FACTS))
        parts.append(" ".join(words) + draw(st.sampled_from([". ", "! ", "\n", "\n\n", " ", "… "])))
    tags = [f"#tag{number}" for number in range(draw(st.integers(0, 40)))]
    return "".join(parts) + " ".join(tags)


@given(posts(), st.sampled_from(list(PLATFORMS)), st.integers(1, 6))
@settings(max_examples=150, deadline=None)
def test_what_a_person_wrote_is_kept_or_named_and_nothing_is_invented(text, platform, times):
    text = text * times
    found = fit(text, platform)
    spec = PLATFORMS[platform].text
    assert spec.measure(found.text) <= spec.most
    named = {word.casefold() for each in found.left_out for word in each.words}
    assert entities.keys(text) <= entities.keys(found.text) | named
    assert entities.keys(found.text) <= entities.keys(text)
    tags = {one.key for one in entities.find(found.text) if one.kind is entities.EntityKind.HASHTAG}
    assert len(tags) <= spec.hashtags
    for each in found.left_out:
        assert str(each).startswith("Left out: ")
        assert PLATFORMS[platform].label in str(each)


@given(posts(), st.sampled_from(list(PLATFORMS)))
@settings(max_examples=60, deadline=None)
def test_what_a_model_forgot_is_put_back_or_named(text, platform):
    found = restored(text, "A model wrote this instead. #new", platform)
    assert PLATFORMS[platform].text.measure(found.text) <= PLATFORMS[platform].text.most
    named = {word.casefold() for each in found.left_out for word in each.words}
    assert entities.keys(text) <= entities.keys(found.text) | named


def test_the_link_the_mention_the_numbers_and_the_tags_survive_the_fit_to_x():
    found = fit(LONG, "twitter")
    assert not found.left_out
    assert found.text.startswith("Today I tried filming the whole routine")
    for kept in (
        "https://example.com/one-take?utm=x",
        "@anna",
        "14 attempts",
        "20% off until Friday!",
        "#filming #onetake #bts",
    ):
        assert kept in found.text


def test_a_text_that_fits_is_left_alone():
    text = "Short and sweet 5\n\nsee example.com #a #b"
    assert fit(text, "twitter").text == text


def test_what_cannot_fit_is_named_with_the_reason():
    tags = " ".join(f"#{'x' * 50}{number}" for number in range(7))
    found = fit(f"Look. {tags}", "twitter")
    gone = ", ".join(tags.split()[5:])
    assert [str(each) for each in found.left_out] == [f"Left out: {gone}, because X takes 280 characters."]
    many = fit("Hello " + " ".join(f"#t{number}" for number in range(17)), "youtube")
    assert [str(each) for each in many.left_out] == ["Left out: #t15, #t16, because YouTube takes 15 hashtags."]
    assert [str(each) for each in fit("I <3 this", "youtube").left_out] == [
        "Left out: <, because YouTube does not take it."
    ]


def test_no_hashtag_is_made_out_of_the_words_of_a_sentence():
    asked = CaptionRequest(topic="Today I tried filming", text=LONG, platform="twitter", count=5)
    assert write(asked).hashtags == ["#filming", "#onetake", "#bts"]
    topic = CaptionRequest(topic="Today I tried filming the whole long routine again", platform="tiktok")
    context = CaptionRequest(topic="bread", context="Knead it slowly. #sourdough", platform="tiktok")
    assert not {tag for tag in write(topic).hashtags if tag.casefold()[1:] in LONG.casefold().split()}
    assert write(context).hashtags[:2] == ["#sourdough", "#bread"]
    assert "#Knead" not in write(context).hashtags


@pytest.mark.django_db
def test_a_proposal_says_what_it_left_out(in_workspace, env):
    tags = " ".join(f"#{'x' * 50}{number}" for number in range(7))
    written = write_caption(
        actor=in_workspace.bob_actor, topic="Look", platform="x", text_to_fit=f"Look at this. {tags}", count=0
    )
    assert [line.endswith("because X takes 280 characters.") for line in written.left_out] == [True]
    assert written.length == PLATFORMS["twitter"].text.measure(written.text) <= 280


@pytest.mark.django_db
def test_what_a_model_left_out_of_a_text_comes_back(in_workspace, env, vendor):
    env(OPENAI_API_KEY="k", OPENAI_BASE_URL=vendor.url)
    vendor.replies = [{"text": '{"caption": "One take, many lights.", "hashtags": ["#BTS", "#invented"]}'}]
    written = write_caption(actor=in_workspace.bob_actor, topic="x", platform="x", text_to_fit=LONG, count=0)
    for kept in ("https://example.com/one-take?utm=x", "@anna", "#filming", "#onetake", "#BTS"):
        assert kept in written.text
    assert "#invented" not in written.text
    assert written.left_out == ["Left out: 14, 20%, because they are not in the new wording."]


@pytest.mark.django_db
def test_a_text_of_which_nothing_fits_is_refused_with_a_sentence(in_workspace, env):
    with pytest.raises(ValidationFailed) as refused:
        write_caption(actor=in_workspace.bob_actor, topic="x", platform="x", text_to_fit="a" * 600)
    assert refused.value.code == AiError.REQUEST_INVALID
