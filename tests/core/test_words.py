"""The beginning of a text, as sentences show it."""

import pytest

from core.formatting import excerpt

LONG = "Could your balcony feed you? Five herbs, all in one pot: a list"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("Short and whole", "Short and whole"),
        ("Two\nlines  of it", "Two lines of it"),
        (LONG, LONG.removesuffix(" list") + "…"),
        ("word " * 20, "word " * 11 + "word…"),
        ("x" * 61, "x" * 60 + "…"),
        ("x" * 60, "x" * 60),
    ],
)  # fmt: skip
def test_a_long_text_is_cut_at_a_word_and_says_that_more_follows(text: str, shown: str) -> None:
    assert excerpt(text) == shown
