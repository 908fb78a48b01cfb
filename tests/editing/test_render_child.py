"""The render child and its parent: errors in sentences, and no trace of a render that was killed."""

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import psutil
import pytest

from editing import render_process as module
from editing.errors import EditingError
from editing.plan import Output
from editing.runner import Ffmpeg
from editing.verify import VerifyError, verify
from tests.editing.clips import Child, ffmpeg, output, plan_of
from tests.waits import until
from videofile import ffmpeg as videofile_ffmpeg
from videofile.ffmpeg import Failure, FfmpegError

pytestmark = pytest.mark.slow

Clip = Callable[[str], Path]
Start = Callable[..., Child]

HEAVY = [
    output("9x16", width=1080, height=1920, preset="medium"),
    output("16x9", width=1920, height=1080, preset="medium"),
]


def last(child: Child) -> dict[str, Any]:
    line = child.finish()[-1]
    assert line["type"] == "error"
    assert child.process.returncode == 1
    assert child.files() == set()
    return line


def wait_for_ffmpeg(child: Child) -> list[psutil.Process]:
    """Read until pictures are encoded; the FFmpeg processes of the child."""
    for line in child.lines():
        if line["type"] == "progress" and line["stage"] == "picture" and line["pct"] > 8:
            found = [each for each in psutil.Process(child.process.pid).children() if "ffmpeg" in each.name()]
            assert found
            return found
    raise AssertionError("the render ended too early")


def wait_until_gone(processes: list[psutil.Process]) -> None:
    def gone() -> bool:
        return not any(each.is_running() and each.status() != psutil.STATUS_ZOMBIE for each in processes)

    until(gone, "FFmpeg to end", seconds=30)


class TestKilled:
    def test_sigkill_leaves_no_ffmpeg(self, clip: Clip, render: Start) -> None:
        child = render(plan_of((0, 19), outputs=HEAVY), {"a": clip("long")})
        processes = wait_for_ffmpeg(child)
        child.process.kill()
        wait_until_gone(processes)
        assert not {name for name in child.files() if name.endswith(".mp4") and ".part." not in name}

    def test_a_dead_parent_leaves_nothing(self, clip: Clip, render: Start) -> None:
        child = render(plan_of((0, 19), outputs=HEAVY), {"a": clip("long")})
        processes = wait_for_ffmpeg(child)
        assert child.process.stdin is not None
        child.process.stdin.close()
        wait_until_gone(processes)
        child.process.wait(timeout=60)
        assert child.files() == set()

    def test_sigterm_ends_it_cleanly(self, clip: Clip, render: Start) -> None:
        child = render(plan_of((0, 19), outputs=HEAVY), {"a": clip("long")})
        processes = wait_for_ffmpeg(child)
        child.process.send_signal(signal.SIGTERM)
        assert last(child)["code"] == "stopped"
        wait_until_gone(processes)


