"""Nobody but the platforms' own folders names a platform."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from platforms import CONNECTORS

ROOT = Path(settings.BASE_DIR)
OWN = ("platforms", "publishing/platforms", "sandbox/platforms")
# What is no code of the product: it may stage a platform by its name.
BESIDE = (
    "tests",
    "benchmarks",
    "frontend/node_modules",
    "frontend/dist",
    "frontend/tests",
    "var",
    "staticfiles",
    ".venv",
)
KEYS = frozenset(CONNECTORS)
IN_QUOTES = re.compile(rf"""["'](?:{"|".join(sorted(KEYS))})["']""")


def files(*suffixes: str) -> list[Path]:
    """Every file of the product with one of the suffixes, outside the platforms' own folders and migrations."""
    skipped = tuple(ROOT / name for name in (*OWN, *BESIDE))
    found = [path for path in ROOT.rglob("*") if path.suffix in suffixes]
    return [
        path for path in found if "migrations" not in path.parts and not any(path.is_relative_to(s) for s in skipped)
    ]


def literals(source: str) -> Iterator[tuple[int, str]]:
    """Line and value of each string of a module that is exactly a platform's key."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and node.value in KEYS:
            yield node.lineno, str(node.value)


def test_no_module_names_a_platform() -> None:
    named = [
        f"{path.relative_to(ROOT)}:{line}: {key}" for path in files(".py") for line, key in literals(path.read_text())
    ]
    assert named == []


def test_no_template_script_or_style_names_a_platform() -> None:
    named = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in files(".html", ".js", ".mjs", ".css")
        if (found := IN_QUOTES.search(path.read_text()))
    ]
    assert named == []


@pytest.mark.parametrize("source", ['if platform == "tiktok": pass', 'TABLE = {"linkedin": 3}', 'f("blotato")'])
def test_a_name_in_a_module_is_found(source: str) -> None:
    assert list(literals(source))


def test_a_sentence_may_name_a_platform() -> None:
    assert not list(literals('"""Like tiktok."""\nTEXT = "Posts of tiktok wait."'))
