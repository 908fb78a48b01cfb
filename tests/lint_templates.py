"""Refuses in templates what the Content-Security-Policy blocks, and long lines: `python -m tests.lint_templates`."""

import re
import sys
from pathlib import Path

from tests.wrap_templates import LONGEST

ROOT = Path(__file__).resolve().parent.parent / "templates"
BANNED = (
    (re.compile(r"<[^>]*\sstyle\s*="), "inline style attribute"),
    (re.compile(r"<style\b"), "inline style element"),
    (re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")"), "inline script"),
    (re.compile(r"\son[a-z]+\s*=\s*[\"']"), "inline event handler"),
    (re.compile(r"\bhx-on[:=-]"), "hx-on"),
    (re.compile(r"hx-vals\s*=\s*[\"']\s*js:"), "hx-vals js:"),
    (re.compile(r"hx-trigger\s*=\s*[\"'][^\"']*\["), "trigger filter"),
    (re.compile(r"\bhx-boost\b"), "hx-boost"),
    (re.compile(r"javascript:"), "javascript: address"),
)


def problems(text: str) -> list[tuple[int, str]]:
    """Line numbers and names of what is banned in a template."""
    found = [
        (number, f"{len(line)} characters, {LONGEST} at most")
        for number, line in enumerate(text.split("\n"), 1)
        if len(line) > LONGEST
    ]
    text = re.sub(r"{#.*?#}", "", text)
    for pattern, name in BANNED:
        found += [(text.count("\n", 0, match.start()) + 1, name) for match in pattern.finditer(text)]
    return found


def main() -> int:
    found = 0
    for path in sorted(ROOT.rglob("*.html")):
        for line, name in problems(path.read_text()):
            sys.stdout.write(f"templates/{path.relative_to(ROOT)}:{line}: {name}\n")
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
