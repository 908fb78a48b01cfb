"""Counting and finding links by the same vectors as the browser."""

import json
from pathlib import Path

import pytest

from core.text import entities, links
from core.text.lengths import UNITS, length
from tests.growth import LINEAR, growth

VECTORS = Path(__file__).parents[1] / "vectors"
CASES = json.loads((VECTORS / "counters.json").read_text())["cases"]
LINKS = json.loads((VECTORS / "links.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_unit_counts_as_the_browser_does(case: dict[str, object]) -> None:
    expected = {name: value for name, value in case.items() if name in UNITS}
    assert {name: length(str(case["text"]), name) for name in expected} == expected
    assert set(expected) == set(UNITS)


@pytest.mark.parametrize("case", LINKS, ids=lambda case: case["name"])
def test_links_are_found_where_x_finds_them(case: dict[str, object]) -> None:
    text = str(case["text"])
    assert [text[link.start : link.end] for link in links.find(text)] == case["links"]


@pytest.mark.parametrize(
    "part", ["a", "a.", "あ.", "a.com", "http://", "http://a.co/", "(a", "a_b.", "-.a", "x.co?", "$a."]
)
def test_a_text_made_to_be_slow_costs_no_more_than_its_length(part: str) -> None:
    def text(size: int) -> str:
        return "http://a.com/" + part * (size // len(part))

    assert growth(lambda long: list(links.find(long)), text, 15_000) < LINEAR


def test_facts_are_told_from_words() -> None:
    text = "20% off at example.com/a#b: see @anna, ask .@bob-b (ada@example.com), 3 × 4 €! #été #1 C# #ok見て"
    assert [(one.kind.value, one.text) for one in entities.find(text)] == [
        ("number", "20%"), ("link", "example.com/a#b"), ("mention", "@anna"), ("mention", "@bob-b"),
        ("number", "3"), ("number", "4 €"), ("hashtag", "#été"), ("number", "1"), ("hashtag", "#ok見て"),
    ]  # fmt: skip
