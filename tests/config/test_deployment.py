"""The shipped commands of production."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

FILES = ("Dockerfile", "render.yaml", "docs/operating.md")


@pytest.mark.parametrize("name", FILES)
def test_uvicorn_gives_slow_starting_workers_a_minute(name: str) -> None:
    """Its supervisor kills whoever does not answer within 5 s by default, which a busy machine's start takes."""
    text = (Path(settings.BASE_DIR) / name).read_text(encoding="utf-8")
    commands = [line for line in text.splitlines() if "uvicorn config.asgi" in line and "--workers" in line]
    assert commands
    for command in commands:
        found = re.search(r"--timeout-worker-healthcheck (\d+)", command)
        assert found is not None, command
        assert int(found[1]) >= 60


def test_the_installed_uvicorn_knows_the_option() -> None:
    said = subprocess.run([sys.executable, "-m", "uvicorn", "--help"], capture_output=True, text=True, check=True)
    assert "--timeout-worker-healthcheck" in said.stdout
