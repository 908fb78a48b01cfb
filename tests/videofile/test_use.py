"""The same files through measuring, poster, render and conversion: the right film, upright, whole, in time."""

import itertools
import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from editing.formats import nearest_rate
from editing.render_process import Render, Spec
from media import convert, previews, probe
from patterns.measure import LayerName, measure
from tests.videofile.library import LIBRARY, RGB, SECOND, File, Shelf

pytestmark = pytest.mark.slow

FILES = pytest.mark.parametrize("file", LIBRARY, ids=[file.name for file in LIBRARY])


def nearest(colour: Any) -> str:
    return min(RGB, key=lambda name: sum(abs(int(a) - int(b)) for a, b in zip(RGB[name], colour, strict=True)))


def corners(picture: np.ndarray) -> tuple[str, ...]:
    """The colours of the four quarters of a picture, row by row."""
    height, width = picture.shape[:2]
    places = itertools.product((0.25, 0.75), repeat=2)
    return tuple(nearest(picture[int(down * height), int(across * width)]) for down, across in places)


def after_cut(file: File) -> tuple[str, ...]:
    """The corners of the second shot: turned as the first."""
    first = ("red", "lime", "blue", "white")
    return tuple(SECOND[first.index(colour)] for colour in file.corners)


def pictures(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def heard(path: Path) -> np.ndarray:
    """How loud each tenth of a second is."""
    with av.open(str(path)) as container:
        rate = container.streams.audio[0].rate
        sound = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    return np.array([float(np.abs(part).mean()) for part in np.array_split(sound, max(1, len(sound) * 10 // rate))])


@FILES
def test_it_is_measured(shelf: Shelf, file: File) -> None:
    facts = measure(shelf.get(file), layers=[LayerName.CUTS])
    assert facts.duration_s == pytest.approx(file.seconds, abs=0.045)
    assert (facts.fps, facts.variable_frame_rate) == (file.fps, file.varies)
    assert (facts.width, facts.height, facts.rotation, facts.mirrored) == (*file.size, file.turn_deg, file.mirrored)
    assert facts.cuts is not None
    assert facts.cuts[0].time_s == pytest.approx(file.cut_s, abs=0.045)
    assert facts.shots is not None
    assert facts.shots[-1].end_s == facts.duration_s


@FILES
def test_its_poster_stands_upright(shelf: Shelf, file: File, tmp_path: Path) -> None:
    *_, made = previews.make(str(shelf.get(file)), file.demuxer, tmp_path, file.seconds)
    poster = np.asarray(Image.open(tmp_path / "poster.jpg"))
    assert corners(poster) in (file.corners, after_cut(file))
    assert poster.shape[1] / poster.shape[0] == pytest.approx(file.size[0] / file.size[1], rel=0.02)
    board = made["storyboard"]
    sheet = np.asarray(Image.open(tmp_path / "storyboard.jpg"))
    for number in range(board["count"]):
        time_s = number * board["interval_s"]
        if abs(time_s - file.cut_s) < 0.1 or file.name.startswith("looped"):
            continue
        top, left = number // board["columns"] * board["tile_height"], number % board["columns"] * board["tile_width"]
        tile = sheet[top : top + board["tile_height"], left : left + board["tile_width"]]
        assert corners(tile) == (file.corners if time_s < file.cut_s else after_cut(file)), time_s


@FILES
def test_all_of_it_is_rendered(shelf: Shelf, file: File, tmp_path: Path) -> None:
    path = shelf.get(file)
    facts = probe.probe(str(path), file.demuxer)
    tall = file.size[1] > file.size[0]
    shape = {"aspect": "9:16", "width": 180, "height": 320} if tall else {"aspect": "16:9", "width": 320, "height": 180}
    rate = nearest_rate(facts["fps"])
    output = {"key": "out", **shape, "fps": rate, "preset": "ultrafast", "crf": 14, "fit": "crop"}
    plan = {
        "segments": [{"source": "a", "start_s": 0, "end_s": facts["duration_s"]}],
        "outputs": [output],
        "audio": {"loudness_lufs": None},
    }
    result = Render(Spec(plan=plan, sources={"a": path}, directory=tmp_path), lambda line: None).run()
    assert (result["failed"], result["warnings"]) == ([], [])
    shown = pictures(tmp_path / "out.mp4")
    assert rate == nearest_rate(file.fps)
    assert len(shown) == pytest.approx(file.seconds * rate, abs=1.5)
    cut = round(file.cut_s * rate)
    assert corners(shown[0]) == corners(shown[cut - 3]) == file.corners
    assert corners(shown[cut + 3]) == after_cut(file)
    if file.sound and "looped" not in file.name:
        levels, quiet = heard(tmp_path / "out.mp4"), round(10 * file.sound_from_s)
        assert levels[quiet + 1 : 15].min() > 0.02, "no sound is lost"
        assert quiet == 0 or levels[: quiet - 1].max() < 0.01


@FILES
def test_it_is_converted(shelf: Shelf, file: File, tmp_path: Path) -> None:
    path, target = shelf.get(file), tmp_path / "copy.mp4"
    spec = {"make": "mp4", "source": str(path), "target": str(target), "demuxer": file.demuxer}
    lines = list(convert.main(json.loads(json.dumps(spec))))
    assert lines[-1] == {"done": True}
    facts = probe.probe(str(target), "mov")
    assert facts["duration_s"] == pytest.approx(file.seconds, abs=0.06)
    assert (facts["start_s"], facts["rotation_deg"], facts["mirrored"]) == (0, 0, False)
    assert (facts["video_codec"], facts["pixel_format"], facts["starts_at_once"]) == ("h264", "yuv420p", True)
    assert (facts["interlaced"], facts["open_gop"]) == (False, False)
    if file.sound:
        assert (facts["audio_codec"], facts["audio_sample_rate_hz"], facts["audio_channels"]) == ("aac", 48000, 2)
    assert (facts["width"], facts["height"]) == tuple(side // 2 * 2 for side in file.size)
    shown = pictures(target)
    assert corners(shown[0]) == file.corners
    if "looped" not in file.name:
        assert corners(shown[-1]) == after_cut(file)
