"""Text in the picture: found with its words, its place and its very frames; what is no text is not."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.measure.scenes import make_scene
from benchmarks.measure.texts import Caption
from benchmarks.measure.timeline import Segment, Timeline, write
from patterns.measure import (
    Features,
    LayerName,
    LayerStatus,
    measure,
    ocr,
    overlays,
    pictures,
    report,
    text_pass,
    tracks,
    video_pass,
    views,
)
from patterns.measure.film import Film
from patterns.measure.overlays import Track
from patterns.measure.probe import probe
from videofile.ffmpeg import binary

from .conftest import Clips, Ffmpeg

pytestmark = pytest.mark.slow

WIDTH, HEIGHT, FPS = 270, 480, 25
PLACE = ocr.Box(0.1, 0.1, 0.5, 0.2)


def planned() -> Timeline:
    captions = [
        Caption(0, 30, "Three quick tips", top=0.12),
        Caption(20, 62, "Wait for it", "outlined", 0.09, top=0.75),  # over the cut at 50
        Caption(75, 91, "SAVE THIS", size=0.09, top=0.4),  # 0.64 s
        Caption(110, 150, "until the end", "shadow", 0.08, top=0.6),
    ]
    first, second = (
        make_scene(np.random.default_rng(seed), WIDTH, HEIGHT, style)
        for seed, style in ((3, "texture"), (5, "talking"))
    )
    segments = [Segment(first, 50, 1.5), Segment(second, 110, 1.5)]
    return Timeline(WIDTH, HEIGHT, FPS, segments, captions=captions)


@pytest.fixture(scope="module")
def captioned(clips: Clips) -> Path:
    path = clips.folder / "captioned.mp4"
    write(planned(), path, preset="ultrafast")
    return path


@pytest.fixture(scope="module")
def facts(captioned: Path) -> Features:
    return measure(captioned)


class TestFound:
    def test_words_and_frames(self, facts: Features) -> None:
        assert facts.overlays is not None
        found = [(round(o.start_s * FPS), round(o.end_s * FPS), o.text.casefold()) for o in facts.overlays]
        assert found == [(c.first, c.last, c.text.casefold()) for c in planned().captions]

    def test_place(self, facts: Features) -> None:
        assert facts.overlays is not None
        for one, caption in zip(facts.overlays, planned().captions, strict=True):
            assert one.box.left == pytest.approx(caption.left, abs=0.05)
            assert one.box.top == pytest.approx(caption.top, abs=0.03)
            assert 0.02 < one.box.height < 0.09

    def test_a_still_shot_is_not_read_again_and_again(self, facts: Features) -> None:
        assert facts.ocr_frames is not None
        assert facts.ocr_frames <= 10

    def test_the_hook_knows_its_first_text(self, facts: Features) -> None:
        assert facts.hook is not None
        assert facts.hook.first_text_s == 0.0

    def test_the_same_bytes_again(self, facts: Features, captioned: Path) -> None:
        assert measure(captioned).to_json() == facts.to_json()

    def test_what_could_not_be_held_is_looked_at_again(
        self, facts: Features, captioned: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tracks, "MOST_HELD", 0)
        assert measure(captioned).overlays == facts.overlays

    def test_report(self, facts: Features) -> None:
        assert "Text: 4  0.00-1.20 “Three quick tips”" in report.text(facts)

    @pytest.mark.parametrize("degrees", [90, 180, 270])
    def test_a_turned_video_is_read_as_it_is_shown(self, captioned: Path, ffmpeg_make: Ffmpeg, degrees: int) -> None:
        turn = {90: "transpose=clock", 180: "hflip,vflip", 270: "transpose=cclock"}[degrees]
        stored = ffmpeg_make(f"stored{degrees}.mp4", "-i", captioned, "-t", "2", "-vf", turn, "-preset", "ultrafast")
        path = ffmpeg_make(f"turned{degrees}.mp4", "-display_rotation", str(degrees), "-i", stored, "-c", "copy")
        assert probe(path).film.orientation.turn_deg == degrees
        found = measure(path, layers=[LayerName.CUTS, LayerName.OVERLAYS]).overlays
        assert found is not None
        assert [one.text.casefold() for one in found] == ["three quick tips", "wait for it"]
        assert found[0].box.top == pytest.approx(0.12, abs=0.03)

    def test_start_offset_and_matroska(self, captioned: Path, ffmpeg_make: Ffmpeg) -> None:
        path = ffmpeg_make("late.mkv", "-itsoffset", "1.5", "-i", captioned, "-c", "copy", "-copyts")
        found = measure(path, layers=[LayerName.CUTS, LayerName.OVERLAYS]).overlays
        assert found is not None
        assert len(found) == 4
        assert found[2].end_s - found[2].start_s == pytest.approx(16 / FPS, abs=0.002)

    def test_no_text(self, ffmpeg_make: Ffmpeg) -> None:
        path = ffmpeg_make("plain.mp4", "-f", "lavfi", "-i", "mandelbrot=s=320x180:r=25:end_pts=100", "-t", "3")
        facts = measure(path, layers=[LayerName.CUTS, LayerName.OVERLAYS])
        assert facts.overlays == []
        assert facts.layers[LayerName.OVERLAYS].status is LayerStatus.OK


class TestAlone:
    def test_without_a_reader_the_layer_says_so(self, captioned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing() -> None:
            raise ocr.OcrMissing("no module")

        monkeypatch.setattr(text_pass.ocr, "reader", missing)
        facts = measure(captioned)
        assert facts.overlays is None
        assert facts.layers[LayerName.OVERLAYS].status is LayerStatus.SKIPPED
        assert "rapidocr" in facts.layers[LayerName.OVERLAYS].message
        assert facts.cuts is not None
        assert facts.hook is not None
        assert facts.hook.first_text_s is None

    def test_a_reader_that_breaks_takes_nothing_with_it(self, captioned: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        class Broken:
            def read(self, picture: object, before: object) -> None:
                raise ocr.OcrFailed("bad model")

        monkeypatch.setattr(text_pass.ocr, "reader", Broken)
        facts = measure(captioned, layers=[LayerName.CUTS, LayerName.OVERLAYS])
        assert facts.layers[LayerName.OVERLAYS].status is LayerStatus.FAILED
        assert facts.cuts is not None

    def test_not_asked_for(self, captioned: Path) -> None:
        facts = measure(captioned, layers=[LayerName.CUTS])
        assert facts.layers[LayerName.OVERLAYS].message == "Not asked for."


class TestViews:
    def film(self, pictures: np.ndarray) -> Film:
        film = Film(*pictures.shape[1:])
        for start in range(0, len(pictures), 128):
            film.add(pictures[start : start + 128])
        return film

    def test_stretches_lie_between_cuts_and_transitions(self) -> None:
        parts = views.stretches(100, [30], [(50, 60)])
        assert [(one.first, one.last) for one in parts] == [(0, 30), (30, 50), (61, 100)]

    def test_a_still_video_is_read_once_and_a_pop_once_more(self) -> None:
        rng = np.random.default_rng(1)
        pictures = np.repeat(rng.integers(0, 255, (1, 64, 36), dtype=np.uint8), 300, axis=0)
        times = np.arange(300) * 40
        still = views.choose(self.film(pictures), times, views.stretches(300, [], [])).read
        assert len(still) == 1
        pictures[100:115, 40:43, 8:28] = rng.integers(0, 255, (1, 3, 20), dtype=np.uint8)
        popped = views.choose(self.film(pictures), times, views.stretches(300, [], [])).read
        assert len(popped) == 2
        assert 100 <= popped[1].frame < 115

    def test_the_budget_holds_however_restless_the_picture(self) -> None:
        rng = np.random.default_rng(2)
        pictures = np.repeat(rng.integers(0, 255, (150, 64, 36), dtype=np.uint8), 12, axis=0)
        found = views.choose(self.film(pictures), np.arange(1800) * 33, views.stretches(1800, [], []))
        assert len(found.read) == views.ORDINARY_PER_MINUTE
        assert len(found.glanced) <= views.ORDINARY_PER_MINUTE
        assert all(view.at_once >= views.AT_ONCE for view in found.glanced)
        assert not {view.frame for view in found.glanced} & {view.frame for view in found.read}

    def test_the_film_gives_any_part(self) -> None:
        pictures = np.arange(300, dtype=np.uint16).astype(np.uint8)[:, None, None] * np.ones((1, 2, 2), np.uint8)
        film = self.film(pictures)
        assert len(film) == 300
        assert film.part(120, 130)[:, 0, 0].tolist() == pictures[120:130, 0, 0].tolist()
        assert len(film.part(290, 400)) == 10
        assert len(film.part(5, 5)) == 0


class TestJoining:
    def line(self, text: str, top: float = 0.1) -> ocr.TextLine:
        return ocr.TextLine(text, ocr.Box(0.1, top, 0.5, top + 0.05), 0.9)

    def test_readings_of_one_text_are_one(self) -> None:
        found = overlays.find([Track(0, 50, self.line("Wait for it")), Track(52, 80, self.line("Wait forit"))], 0.025)
        assert [(one.first, one.last) for one in found] == [(0, 80)]

    def test_lines_that_come_together_are_one_overlay(self) -> None:
        found = overlays.find([Track(9, 50, self.line("two", 0.17)), Track(10, 50, self.line("one"))], 0.025)
        assert [one.text for one in found] == ["one\ntwo"]

    def test_lines_that_come_after_each_other_are_two(self) -> None:
        found = overlays.find([Track(9, 50, self.line("one")), Track(30, 50, self.line("two", 0.17))], 0.025)
        assert len(found) == 2

    def test_a_picture_that_was_misread_does_not_end_a_text(self) -> None:
        luma = np.zeros((10, 20), np.uint8)
        read = tracks.Reading(10, (self.line("Wait"),), (luma,))
        found = tracks.threads([read, tracks.Reading(20, (), ()), tracks.Reading(30, read.lines, read.luma)], 99)
        assert [one.frames for one in found] == [[10, 30]]

    def test_noise_is_no_text(self) -> None:
        assert [text for text in ("A", "—", "iii", "..", "5 %", "ok", "No", "日本") if ocr.is_text(text)] == [
            "ok", "No", "日本",
        ]  # fmt: skip


def test_only_what_lies_behind_a_key_frame_is_decoded_again(captioned: Path, ffmpeg_make: Ffmpeg) -> None:
    path = ffmpeg_make("keyed.mp4", "-i", captioned, "-g", "50", "-sc_threshold", "0", "-preset", "ultrafast")
    facts = probe(path)
    stamps = video_pass.run(binary(), facts, lambda _: None).stamps
    seen = [one.frame for one in pictures.again(facts, stamps, [10, 120, 125])]
    assert seen == [*range(11), *range(100, 126)]


class Engine:
    """Stands in for the reader's package: finds lines where it is told, and counts what it is asked to read."""

    def __init__(self, *boxes: tuple[int, int, int, int]) -> None:
        self.boxes = boxes
        self.asked: list[int] = []

    def __call__(self, picture: np.ndarray, **_options: bool) -> SimpleNamespace:
        corners = [[(a, b), (c, b), (c, d), (a, d)] for a, b, c, d in self.boxes]
        return SimpleNamespace(boxes=np.array(corners, np.float32) if corners else None)

    def crop_text_regions(self, picture: np.ndarray, corners: list[np.ndarray]) -> list[np.ndarray]:
        return list(corners)

    def recognize_txt(self, crops: list[np.ndarray]) -> SimpleNamespace:
        self.asked.append(len(crops))
        return SimpleNamespace(txts=[f"text {len(self.asked)}"] * len(crops), scores=[0.99] * len(crops))


