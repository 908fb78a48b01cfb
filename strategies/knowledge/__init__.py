"""What is known from outside: benchmarks with source and date, and templates of niches. Data, not opinions in code."""

import json
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent


@cache
def _load(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((_HERE / f"{name}.json").read_text(encoding="utf-8"))
    return data


def benchmarks() -> dict[str, Any]:
    """The versioned table of benchmarks; each entry carries `source` and `as_of`."""
    return _load("benchmarks")


def niche(name: str) -> dict[str, Any]:
    """The template whose words occur in a niche's name, else the general one."""
    wanted = name.casefold()
    templates: dict[str, dict[str, Any]] = _load("niches")
    for key, template in templates.items():
        if key != "general" and any(word in wanted for word in template["words"]):
            return template
    return templates["general"]


def niche_names() -> list[str]:
    """Names of the templates, for suggestions in a form."""
    return sorted(str(template["name"]) for key, template in _load("niches").items() if key != "general")
