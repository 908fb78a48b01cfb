"""Who starts threads: what lives as long as its process is a `core.background_threads.Loop`, the rest is named here."""

import ast
from pathlib import Path

from django.conf import settings

STARTERS = {"Thread", "Timer"}
# Beside the loops themselves: threads that end with what they wait for, or that somebody starts again.
NAMED = {
    "core/child.py": "reads a child's words",
    "core/db/postgresql/pool.py": "knocks until the server is back",
    "core/background_threads.py": "the loops and their watchdog",
    "flows/command_host.py": "the web server of one command, which ends with it",
    "jobs/polling.py": "runs late jobs, then ends",
    "videofile/ffmpeg.py": "read FFmpeg's words, end it when it stalls",
    "videofile/processes.py": "in a child process: ends it with its parent",
    "jobs/celery_signals.py": "hands back what a worker that was asked to stop could not finish",
}


def test_every_thread_of_ours_is_a_loop_or_named() -> None:
    found = set()
    for app in [*settings.HOUSE, "videofile"]:
        for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py")):
            if "measure" in path.parts:
                continue  # a child process of minutes, ended by its parent
            calls = (
                node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
            )
            if any(ast.unparse(call.func).split(".")[-1] in STARTERS for call in calls):
                found.add(str(path.relative_to(settings.BASE_DIR)))
    assert not found - set(NAMED)