class TestReadOnce:
    def read(self, engine: Engine, picture: np.ndarray, before: ocr.Page | None = None) -> ocr.Page:
        reader = ocr.Reader.__new__(ocr.Reader)
        reader._engine = engine
        return reader.read(picture, before)

    @pytest.fixture
    def picture(self) -> np.ndarray:
        return np.random.default_rng(5).integers(0, 255, (200, 100, 3)).astype(np.uint8)

    def test_what_looks_the_same_in_the_same_place_is_not_read_again(self, picture: np.ndarray) -> None:
        engine = Engine((10, 20, 90, 36), (10, 100, 50, 116))
        first = self.read(engine, picture)
        noisy = (picture.astype(np.int16) + 4).clip(0, 255).astype(np.uint8)
        engine.boxes = ((11, 20, 91, 37), (10, 100, 50, 116))
        second = self.read(engine, noisy, first)
        assert engine.asked == [2]
        assert [line.text for line in second.lines] == ["text 1", "text 1"]
        assert second.lines[0].box.left == pytest.approx(0.11), "where it is now"

    def test_one_other_letter_is_read(self, picture: np.ndarray) -> None:
        engine = Engine((10, 20, 90, 36))
        first = self.read(engine, picture)
        changed = picture.copy()
        changed[20:36, 80:88] = 255 - changed[20:36, 80:88]
        assert [line.text for line in self.read(engine, changed, first).lines] == ["text 2"]

    def test_another_place_is_read(self, picture: np.ndarray) -> None:
        engine = Engine((10, 20, 90, 36))
        first = self.read(engine, picture)
        engine.boxes = ((10, 26, 90, 42),)
        self.read(engine, picture, first)
        assert engine.asked == [1, 1]

    def test_nothing_is_found(self, picture: np.ndarray) -> None:
        engine = Engine()
        assert self.read(engine, picture).lines == []
        assert engine.asked == []


