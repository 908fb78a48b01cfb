"""`python -m patterns.measure`: its lines, its end with the parent, its end when nothing moves."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.core.management import CommandError, call_command

from patterns.measure import __main__ as child
from patterns.measure import measure
from tests.waits import until
from videofile.processes import EXIT_ORPHAN

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
FUZZED = 16


def run(*args: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "patterns.measure", *map(str, args)]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False, **options)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


class TestLines:
    def test_progress_then_one_result(self, two_shots: Path) -> None:
        done = run(two_shots, "--no-stdin", stdin=subprocess.DEVNULL)
        assert done.returncode == 0
        messages = lines(done.stdout)
        assert {message["type"] for message in messages[:-1]} == {"progress"}
        assert {"layer", "pct"} <= set(messages[0])
        assert messages[-1]["type"] == "result"
        assert messages[-1]["features"] == measure(two_shots).model_dump(mode="json")

    def test_an_error_is_one_line_with_a_sentence(self, tmp_path: Path) -> None:
        path = tmp_path / "notes.mp4"
        path.write_text("notes")
        done = run(path, "--no-stdin")
        assert done.returncode == child.EXIT_ERROR
        assert done.stderr == ""
        (message,) = lines(done.stdout)
        assert (message["type"], message["code"]) == ("error", "not_a_video")

    def test_layers_by_name(self, two_shots: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert child.main([str(two_shots), "--no-stdin", "--layers", "cuts,loudness"]) == 0
        features = lines(capsys.readouterr().out)[-1]["features"]
        assert features["speech"] is None
        assert len(features["cuts"]) == 1

    def test_an_unknown_layer(self, two_shots: Path) -> None:
        with pytest.raises(SystemExit):
            child.main([str(two_shots), "--layers", "smell"])


class TestEnd:
    def test_the_parents_end_ends_it_and_its_ffmpeg(self, tmp_path: Path) -> None:
        """A FIFO as FFmpeg's stand-in holds the work open until the parent's end of standard input closes."""
        stand_in = slow_ffmpeg(tmp_path)
        path = video(tmp_path)
        argv = [sys.executable, "-m", "patterns.measure", str(path), "--ffmpeg", str(stand_in)]
        process = subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        children = wait_for_children(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=60) == EXIT_ORPHAN
        psutil.wait_procs(children, timeout=60)
        assert not [one for one in children if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]

    def test_nothing_moves(self, tmp_path: Path) -> None:
        done = run(video(tmp_path), "--no-stdin", "--stall", "1.5", "--ffmpeg", slow_ffmpeg(tmp_path))
        assert done.returncode == child.EXIT_ERROR
        assert lines(done.stdout)[-1]["code"] == "measure_timeout"


def slow_ffmpeg(folder: Path) -> Path:
    """Answers -version like FFmpeg, and then gives nothing; ends when its output has no reader."""
    script = folder / "slow_ffmpeg.py"
    script.write_text(
        f"#!{sys.executable}\n"
        "import select, sys\n"
        "if '-version' in sys.argv:\n    print('ffmpeg version 9 none'); sys.exit()\n"
        "watch = select.poll(); watch.register(1, select.POLLERR)\n"
        "watch.poll(150000)\n"
    )
    script.chmod(0o755)
    return script


def video(folder: Path) -> Path:
    import imageio_ffmpeg

    path = folder / "plain.mp4"
    argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc=s=64x64:d=1"]
    subprocess.run([*argv, str(path)], check=True, timeout=120)
    return path


def wait_for_children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    def working() -> list[psutil.Process]:
        # The one that was asked for its version may end while it is looked at.
        with suppress(psutil.NoSuchProcess):
            found = psutil.Process(process.pid).children(recursive=True)
            return [one for one in found if "-version" not in one.cmdline()]
        return []

    try:
        return until(working, "an FFmpeg of the measurement")
    except AssertionError:
        os.kill(process.pid, signal.SIGKILL)
        raise


class TestCommand:
    def test_prints_the_features_without_a_database(self, two_shots: Path, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("measure", str(two_shots), "--json")
        assert json.loads(capsys.readouterr().out) == json.loads(measure(two_shots).to_json())

    def test_prints_a_report(self, two_shots: Path, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("measure", str(two_shots))
        assert "Cuts: 1  2.000" in capsys.readouterr().out

    def test_a_bad_file_is_one_sentence(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"^There is no file called absent\.mp4\.$"):
            call_command("measure", str(tmp_path / "absent.mp4"))


@pytest.mark.parametrize("seed", range(FUZZED))
def test_damaged_files_end_with_facts_or_a_sentence(
    two_shots: Path, tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = random.Random(seed)
    data = bytearray(two_shots.read_bytes())
    if seed % 4 == 0:
        data = data[: rng.randrange(len(data))]
    for _ in range(rng.choice([1, 20, 400])):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path = tmp_path / "damaged.mp4"
    path.write_bytes(data)
    code = child.main([str(path), "--no-stdin"])
    last = lines(capsys.readouterr().out)[-1]
    assert (code, last["type"]) in ((0, "result"), (child.EXIT_ERROR, "error"))
    if last["type"] == "error":
        assert last["message"].endswith(".")
