"""Files as people really have them: what is read of each, by whoever opens it, is the same and right."""

from typing import Any

import pytest

from editing.sources import read_facts
from media import probe
from patterns.measure.probe import probe as measure_probe
from tests.videofile.library import CUT_OFF, LIBRARY, File, Shelf

FILES = pytest.mark.parametrize("file", LIBRARY, ids=[file.name for file in LIBRARY])


def facts_of(shelf: Shelf, file: File) -> dict[str, Any]:
    return probe.probe(str(shelf.get(file)), file.demuxer)


@FILES
def test_the_upload_reads_what_is_right(shelf: Shelf, file: File) -> None:
    facts = facts_of(shelf, file)
    assert facts["duration_s"] == pytest.approx(file.seconds, abs=0.045)
    assert facts["start_s"] == pytest.approx(file.start_s, abs=0.045)
    assert (facts["fps"], facts["variable_frame_rate"]) == (file.fps, file.varies)
    assert (facts["width"], facts["height"]) == file.size
    assert (facts["rotation_deg"], facts["mirrored"]) == (file.turn_deg, file.mirrored)
    assert (facts["video_codec"], facts.get("audio_codec", "")) == (file.codec, file.sound)


@FILES
def test_measuring_and_rendering_read_the_same(shelf: Shelf, file: File) -> None:
    facts, path = facts_of(shelf, file), shelf.get(file)
    measured, source = measure_probe(path), read_facts(path)
    assert measured.film.index == source.video_index
    assert round(measured.duration_s, 3) == round(source.duration_s, 3) == facts["duration_s"]
    assert round(measured.fps, 3) == round(source.fps, 3) == facts["fps"]
    assert (measured.film.width, measured.film.height) == (source.display_width, source.display_height) == file.size
    assert (measured.sound.index if measured.sound else None) == source.audio_index


@pytest.mark.parametrize(("name", "share"), CUT_OFF)
def test_a_file_of_which_a_part_is_missing_is_refused(shelf: Shelf, name: str, share: float) -> None:
    demuxer = next(file.demuxer for file in LIBRARY if file.name == name)
    assert probe.main(str(shelf.cut_off(name, share)), demuxer)["problem"] == "truncated_file"


def test_the_library_holds_at_least_forty_files() -> None:
    assert len({file.name for file in LIBRARY}) == len(LIBRARY) >= 40