class TestAbsence:
    """Whether a text that was not read in a picture is there is told by its strokes."""

    def readings(self, *shown: bool) -> list[tracks.Reading]:
        rng = np.random.default_rng(3)
        text = rng.integers(0, 2, (8, 32)).repeat(2, axis=0).repeat(2, axis=1) * 120
        line = ocr.TextLine("some words", ocr.Box(0.2, 0.3, 0.84, 0.46), 0.99)
        out = []
        for number, is_shown in enumerate(shown):
            luma = rng.integers(60, 100, (100, 100)).astype(np.int16)
            if is_shown:
                luma[30:46, 20:84] += text
            whole = luma.clip(0, 255).astype(np.uint8)
            rows, columns = tracks.place(line.box, 100, 100)
            is_read = is_shown and number == 2
            strip = (whole[rows, columns].copy(),) if is_read else ()
            out.append(tracks.Reading(10 * number, (line,) if is_read else (), strip, tracks.Packed.of(whole)))
        return out

    def test_pictures_without_it_bound_where_it_is_looked_for(self) -> None:
        (thread,) = tracks.threads(self.readings(False, False, True, False, False), 50)
        assert (thread.low, thread.high) == (11, 30)

    def test_where_it_was_misread_it_goes_on(self) -> None:
        (thread,) = tracks.threads(self.readings(False, True, True, True, False), 50)
        assert (thread.low, thread.high) == (1, 40)


