"""Pages draw: they ask selectors and services, and hold no query of their own."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "pages").rglob("*.py"))

# Methods that only managers and querysets have, among ours too. `values`, `create` and the like are no sign by name.
QUERIES = {
    "aggregate", "aiterator", "alive", "annotate", "bulk_create", "bulk_update", "defer", "distinct", "exclude",
    "filter", "for_cards", "for_workspace", "get_or_create", "in_bulk", "order_by", "prefetch_related",
    "select_for_update", "select_related", "update_or_create", "using", "values_list",
}  # fmt: skip
MANAGERS = {"objects", "_base_manager", "_default_manager"}
WRITES = {"delete", "refresh_from_db", "save"}
# A type to annotate what a selector gives, and the error of a database that is away.
MAY_IMPORT = {("django.db.models", "QuerySet"), ("django.db", "Error")}
# `register.filter` makes a filter of templates.
NO_QUERY = {("register", "filter")}


def queries(source: str) -> Iterator[str]:
    """What a module does with the database by itself, each with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
            yield f"{node.lineno}: .{node.attr}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner, name = node.func.value, node.func.attr
            of = owner.id if isinstance(owner, ast.Name) else ""
            # Services take arguments (`trash.delete(actor=…)`); a row deletes and saves itself without.
            if (name in QUERIES and (of, name) not in NO_QUERY) or (name in WRITES and not node.keywords):
                yield f"{node.lineno}: .{name}()"
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[:2] == ["django", "db"]:
            for alias in node.names:
                if (node.module, alias.name) not in MAY_IMPORT:
                    yield f"{node.lineno}: from {node.module} import {alias.name}"
        elif isinstance(node, ast.Import):
            yield from (f"{node.lineno}: import {one.name}" for one in node.names if one.name.startswith("django.db"))


def test_there_are_pages() -> None:
    assert len(FILES) > 40


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_holds_no_query(path: Path) -> None:
    assert list(queries(path.read_text())) == []


@pytest.mark.parametrize(
    "source",
    [
        "Video.objects",
        "rows.filter(pk=1)",
        "selectors.videos(actor).order_by('id')",
        "video.tags.select_related('x')",
        "video.save()",
        "video.delete()",
        "from django.db.models import Q",
        "from django.db import transaction",
        "import django.db",
    ],
)
def test_a_query_is_seen(source: str) -> None:
    assert list(queries(source))


@pytest.mark.parametrize(
    "source", ["register.filter('x')", "trash.delete(actor=1)", "from django.db.models import QuerySet", "{}.values()"]
)
def test_what_only_looks_like_a_query_is_let_through(source: str) -> None:
    assert not list(queries(source))
