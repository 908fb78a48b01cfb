"""A short chaos run of jobs; the full one is `python -m benchmarks.jobs_chaos`."""

import subprocess
import sys

import pytest


@pytest.mark.chaos
def test_killed_workers_lose_nothing_and_repeat_nothing(pytestconfig):
    argv = [sys.executable, "-m", "benchmarks.jobs_chaos", "--only", "sqlite", "--jobs", "250", "--kills", "4"]
    done = subprocess.run(
        [*argv, "--timeout-s", "150"], cwd=pytestconfig.rootpath, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 lost, 0 duplicates, 0 unfinished, 0 failed" in done.stdout
