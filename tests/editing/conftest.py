"""Fixtures of the editing tests: generated clips and a render child."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from editing.planners import Wish
from editing.render_process import Render, Spec
from editing.requests import EditRequest
from tests import factories
from tests.editing.clips import Child, ffmpeg, make_clip
from videos.models import Video

SMALL = Wish("9:16", resolution="216x384")


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A generated clip by its name; each is made once."""
    folder = tmp_path_factory.mktemp("clips")
    made: dict[str, Path] = {}

    def get(name: str) -> Path:
        if name not in made:
            path = folder / f"{name}.mp4"
            make_clip(name, path)
            made[name] = path
        return made[name]

    return get


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plain magenta image."""
    path = tmp_path_factory.mktemp("images") / "mark.png"
    ffmpeg("-f", "lavfi", "-i", "color=magenta:s=64x64", "-frames:v", "1", str(path))
    return path


@pytest.fixture
def render(tmp_path: Path) -> Iterator[Callable[..., Child]]:
    """Starts a render child for a plan and its sources."""
    children: list[Child] = []

    def start(plan: dict[str, Any], sources: dict[str, Path], **more: Any) -> Child:
        directory = tmp_path / f"work-{len(children)}"
        directory.mkdir()
        named = {ref: str(path) for ref, path in sources.items()}
        child = Child({"plan": plan, "sources": named, "directory": str(directory), **more}, directory)
        children.append(child)
        return child

    yield start
    for child in children:
        child.process.kill()
        child.process.wait()


@pytest.fixture
def rendered(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Renders to the end in this process and returns the result line."""
    numbers = itertools.count()

    def run(plan: dict[str, Any], sources: dict[str, Path], **more: Any) -> dict[str, Any]:
        directory = tmp_path / f"rendered-{next(numbers)}"
        directory.mkdir()
        spec = Spec(plan=plan, sources=sources, directory=directory, **more)
        return Render(spec, lambda line: None).run()

    return run


@pytest.fixture
def video(in_workspace: SimpleNamespace) -> Video:
    """Alice's video: two seconds, landscape, with sound; not analysed."""
    return factories.make_video(in_workspace.workspace, "Garden tour")


@pytest.fixture
def request_for() -> Callable[..., EditRequest]:
    """A request for a small output of a video; more formats and choices as keywords."""

    def make(video: Video, *formats: Wish, **more: Any) -> EditRequest:
        return EditRequest(video_id=video.pk, formats=formats or (SMALL,), **more)

    return make
