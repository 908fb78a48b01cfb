"""One folder and one line make a platform that every part of the product knows: `toy`, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

CASES = "tests/platforms/toy/cases.py"


def run(folder: Path, *more: str) -> str:
    """Run the cases with the toy registered; what pytest said."""
    own = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PYTEST_XDIST_WORKER", "COV_CORE_SOURCE")
    kept = {name: value for name, value in os.environ.items() if name not in own}
    argv = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*argv, "--ds=tests.platforms.toy.settings", *more, CASES],
        cwd=settings.BASE_DIR,
        env={**kept, "VAR_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    return done.stdout


@pytest.mark.timeout(900)
def test_a_platform_of_one_folder_and_one_line_works_everywhere(tmp_path: Path) -> None:
    assert "11 passed" in run(tmp_path, "-m", "not slow")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_autopilot_publishes_to_it(tmp_path: Path) -> None:
    assert "1 passed" in run(tmp_path, "-m", "slow")
