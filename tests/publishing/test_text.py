"""Counting by the same vectors as the browser."""

import json
from pathlib import Path

import pytest

from publishing.text import UNITS, length

CASES = json.loads((Path(__file__).parents[1] / "vectors/counters.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_unit_counts_as_the_browser_does(case: dict[str, object]) -> None:
    expected = {name: value for name, value in case.items() if name in UNITS}
    assert {name: length(str(case["text"]), name) for name in expected} == expected
    assert set(expected) == set(UNITS)