class TestRefused:
    def refused(self, directory: Path, plan: dict[str, Any], sources: dict[str, Path], **more: Any) -> tuple[str, str]:
        work = directory / "render"
        work.mkdir()
        with pytest.raises(module.RenderError) as caught:
            module.Render(module.Spec(plan=plan, sources=sources, directory=work, **more), lambda line: None).run()
        assert list(work.iterdir()) == []
        work.rmdir()
        return caught.value.code, caught.value.message

    def test_the_child_says_why_and_ends(self, render: Start, tmp_path: Path) -> None:
        line = last(render(plan_of((0, 1)), {"a": tmp_path / "gone.mp4"}))
        assert line["code"] == "source_missing"
        assert line["message"] == "The source file is no longer there. Upload it again."

    def test_a_source_that_was_not_given(self, tmp_path: Path) -> None:
        assert self.refused(tmp_path, plan_of((0, 1)), {})[0] == "source_missing"

    def test_a_file_that_is_no_video(self, tmp_path: Path) -> None:
        path = tmp_path / "text.mp4"
        path.write_text("hello " * 100)
        assert self.refused(tmp_path, plan_of((0, 1)), {"a": path})[0] == "source_unreadable"

    def test_a_file_without_a_picture(self, clip: Clip, tmp_path: Path) -> None:
        code, message = self.refused(tmp_path, plan_of((0, 1)), {"a": clip("music")})
        assert (code, message) == ("bad_plan", "Segment 1 uses a file without a picture.")

    def test_a_wrong_plan(self, clip: Clip, tmp_path: Path) -> None:
        code, message = self.refused(tmp_path, plan_of((3, 9)), {"a": clip("landscape")})
        assert (code, message) == ("bad_plan", "Segment 1 ends at 9 s, but its video is only 4.00 s long.")
        assert self.refused(tmp_path, {"segments": []}, {})[0] == "bad_plan"

    def test_an_output_that_is_not_planned(self, clip: Clip, tmp_path: Path) -> None:
        assert self.refused(tmp_path, plan_of((0, 1)), {"a": clip("landscape")}, only=["4x5"])[0] == "bad_spec"

    def test_an_ffmpeg_that_is_not_there(self, clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        sources = {"a": clip("landscape")}
        assert self.refused(tmp_path, plan_of((0, 1)), sources, ffmpeg="/no/ffmpeg")[0] == "ffmpeg_missing"

        def missing() -> str:
            raise RuntimeError("no binary")

        monkeypatch.setattr(videofile_ffmpeg, "find_spec", lambda name: None)

        monkeypatch.delenv("FFMPEG_BINARY", raising=False)
        monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", missing)
        videofile_ffmpeg._bundled.cache_clear()
        assert self.refused(tmp_path, plan_of((0, 1)), sources)[0] == "ffmpeg_missing"

    def test_sound_that_cannot_be_mixed(self, clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        real = Ffmpeg.run

        def run(self: Ffmpeg, command: list[str], *rest: Any) -> str:
            if "mix.wav" in command:
                raise FfmpegError(Failure.OTHER, "FFmpeg could not make the video.", "x")
            return real(self, command, *rest)

        monkeypatch.setattr(Ffmpeg, "run", run)
        work = tmp_path / "render"
        work.mkdir()
        spec = module.Spec(plan=plan_of((0, 1)), sources={"a": clip("landscape")}, directory=work)
        result = module.Render(spec, lambda line: None).run()
        assert result["warnings"] == ["The sound of the source cannot be decoded; it was left out."]
        (work / "9x16.mp4").unlink()
        work.rmdir()
        music = {"source_sound": False, "music": {"source": "m"}}
        sources = {"a": clip("landscape"), "m": clip("music")}
        assert self.refused(tmp_path, plan_of((0, 1), audio=music), sources)[0] == "render_failed"

    @pytest.mark.parametrize("content", ["", "{}", "[1]", '{"plan": 3}'])
    def test_a_spec_that_is_none(self, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str) -> None:
        path = tmp_path / "spec.json"
        path.write_text(content)
        assert module.main([str(path)]) == 1
        assert '"code": "bad_spec"' in capsys.readouterr().out

    def test_no_spec_or_no_directory(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert module.main([]) == 1
        path = tmp_path / "spec.json"
        path.write_text('{"plan": {}, "sources": {}, "directory": "/nowhere/at/all"}')
        assert module.main([str(path)]) == 1
        assert capsys.readouterr().out.count('"bad_spec"') == 2


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """An empty work directory."""
    directory = tmp_path / "render"
    directory.mkdir()
    return directory


class TestOneByOne:
    """A run that fails for all outputs is repeated for each alone."""

    def spec(self, clip: Clip, directory: Path, **more: Any) -> module.Spec:
        plan = plan_of((0, 0.5), outputs=[output("9x16"), output("1x1")])
        return module.Spec(plan=plan, sources={"a": clip("landscape")}, directory=directory, **more)

    def test_one_bad_output_does_not_take_the_others_along(
        self, clip: Clip, work: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = Ffmpeg.run
        asked: list[int] = []

        def run(self: Ffmpeg, command: list[str], *rest: Any) -> str:
            asked.append(sum(word.endswith(".part.mp4") for word in command))
            if "9x16.part.mp4" in command:
                raise FfmpegError(Failure.OTHER, "FFmpeg could not make the video.", "x")
            return real(self, command, *rest)

        monkeypatch.setattr(Ffmpeg, "run", run)
        lines: list[dict[str, Any]] = []
        result = module.Render(self.spec(clip, work), lines.append).run()
        assert [each["key"] for each in result["outputs"]] == ["1x1"]
        assert result["failed"] == [
            {"key": "9x16", "code": "render_failed", "message": "FFmpeg could not make the video."}
        ]
        assert [count for count in asked if count] == [2, 1, 1]
        assert {line["output"] for line in lines} == {"all", "9x16", "1x1"}

    def test_a_wrong_file_is_made_again_and_counts_only_if_right(
        self, clip: Clip, work: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = verify
        tries: list[str] = []

        def doubt(path: Path, wanted: Output, expected_s: float) -> Any:
            tries.append(wanted.key)
            if wanted.key == "1x1" or tries.count("9x16") == 1:
                raise VerifyError("Its picture is wrong.")
            return real(path, wanted, expected_s)

        monkeypatch.setattr(module, "verify", doubt)
        result = module.Render(self.spec(clip, work), lambda line: None).run()
        assert [each["key"] for each in result["outputs"]] == ["9x16"]
        assert result["failed"][0]["code"] == "verify_failed"
        assert tries == ["9x16", "1x1", "9x16", "1x1"]
        assert {path.name for path in work.iterdir()} == {"9x16.mp4"}

    def test_a_full_disk_is_not_tried_again(self, clip: Clip, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        calls: list[int] = []

        def run(self: Ffmpeg, command: list[str], *rest: Any) -> str:
            if any(word.endswith(".part.mp4") for word in command):
                calls.append(1)
                raise FfmpegError(Failure.DISK_FULL, "The disk is full.", "")
            return "I: -20.0 LUFS Peak: -10.0 dBFS"

        monkeypatch.setattr(Ffmpeg, "run", run)
        with pytest.raises(module.RenderError) as caught:
            module.Render(self.spec(clip, work), lambda line: None).run()
        assert caught.value.code == EditingError.DISK_FULL
        assert len(calls) == 1

    def test_when_nothing_is_right_the_render_fails(
        self, clip: Clip, work: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(path: Path, wanted: Output, expected_s: float) -> Any:
            raise VerifyError("It is empty.")

        monkeypatch.setattr(module, "verify", refuse)
        with pytest.raises(module.RenderError) as caught:
            module.Render(self.spec(clip, work), lambda line: None).run()
        assert caught.value.message == "The finished video is not what was asked for. It is empty."
        assert list(work.iterdir()) == []


class TestRunner:
    def run(self, directory: Path, script: str) -> str:
        return Ffmpeg(directory).run(["/bin/sh", "-c", script])

    @pytest.mark.parametrize(
        ("script", "code"),
        [
            ("echo 'av_interleaved_write_frame(): No space left on device' >&2; exit 1", EditingError.DISK_FULL),
            ("echo 'x.mp4: Invalid data found when processing input' >&2; exit 1", EditingError.SOURCE_UNREADABLE),
            ("echo 'Cannot allocate memory' >&2; exit 1", EditingError.OUT_OF_MEMORY),
            ("echo 'x: No such file or directory' >&2; exit 1", EditingError.SOURCE_MISSING),
            ("echo 'something else' >&2; exit 1", EditingError.RENDER_FAILED),
            ("kill -9 $$", EditingError.OUT_OF_MEMORY),
        ],
    )
    def test_errors_have_a_code_and_a_sentence(self, tmp_path: Path, script: str, code: EditingError) -> None:
        with pytest.raises(FfmpegError) as caught:
            self.run(tmp_path, script)
        assert module._failed(caught.value).code == code
        assert caught.value.message.endswith(".")

    def test_the_tail_is_bounded_and_hides_the_directory(self, tmp_path: Path) -> None:
        script = f"for i in $(seq 500); do echo {tmp_path}/line-$i-$(printf 'x%.0s' $(seq 400)) >&2; done; exit 1"
        with pytest.raises(FfmpegError) as caught:
            self.run(tmp_path, script)
        assert len(caught.value.tail) < 25 * 301
        assert str(tmp_path) not in caught.value.tail
        assert "line-500" in caught.value.tail

    def test_a_stopped_runner_starts_nothing_more(self, tmp_path: Path) -> None:
        runner = Ffmpeg(tmp_path)
        runner.stop()
        started = time.monotonic()
        with pytest.raises(FfmpegError) as caught:
            runner.run(["/bin/sleep", "30"])
        assert module._failed(caught.value).code == EditingError.STOPPED
        assert time.monotonic() - started < 5


class TestVerify:
    def wanted(self, **changes: Any) -> Output:
        return Output.model_validate(output("16x9", width=320, height=180, **changes))

    def test_a_right_file(self, clip: Clip) -> None:
        found = verify(clip("landscape"), self.wanted(), 4.0)
        assert (found.width, found.height, found.duration_s) == (320, 180, 4.0)
        assert found.as_json()["key"] == "16x9"

    @pytest.mark.parametrize(
        ("name", "expected_s", "words"),
        [
            ("landscape", 3.5, "Its picture lasts 4.00 s instead of 3.50 s."),
            ("silent", 4.0, "It does not have both a picture and a sound track."),
            ("portrait", 4.0, "Its picture is 180x320 instead of 320x180."),
        ],
    )
    def test_a_wrong_file(self, clip: Clip, name: str, expected_s: float, words: str) -> None:
        with pytest.raises(VerifyError) as caught:
            verify(clip(name), self.wanted(), expected_s)
        assert str(caught.value) == words

    def test_a_file_that_does_not_open_or_play(self, clip: Clip, tmp_path: Path) -> None:
        path = tmp_path / "x.mp4"
        path.write_bytes(b"")
        with pytest.raises(VerifyError, match="cannot be opened"):
            verify(path, self.wanted(), 4.0)
        ffmpeg("-i", str(clip("landscape")), "-c", "copy", "-movflags", "+faststart", str(path))
        whole = path.read_bytes()
        start = whole.index(b"mdat") + 4
        path.write_bytes(whole[:start] + bytes(len(whole) - start))
        with pytest.raises(VerifyError):
            verify(path, self.wanted(), 4.0)
