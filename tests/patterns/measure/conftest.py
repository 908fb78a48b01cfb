"""Small labelled clips, drawn once per session by the generator of the benchmark."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from benchmarks.measure.scenes import Scene, View, make_scene
from benchmarks.measure.sound import soundtrack
from benchmarks.measure.timeline import Labels, Segment, Timeline, write

WIDTH, HEIGHT, FPS = 160, 284, 25

Ffmpeg = Callable[..., Path]


def scene(seed: int, style: str) -> Scene:
    return make_scene(np.random.default_rng(seed), WIDTH, HEIGHT, style)


def timeline(segments: list[Segment], **options: object) -> Timeline:
    return Timeline(WIDTH, HEIGHT, FPS, segments, **options)  # type: ignore[arg-type]


class Clips:
    """Writes a timeline (with sound when given) once per name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._labels: dict[str, Labels] = {}

    def get(self, name: str, make: Callable[[], Timeline]) -> tuple[Path, Labels]:
        path = self.folder / f"{name}.mp4"
        if name not in self._labels:
            planned = make()
            write(planned, path, preset="ultrafast")
            self._labels[name] = planned.labels()
        return path, self._labels[name]


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    return Clips(tmp_path_factory.mktemp("measure-clips"))


@pytest.fixture(scope="session")
def ffmpeg_make(tmp_path_factory: pytest.TempPathFactory) -> Ffmpeg:
    """Runs FFmpeg with arguments and gives the output's path."""
    folder = tmp_path_factory.mktemp("measure-ffmpeg")

    def make(name: str, *args: str | Path) -> Path:
        out = folder / name
        argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", *map(str, args), str(out)]
        subprocess.run(argv, check=True, capture_output=True, timeout=60)
        return out

    return make


@pytest.fixture(scope="session")
def two_shots(ffmpeg_make: Ffmpeg) -> Path:
    """Four seconds at 30 a second with one cut at frame 60, and a tone."""
    graph = "[1]trim=duration=2,setpts=PTS-STARTPTS[b];[0][b]concat=n=2:v=1[v]"
    return ffmpeg_make(
        "two_shots.mp4",
        *("-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=2", "-f", "lavfi", "-i", "mandelbrot=s=320x180:r=30"),
        *("-f", "lavfi", "-i", "sine=440:d=4", "-filter_complex", graph, "-map", "[v]", "-map", "2:a", "-t", "4"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"),
    )


@pytest.fixture(scope="session")
def talking(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Labels]:
    """Eight seconds: cuts, a dissolve, a flash, and a voice over a bed at a known tempo."""
    folder = tmp_path_factory.mktemp("measure-talking")
    planned = timeline(
        [
            Segment(scene(1, "drawn"), 45, 1.5),
            Segment(scene(2, "talking"), 55, 1.5),
            Segment(scene(3, "texture"), 60, 1.5, join="dissolve", join_frames=20),
            Segment(scene(4, "drawn"), 40, 1.5, View(), "hard"),
        ],
        flashes=[(22, 2, "solid")],
    )
    sound = soundtrack(3, 8.0, bed=0.12)
    sound.save(folder / "voice.wav")
    write(planned, folder / "talking.mp4", audio=folder / "voice.wav", preset="ultrafast")
    labels = planned.labels()
    labels.speech, labels.silences, labels.bpm = sound.speech, sound.rests, sound.bpm
    return folder / "talking.mp4", labels
