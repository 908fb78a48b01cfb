"""Facts of sources, with the traps that real containers hold."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from editing.errors import EditingError
from editing.sources import KeyFrames, SourceError, read_facts
from tests.editing.clips import HLG, ffmpeg


class TestFacts:
    def test_a_plain_video(self, clip: Callable[[str], Path]) -> None:
        facts = read_facts(clip("landscape"))
        assert (facts.display_width, facts.display_height, facts.fps) == (320, 180, 30)
        assert facts.duration_s == pytest.approx(4, abs=0.05)
        assert facts.audio_index == 1
        assert (facts.is_image, facts.is_hdr, facts.is_interlaced) == (False, False, False)
        assert facts.limit.has_video

    def test_rotation_turns_the_size(self, clip: Callable[[str], Path]) -> None:
        facts = read_facts(clip("rotated"))
        assert (facts.display_width, facts.display_height) == (180, 320)

    def test_wide_pixels_widen_the_picture(self, clip: Callable[[str], Path]) -> None:
        facts = read_facts(clip("anamorphic"))
        assert (facts.display_width, facts.display_height) == (320, 180)

    def test_no_sound(self, clip: Callable[[str], Path]) -> None:
        assert read_facts(clip("silent")).audio_index is None

    def test_sound_only(self, clip: Callable[[str], Path]) -> None:
        facts = read_facts(clip("music"))
        assert facts.video_index is None
        assert facts.audio_index == 0
        assert facts.duration_s == pytest.approx(2, abs=0.05)
        assert not facts.limit.has_video

    def test_an_image(self, picture: Path) -> None:
        facts = read_facts(picture)
        assert facts.is_image
        assert facts.limit.is_image
        assert (facts.display_width, facts.duration_s) == (64, 0)

    def test_a_cover_is_not_the_film(self, clip: Callable[[str], Path], picture: Path, tmp_path: Path) -> None:
        path = tmp_path / "song.m4a"
        ffmpeg(
            "-i", str(picture), "-i", str(clip("music")), "-map", "0", "-map", "1", "-c", "copy",
            "-disposition:v:0", "attached_pic", str(path),
        )  # fmt: skip
        facts = read_facts(path)
        assert facts.video_index is None
        assert facts.audio_index is not None

    def test_a_stream_without_a_length_is_counted(self, clip: Callable[[str], Path], tmp_path: Path) -> None:
        path = tmp_path / "live.mkv"
        ffmpeg("-i", str(clip("landscape")), "-c", "copy", "-live", "1", str(path))
        assert read_facts(path).duration_s == pytest.approx(4, abs=0.1)

    def test_hdr_and_interlaced_are_seen(self, tmp_path: Path) -> None:
        path = tmp_path / "hlg.mp4"
        ffmpeg(
            "-f", "lavfi", "-i", "testsrc2=s=160x96:r=25:d=1", "-vf", f"setfield=tff,{HLG}", "-c:v", "libx264",
            "-pix_fmt", "yuv420p10le", "-flags", "+ilme+ildct", str(path),
        )  # fmt: skip
        facts = read_facts(path)
        assert facts.is_hdr
        assert facts.is_interlaced


class TestUnusable:
    @pytest.mark.parametrize("content", [b"", b"this is not a video\n" * 50, struct.pack(">I", 24) + b"ftypisom" * 4])
    def test_what_is_no_video(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "x.mp4"
        path.write_bytes(content)
        with pytest.raises(SourceError) as caught:
            read_facts(path)
        assert caught.value.code == EditingError.SOURCE_UNREADABLE
        assert str(tmp_path) not in caught.value.message

    def test_a_file_that_is_gone(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError) as caught:
            read_facts(tmp_path / "gone.mp4")
        assert caught.value.code == EditingError.SOURCE_MISSING

    def test_a_header_without_pictures(self, clip: Callable[[str], Path], tmp_path: Path) -> None:
        path = tmp_path / "cut.mp4"
        ffmpeg("-i", str(clip("landscape")), "-c", "copy", "-movflags", "+faststart", str(path))
        whole = path.read_bytes()
        start = whole.index(b"mdat") + 4
        path.write_bytes(whole[:start] + bytes(len(whole) - start))
        with pytest.raises(SourceError) as caught:
            read_facts(path)
        assert caught.value.code == EditingError.SOURCE_UNREADABLE


class TestKeyFrames:
    def test_where_decoding_begins(self, clip: Callable[[str], Path]) -> None:
        with KeyFrames(read_facts(clip("landscape"))) as frames:
            assert frames.before(2.5) == pytest.approx(2.0, abs=0.01)
            assert frames.before(0.9) == pytest.approx(0.0, abs=0.01)

    def test_past_the_end_is_the_last_one(self, clip: Callable[[str], Path]) -> None:
        with KeyFrames(read_facts(clip("colours"))) as frames:
            assert frames.before(99) == 0.0
