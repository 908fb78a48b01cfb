"""How processes of ours start others."""

import ast
from pathlib import Path

from django.conf import settings


def test_nothing_runs_between_fork_and_exec() -> None:
    """A thread of the parent may hold a lock there that nobody ever releases; limits belong in `videofile.launch`."""
    folders = [*settings.HOUSE, "config", "sandbox", "benchmarks", "videofile"]
    paths = [path for folder in folders for path in sorted((Path(settings.BASE_DIR) / folder).rglob("*.py"))]
    found = [
        f"{path.relative_to(settings.BASE_DIR)}:{node.value.lineno}"
        for path in paths
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword) and node.arg == "preexec_fn"
    ]
    assert not found
