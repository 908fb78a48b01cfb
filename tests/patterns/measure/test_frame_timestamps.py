"""What is read twice is the same picture: in every container, wherever its clock begins, on any grid of times."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.measure.scenes import make_scene
from benchmarks.measure.texts import Caption
from benchmarks.measure.timeline import Segment, Timeline, write
from patterns.measure import Features, LayerName, LayerStatus, measure, pictures, tracks, video_pass, views
from patterns.measure.probe import probe
from videofile import ffmpeg

from .conftest import Clips, Ffmpeg

pytestmark = pytest.mark.slow

FPS = 25
LAYERS = [LayerName.CUTS, LayerName.OVERLAYS]
X264 = ("-c:v", "libx264", "-preset", "veryfast", "-c:a", "copy")
JITTER = ("-vf", "setpts=PTS+0.004*random(1)/TB", "-fps_mode", "passthrough", "-enc_time_base", "1/90000")


@pytest.fixture(scope="module")
def captioned(clips: Clips, ffmpeg_make: Ffmpeg) -> Path:
    """Five seconds with a cut at 2 s, three texts, key frames every second, B-frames and a tone."""
    captions = [
        Caption(0, 30, "Three quick tips", top=0.12),
        Caption(20, 62, "Wait for it", "outlined", 0.09, top=0.75),
        Caption(75, 91, "SAVE THIS", size=0.09, top=0.4),
    ]
    first, second = (
        make_scene(np.random.default_rng(seed), 270, 480, style) for seed, style in ((3, "texture"), (5, "talking"))
    )
    path = clips.folder / "stamped.mp4"
    segments = [Segment(first, 50, 1.5), Segment(second, 75, 1.5)]
    write(Timeline(270, 480, FPS, segments, captions=captions), path, preset="ultrafast")
    tone = ("-f", "lavfi", "-i", "sine=440:d=5", "-c:a", "aac")
    return ffmpeg_make("stamped_b.mp4", "-i", path, *tone, "-c:v", "libx264", "-preset", "veryfast", "-g", "25")


def starts(facts: Features) -> list[tuple[str, int]]:
    """The texts with the frame (of the film) in which they come."""
    assert facts.overlays is not None
    assert facts.cuts is not None
    return [(one.text, round((one.start_s - facts.cuts[0].time_s) * FPS) + 50) for one in facts.overlays]


VARIANTS: dict[str, tuple[str | Path, ...]] = {
    "remuxed.mov": ("-i", "clip", "-c", "copy"),
    "vp8.webm": ("-i", "clip", "-c:v", "libvpx", "-b:v", "2M", "-deadline", "realtime", "-c:a", "libopus"),
    "hidden.webm": ("-i", "clip", "-c:v", "libvpx", "-b:v", "2M", "-auto-alt-ref", "1", "-lag-in-frames", "16"),
    "late.mp4": ("-itsoffset", "0.512", "-i", "clip", "-i", "clip", "-map", "0:v", "-map", "1:a", "-c", "copy"),
    "late.mkv": ("-itsoffset", "0.512", "-i", "clip", "-c", "copy", "-copyts"),
    "jitter.mp4": ("-i", "clip", *JITTER, *X264),
    "jitter.mkv": ("-i", "clip", *JITTER, *X264),
    "reordered.avi": ("-i", "clip", "-c:v", "libx264", "-c:a", "libmp3lame"),
    "old.avi": ("-i", "clip", "-c:v", "mpeg4", "-bf", "2", "-q:v", "3", "-c:a", "libmp3lame"),
    "pieces.mp4": ("-i", "clip", "-c", "copy", "-movflags", "frag_keyframe+empty_moov"),
    "odd_rate.mp4": ("-i", "clip", "-vf", "setpts=PTS*0.997", "-fps_mode", "passthrough", *X264),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_texts_are_read_to_the_frame(captioned: Path, ffmpeg_make: Ffmpeg, name: str) -> None:
    args = [captioned if one == "clip" else one for one in VARIANTS[name]]
    facts = measure(ffmpeg_make(name, *args), layers=LAYERS)
    assert facts.layers[LayerName.OVERLAYS].status is LayerStatus.OK
    assert facts.ocr_frames == facts.ocr_chosen
    assert starts(facts) == [("Three quick tips", 0), ("Wait for it", 20), ("SAVE THIS", 75)]


@pytest.mark.parametrize("name", ["jitter.mp4", "jitter.mkv"])
def test_a_cut_has_the_time_stamp_of_its_picture(captioned: Path, ffmpeg_make: Ffmpeg, name: str) -> None:
    path = ffmpeg_make(f"cut_{name}", "-i", captioned, *JITTER, *X264)
    with av.open(str(path)) as container:
        start = (container.start_time or 0) / 1_000_000
        shown = sorted(
            float(packet.pts * packet.time_base) - start for packet in container.demux(video=0) if packet.pts
        )
    facts = measure(path, layers=[LayerName.CUTS])
    assert facts.cuts is not None
    assert min(abs(facts.cuts[0].time_s - time_s) for time_s in shown) < 0.0006
    assert facts.cuts[0].time_s == pytest.approx(2.0, abs=0.005)


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_clip_that_was_looped_without_encoding_is_read_in_every_loop(
    captioned: Path, ffmpeg_make: Ffmpeg, suffix: str
) -> None:
    path = ffmpeg_make(f"looped.{suffix}", "-stream_loop", "4", "-i", captioned, "-c", "copy")
    assert_every_loop_is_read(measure(path, layers=LAYERS))


def test_what_the_budget_leaves_out_is_known_again(
    captioned: Path, ffmpeg_make: Ffmpeg, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PER_SHOT", 0.0)
    monkeypatch.setattr(views, "LEAST_BUDGET", 6)
    facts = measure(ffmpeg_make("few.mp4", "-stream_loop", "4", "-i", captioned, "-c", "copy"), layers=LAYERS)
    assert facts.ocr_frames is not None
    assert facts.ocr_frames < 10, "two pictures of each loop hold all its texts"
    assert_every_loop_is_read(facts)


def assert_every_loop_is_read(facts: Features) -> None:
    assert facts.layers[LayerName.OVERLAYS].status is LayerStatus.OK
    assert facts.ocr_frames == facts.ocr_chosen
    assert facts.overlays is not None
    loop_s = facts.duration_s / 5
    for number in range(5):
        here = [one for one in facts.overlays if number * loop_s <= one.start_s + 0.1 < (number + 1) * loop_s]
        assert [one.text for one in here] == ["Three quick tips", "Wait for it", "SAVE THIS"]


@pytest.mark.parametrize("counted", [False, True])
def test_every_picture_of_the_first_reading_is_found_again(
    captioned: Path, ffmpeg_make: Ffmpeg, monkeypatch: pytest.MonkeyPatch, counted: bool
) -> None:
    path = ffmpeg_make("fetched.mkv", "-itsoffset", "0.512", "-i", captioned, *JITTER, *X264)
    facts = probe(path)
    footage = video_pass.run(ffmpeg.binary(), facts, lambda _: None)
    if counted:
        monkeypatch.setattr(pictures, "_key_frames", lambda *_: [])
    every = range(len(footage.stamps))
    assert [one.frame for one in pictures.again(facts, footage.stamps, every)] == list(every)
    seen = {one.frame: one.luma() for one in pictures.again(facts, footage.stamps, [60])}
    assert np.abs(seen[60].astype(int) - _luma(captioned, 60, seen[60].shape)).mean() < 3


def _luma(path: Path, number: int, shape: tuple[int, ...]) -> NDArray[np.int64]:
    with av.open(str(path)) as container:
        raw = next(islice(container.decode(video=0), number, None))
    return raw.reformat(shape[1], shape[0], "gray", interpolation="AREA").to_ndarray().astype(np.int64)


def test_seek_points_that_lead_astray_cost_no_picture(captioned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = probe(captioned)
    footage = video_pass.run(ffmpeg.binary(), facts, lambda _: None)
    monkeypatch.setattr(pictures, "_key_frames", lambda *_: [0, 110])  # 110 is none: the next one is out of reach
    seen = [one.frame for one in pictures.again(facts, footage.stamps, [10, 112])]
    assert {10, 112} <= set(seen)


class TestCutShort:
    """A part that was not read is a part that failed."""

    def after(self, monkeypatch: pytest.MonkeyPatch, *counts: int) -> None:
        """Each reading gives so many pictures and then no more; the last count holds for all that follow."""
        real, left = pictures.again, list(counts)

        def short(*args: Any) -> Iterator[pictures.Picture]:
            return islice(real(*args), left.pop(0) if len(left) > 1 else left[0])

        monkeypatch.setattr(pictures, "again", short)

    def test_pictures_that_were_chosen_and_not_read_are_counted(
        self, captioned: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.after(monkeypatch, 40)
        facts = measure(captioned, layers=LAYERS)
        layer = facts.layers[LayerName.OVERLAYS]
        assert layer.status is LayerStatus.PARTIAL
        assert facts.ocr_frames is not None
        assert facts.ocr_chosen is not None
        assert 0 < facts.ocr_frames < facts.ocr_chosen
        assert layer.message.startswith(
            f"Text was read in {facts.ocr_frames} of the {facts.ocr_chosen} pictures chosen for it"
        )

    def test_times_that_could_not_be_looked_at_are_told(self, captioned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tracks, "MOST_HELD", 0)  # nothing is left for the second look but to see all
        self.after(monkeypatch, 10_000, 10)
        facts = measure(captioned, layers=LAYERS)
        layer = facts.layers[LayerName.OVERLAYS]
        assert layer.status is LayerStatus.PARTIAL
        assert "Their times may be wrong there." in layer.message
        assert facts.overlays

    def test_nothing_read_at_all_is_a_failure(self, captioned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.after(monkeypatch, 0)
        facts = measure(captioned, layers=LAYERS)
        assert facts.overlays is None
        assert facts.layers[LayerName.OVERLAYS].status is LayerStatus.FAILED
