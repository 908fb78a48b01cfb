"""The difference of two values in words."""

import pytest

from patterns.differences import in_words
from patterns.levels import SCALES


@pytest.mark.parametrize(
    ("type", "first", "other", "words"),
    [
        ("cut_frequency", (18.0, "medium"), (30.0, "fast"), "12 more cuts/min"),
        ("cut_frequency", (30.0, "fast"), (18.0, "medium"), "12 fewer cuts/min"),
        ("hook_timing", (2.0, "middle"), (1.2, "middle"), "0.8 s earlier"),
        ("hook_timing", (2.0, "middle"), (20.0, "no_cut"), "Never cuts"),
        ("hook_timing", (20.0, "no_cut"), (2.0, "middle"), "Cuts; the first does not"),
        ("hook_timing", (20.0, "no_cut"), (9.0, "no_cut"), "Neither cuts"),
        ("first_text", (2.0, "early"), (20.0, "no_text"), "Shows no text"),
        ("overlay_density", (0.2, "some"), (0.5, "mostly"), "30 points more text"),
        ("loudness", (-20.0, "usual"), (-14.0, "usual"), "6.0 LU louder"),
        ("aspect", (1.7778, "landscape"), (0.5625, "portrait"), "9:16 instead of 16:9"),
        ("aspect", (0.62, "portrait"), (1.0, "square"), "1:1 instead of 0.62:1"),
        ("speech", (0.2, "some"), (0.5, "mostly"), "30 points more speech"),
        ("speech", (0.50, "mostly"), (0.51, "mostly"), "About the same"),
        ("hook_style", (0.0, "question"), (0.0, "question"), "The same"),
        ("hook_style", (8.0, "montage"), (0.0, "question"), "Question instead of Montage"),
        ("motion", None, (0.5, "lively"), "Not known"),
        ("motion", (0.5, "lively"), None, "Not known"),
    ],
)
def test_words(type, first, other, words):
    assert in_words(type, first, other) == words


@pytest.mark.parametrize("type", list(SCALES))
def test_every_type_has_words(type):
    low, high = SCALES[type].levels[0].name, SCALES[type].levels[-2].name
    assert in_words(type, (0.0, low), (3.0, high))
