"""FFmpeg as a child: one that fails, one that hangs, one whose starter is killed."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from videofile import ffmpeg
from videofile.ffmpeg import Failure, FfmpegError, Process, Stalled


def script(folder: Path, body: str) -> str:
    path = folder / "fake.py"
    path.write_text(f"#!{sys.executable}\nimport sys, time\n{body}")
    path.chmod(0o755)
    return str(path)


class TestProcess:
    def test_one_that_gives_nothing_is_ended(self, tmp_path: Path) -> None:
        began = time.monotonic()
        with Process([script(tmp_path, "time.sleep(30)")], stall_s=0.5) as process, pytest.raises(Stalled):
            process.read(10)
        assert time.monotonic() - began < 10

    def test_the_end_of_its_words_is_kept(self, tmp_path: Path) -> None:
        body = "for k in range(100): print('line', k, file=sys.stderr)\nsys.exit(3)"
        with Process([script(tmp_path, body)]) as process:
            assert process.read(10) == b""
            assert process.finish() == 3
            assert len(process.tail) == ffmpeg.TAIL_LINES
            assert process.tail[-1] == "line 99"

    def test_one_that_is_left_early_is_gone(self, tmp_path: Path) -> None:
        process = Process([script(tmp_path, "time.sleep(30)")])
        process.close()
        assert process._child.poll() is not None

    def test_its_progress_is_heard_in_seconds(self, tmp_path: Path) -> None:
        body = "for k in (0, 500000, 1250000): print('frame=1', f'out_time_us={k}', 'progress=continue', sep='\\n')"
        with Process([script(tmp_path, body)]) as process:
            assert list(process.times()) == [0.0, 0.5, 1.25]
            assert process.check() == ""

    @pytest.mark.parametrize(
        ("words", "failure"),
        [
            ("av_interleaved_write_frame(): No space left on device", Failure.DISK_FULL),
            ("Cannot allocate memory", Failure.OUT_OF_MEMORY),
            ("x.mp4: Invalid data found when processing input", Failure.UNREADABLE),
            ("x: No such file or directory", Failure.GONE),
            ("something else", Failure.OTHER),
        ],
    )
    def test_what_went_wrong_is_a_sentence(self, tmp_path: Path, words: str, failure: Failure) -> None:
        with (
            Process([script(tmp_path, f"sys.exit({words!r})")]) as process,
            pytest.raises(FfmpegError) as caught,
        ):
            process.check()
        assert (caught.value.failure, caught.value.tail) == (failure, words)
        assert caught.value.message.endswith(".")

    def test_it_dies_with_a_starter_that_is_killed(self, tmp_path: Path) -> None:
        fake = script(tmp_path, "time.sleep(60)")
        code = f"import videofile.ffmpeg as f; p = f.Process([{fake!r}]); print(p._child.pid, flush=True); p.read(1)"
        starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert starter.stdout is not None
        child = psutil.Process(int(starter.stdout.readline()))
        starter.send_signal(signal.SIGKILL)
        starter.wait()
        psutil.wait_procs([child], timeout=10)
        assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


class TestBinary:
    def test_a_file_that_is_no_program(self, tmp_path: Path) -> None:
        plain = tmp_path / "plain"
        plain.write_text("no program")
        for attempt in (ffmpeg.version, ffmpeg.binary, lambda path: Process([path])):
            with pytest.raises(FfmpegError) as caught:
                attempt(str(plain))
            assert caught.value.failure is Failure.MISSING

    def test_the_environment_names_it(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        named = script(tmp_path, "print('ffmpeg version 9.9-test and more')")
        monkeypatch.setenv("FFMPEG_BINARY", named)
        assert ffmpeg.version(ffmpeg.binary()) == "9.9-test"

    def test_decoder_threads_are_bounded(self) -> None:
        assert 1 <= ffmpeg.threads() <= 4