class TestGlance:
    """A text that was read before, and is shown again in a picture that is not read."""

    LINE = ocr.TextLine("some words", ocr.Box(0.2, 0.3, 0.84, 0.46), 0.97)

    def strip(self, seed: int) -> np.ndarray:
        return np.random.default_rng(seed).integers(0, 2, (8, 32)).repeat(2, axis=0).repeat(2, axis=1) * 120

    def picture(self, seed: int, text: np.ndarray | None = None) -> np.ndarray:
        luma = np.random.default_rng(seed).integers(60, 80, (100, 100))
        if text is not None:
            luma[30:46, 20:84] += text
        return luma.astype(np.uint8)

    def reading(self, frame: int, luma: np.ndarray, *, is_read: bool) -> tracks.Reading:
        strips = (luma[tracks.place(self.LINE.box, *luma.shape)],) if is_read else ()
        return tracks.Reading(frame, (self.LINE,) if is_read else (), strips, tracks.Packed.of(luma))

    @pytest.fixture
    def known(self) -> tracks.Threads:
        """Read at frame 0, gone at frame 10."""
        threads = tracks.Threads(50)
        threads.add(self.reading(0, self.picture(1, self.strip(9)), is_read=True))
        threads.add(self.reading(10, self.picture(2), is_read=False))
        return threads

    def test_it_is_known_again_with_its_words(self, known: tracks.Threads) -> None:
        known.glance(20, self.picture(3, self.strip(9)))
        known.add(self.reading(30, self.picture(4), is_read=False))
        assert [(one.frames, one.low, one.high) for one in known.found] == [([0], 0, 10), ([20], 11, 30)]
        assert known.found[1].lines == [self.LINE]

    def test_where_nothing_is_shown_nothing_is_known(self, known: tracks.Threads) -> None:
        known.glance(20, self.picture(3))
        assert len(known.found) == 1

    def test_other_words_in_its_place_are_not_taken_for_it(self, known: tracks.Threads) -> None:
        other = self.strip(9)
        other[:, 44:] = self.strip(8)[:, 44:]  # the last third
        known.glance(20, self.picture(3, other))
        assert len(known.found) == 1

    def test_a_text_that_has_not_ended_is_not_found_twice(self) -> None:
        threads = tracks.Threads(50)
        threads.add(self.reading(0, self.picture(1, self.strip(9)), is_read=True))
        threads.glance(5, self.picture(2, self.strip(9)))
        assert [one.frames for one in threads.found] == [[0]]

    def test_it_is_known_once_however_often_it_was_read(self, known: tracks.Threads) -> None:
        known.glance(20, self.picture(3, self.strip(9)))
        known.add(self.reading(30, self.picture(4), is_read=False))
        known.glance(40, self.picture(5, self.strip(9)))
        assert [one.frames for one in known.found] == [[0], [20], [40]]
