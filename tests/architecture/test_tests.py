"""Tests wait for conditions, and sign people in through the cast."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
FILES = sorted(TESTS.rglob("*.py"))


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """The line and the name of everything that a file calls."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            yield node.lineno, name


@pytest.mark.parametrize(
    ("name", "home"), [("sleep", "waits.py"), ("wait_for_timeout", ""), ("force_login", "factories.py")]
)
def test_is_called_in_one_place_at_most(name, home):
    found = [
        f"{path.relative_to(TESTS)}:{line}"
        for path in FILES
        if path != TESTS / home
        for line, called in calls(path)
        if called == name
    ]
    assert not found
