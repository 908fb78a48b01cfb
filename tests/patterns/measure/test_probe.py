"""The traps of real files: what the container says, what only a picture says, and what is no video at all."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest

from patterns.measure import Features, LayerName, LayerStatus, MeasureCode, MeasureError, measure
from patterns.measure.probe import Probe, probe

from .conftest import Ffmpeg

pytestmark = pytest.mark.slow


def code_of(path: Path) -> MeasureCode:
    with pytest.raises(MeasureError) as caught:
        measure(path)
    assert caught.value.message.endswith(".")
    assert "\n" not in caught.value.message
    return caught.value.code


def only_cut(features: Features) -> tuple[int, float]:
    assert features.cuts is not None
    assert len(features.cuts) == 1
    return features.cuts[0].frame, features.cuts[0].time_s


class TestUnreadable:
    def test_text_with_the_name_of_a_video(self, tmp_path: Path) -> None:
        path = tmp_path / "notes.mp4"
        path.write_text("these are notes\n" * 50)
        assert code_of(path) is MeasureCode.UNREADABLE

    def test_nothing_at_all(self, tmp_path: Path) -> None:
        path = tmp_path / "empty.mp4"
        path.touch()
        assert code_of(path) is MeasureCode.EMPTY

    def test_no_file(self, tmp_path: Path) -> None:
        assert code_of(tmp_path / "absent.mp4") is MeasureCode.NOT_FOUND
        assert code_of(tmp_path) is MeasureCode.NOT_FOUND

    def test_sound_only(self, ffmpeg_make: Ffmpeg) -> None:
        assert code_of(ffmpeg_make("sound.m4a", "-f", "lavfi", "-i", "sine=440:d=1")) is MeasureCode.NO_VIDEO

    def test_a_cover_is_no_video(self, ffmpeg_make: Ffmpeg, two_shots: Path) -> None:
        cover = ffmpeg_make("cover.png", "-i", two_shots, "-frames:v", "1")
        args = ("-f", "lavfi", "-i", "sine=440:d=1", "-i", cover, "-map", "0", "-map", "1", "-c:v", "png")
        path = ffmpeg_make("cover.mp3", *args, "-disposition:v", "attached_pic")
        assert code_of(path) is MeasureCode.NO_VIDEO

    def test_pictures_of_an_unknown_format(self, two_shots: Path, tmp_path: Path) -> None:
        path = tmp_path / "unknown.mp4"
        path.write_bytes(two_shots.read_bytes().replace(b"avc1", b"zz~1"))
        assert code_of(path) is MeasureCode.UNREADABLE

    def test_cut_off_before_the_index(self, two_shots: Path, tmp_path: Path) -> None:
        path = tmp_path / "cut_off.mp4"
        path.write_bytes(two_shots.read_bytes()[:30000])
        assert code_of(path) is MeasureCode.UNREADABLE

    def test_cut_off_behind_the_index(self, ffmpeg_make: Ffmpeg, two_shots: Path, tmp_path: Path) -> None:
        whole = ffmpeg_make("index_first.mp4", "-i", two_shots, "-c", "copy", "-movflags", "+faststart").read_bytes()
        path = tmp_path / "cut_off.mp4"
        path.write_bytes(whole[: len(whole) * 4 // 10])
        assert code_of(path) is MeasureCode.TRUNCATED

    @pytest.mark.parametrize("text", ["#EXTM3U\n#EXTINF:4,\n{}\n#EXT-X-ENDLIST\n", "ffconcat version 1.0\nfile {}\n"])
    def test_a_list_of_other_files_is_not_followed(self, two_shots: Path, tmp_path: Path, text: str) -> None:
        path = tmp_path / "list.mp4"
        path.write_text(text.format(two_shots))
        assert code_of(path) is MeasureCode.UNREADABLE


class TestPlain:
    def test_what_a_probe_tells(self, two_shots: Path) -> None:
        facts = probe(two_shots)
        assert isinstance(facts, Probe)
        assert (facts.film.width, facts.film.height, facts.aspect, facts.film.codec) == (320, 180, "16:9", "h264")
        assert facts.fps == 30
        assert facts.duration_s == pytest.approx(4.0, abs=0.03)
        assert facts.sound is not None
        assert (facts.sound.codec, facts.sound.channels) == ("aac", 1)

    def test_features(self, two_shots: Path) -> None:
        features = measure(two_shots)
        assert (features.fps, features.frames, features.variable_frame_rate) == (30.0, 120, False)
        assert features.duration_s == pytest.approx(4.0, abs=0.03)
        assert only_cut(features) == (60, 2.0)
        assert features.has_audio


class TestShape:
    @pytest.mark.parametrize(("degrees", "size", "aspect"), [(90, (180, 320), "9:16"), (180, (320, 180), "16:9")])
    def test_rotation(
        self, ffmpeg_make: Ffmpeg, two_shots: Path, degrees: int, size: tuple[int, int], aspect: str
    ) -> None:
        path = ffmpeg_make(f"rotated{degrees}.mp4", "-display_rotation", degrees, "-i", two_shots, "-c", "copy")
        features = measure(path)
        assert (features.width, features.height) == size
        assert (features.coded_width, features.coded_height) == (320, 180)
        assert (features.rotation, features.aspect) == (degrees, aspect)
        assert only_cut(features) == (60, 2.0)

    def test_pixels_that_are_not_square(self, ffmpeg_make: Ffmpeg, two_shots: Path) -> None:
        features = measure(ffmpeg_make("anamorphic.mp4", "-i", two_shots, "-vf", "setsar=16/11"))
        assert (features.width, features.height) == (465, 180)
        assert features.aspect_ratio == pytest.approx(320 * 16 / 11 / 180, rel=0.01)

    def test_odd_sides(self, ffmpeg_make: Ffmpeg, two_shots: Path) -> None:
        args = ("-vf", "scale=161:283,setsar=1", "-pix_fmt", "yuv444p")
        features = measure(ffmpeg_make("odd.mp4", "-i", two_shots, *args))
        assert (features.width, features.height) == (161, 283)
        assert only_cut(features) == (60, 2.0)

    def test_ten_bits_and_high_dynamic_range(self, ffmpeg_make: Ffmpeg, two_shots: Path) -> None:
        params = "log-level=none:transfer=smpte2084:colorprim=bt2020:colormatrix=bt2020nc"
        args = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", params, "-pix_fmt", "yuv420p10le")
        features = measure(ffmpeg_make("hdr.mp4", "-i", two_shots, *args, "-color_trc", "smpte2084"))
        assert (features.video_codec, features.pixel_format, features.hdr) == ("hevc", "yuv420p10le", True)
        assert only_cut(features) == (60, 2.0)

    def test_four_k(self, ffmpeg_make: Ffmpeg, two_shots: Path) -> None:
        args = ("-vf", "fps=10,scale=3840:2160", "-preset", "ultrafast", "-crf", "35", "-t", "2.6", "-an")
        features = measure(ffmpeg_make("four_k.mp4", "-i", two_shots, *args))
        assert (features.width, features.height, features.aspect) == (3840, 2160, "16:9")
        assert only_cut(features) == (20, 2.0)
        assert features.layers[LayerName.OVERLAYS].status is LayerStatus.OK

    def test_one_picture(self, ffmpeg_make: Ffmpeg, two_shots: Path) -> None:
        features = measure(ffmpeg_make("one.mp4", "-i", two_shots, "-frames:v", "1", "-an"))
        assert features.frames == 1
        assert features.cuts == []
        assert features.pace is not None
        assert features.pace.shots == 1


class TestTime:
    def test_sixty_pictures_a_second(self, ffmpeg_make: Ffmpeg) -> None:
        graph = "[1]trim=duration=1,setpts=PTS-STARTPTS[b];[0][b]concat=n=2:v=1[v]"
        sources = ("-f", "lavfi", "-i", "testsrc2=s=320x180:r=60:d=1", "-f", "lavfi", "-i", "mandelbrot=s=320x180:r=60")
        path = ffmpeg_make("sixty.mp4", *sources, "-filter_complex", graph, "-map", "[v]", "-preset", "ultrafast")
        features = measure(path)
        assert (features.fps, features.frames, features.variable_frame_rate) == (60.0, 120, False)
        assert only_cut(features) == (60, 1.0)

    def test_varying_frame_rate(self, ffmpeg_make: Ffmpeg, two_shots: Path) -> None:
        args = ("-vf", "select='lt(mod(n\\,5)\\,4)'", "-fps_mode", "vfr")
        features = measure(ffmpeg_make("vfr.mp4", "-i", two_shots, *args))
        assert features.variable_frame_rate
        assert features.fps == 30, "the rate of most pictures, not the average"
        assert only_cut(features) == (48, 2.0)

    def test_no_duration_in_the_container(self, two_shots: Path, tmp_path: Path) -> None:
        path = tmp_path / "stream.mkv"
        argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(two_shots), "-c", "copy"]
        with path.open("wb") as out:
            piped = subprocess.run([*argv, "-f", "matroska", "-"], stdout=subprocess.PIPE, check=True, timeout=30)
            out.write(piped.stdout)
        features = measure(path)
        assert features.duration_s == probe(path).duration_s == 4.0
        assert only_cut(features) == (60, 2.0)

    def test_pictures_that_start_late(self, ffmpeg_make: Ffmpeg, two_shots: Path) -> None:
        args = ("-itsoffset", "0.5", "-i", two_shots, "-i", two_shots, "-map", "0:v", "-map", "1:a", "-c", "copy")
        features = measure(ffmpeg_make("late.mkv", *args))
        assert features.video_start_s == pytest.approx(0.5, abs=0.02)
        assert only_cut(features)[1] == pytest.approx(2.5, abs=0.02)

    def test_sound_that_starts_late_begins_with_silence(self, ffmpeg_make: Ffmpeg, two_shots: Path) -> None:
        args = ("-i", two_shots, "-itsoffset", "0.7", "-i", two_shots, "-map", "0:v", "-map", "1:a", "-c", "copy")
        features = measure(ffmpeg_make("late_sound.mkv", *args))
        assert features.silences
        assert features.silences[0].start_s == 0.0
        assert features.silences[0].end_s == pytest.approx(0.7, abs=0.05)


class TestStreams:
    def test_a_cover_before_the_video(self, ffmpeg_make: Ffmpeg, two_shots: Path) -> None:
        cover = ffmpeg_make("cover_first.png", "-i", two_shots, "-frames:v", "1")
        args = (
            "-i",
            two_shots,
            "-i",
            cover,
            "-map",
            "1",
            "-map",
            "0",
            "-c:v:0",
            "png",
            "-c:v:1",
            "copy",
            "-c:a",
            "copy",
        )
        features = measure(ffmpeg_make("cover_first.mp4", *args, "-disposition:v:0", "attached_pic"))
        assert features.video_codec == "h264"
        assert only_cut(features) == (60, 2.0)

    def test_six_channels(self, ffmpeg_make: Ffmpeg, two_shots: Path) -> None:
        pan = "pan=5.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=c0|BR=c0"
        features = measure(ffmpeg_make("surround.mp4", "-i", two_shots, "-af", pan, "-c:v", "copy"))
        assert features.audio is not None
        assert features.audio.channels == 6
        assert features.loudness is not None
        assert features.loudness.integrated_lufs is not None

    def test_no_sound(self, ffmpeg_make: Ffmpeg, two_shots: Path) -> None:
        features = measure(ffmpeg_make("mute.mp4", "-i", two_shots, "-an", "-c", "copy"))
        assert not features.has_audio
        assert (features.loudness, features.silences, features.speech, features.tempo_bpm) == (None, None, None, None)
        silent = [name for name, layer in features.layers.items() if layer.status is LayerStatus.SKIPPED]
        assert {"loudness", "silence", "speech", "music"} <= {name.value for name in silent}
        assert features.layers[silent[0]].message == "This video has no audio track."

    def test_broken_sound_leaves_the_pictures_alone(self, ffmpeg_make: Ffmpeg, two_shots: Path) -> None:
        path = ffmpeg_make(
            "noise_as_sound.mkv", "-i", two_shots, "-c:v", "copy", "-c:a", "aac", "-bsf:a", "noise=amount=1"
        )
        features = measure(path)
        assert only_cut(features) == (60, 2.0)

    @pytest.mark.parametrize("name", ["clip.avi", "clip.mov", "clip.webm", "clip.ts", "clip.gif"])
    def test_containers(self, ffmpeg_make: Ffmpeg, two_shots: Path, name: str) -> None:
        codec = (
            ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-s", "160x90")
            if name.endswith("webm")
            else ()
        )
        features = measure(ffmpeg_make(name, "-i", two_shots, *codec))
        frame, time_s = only_cut(features)
        assert time_s == pytest.approx(2.0, abs=0.06)
        assert frame == pytest.approx(2.0 * features.fps, abs=1)
