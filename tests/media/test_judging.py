"""What files are, by their first bytes; and what a probe says of real ones."""

import shutil
import subprocess

import imageio_ffmpeg
import pytest

from core.child import ChildError
from core.errors import TooLarge, Unavailable, UnsupportedMedia, ValidationFailed
from media import file_type, picture, previews, probe, upload_checks
from tests import factories


def ftyp(major: bytes, *others: bytes) -> bytes:
    body = major + b"\0\0\0\0" + b"".join(others)
    return (8 + len(body)).to_bytes(4, "big") + b"ftyp" + body + b"\0" * 64


def ffmpeg(*argv: str) -> None:
    binary = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([binary, "-v", "error", "-y", *argv], check=True, stdin=subprocess.DEVNULL)


class TestFirstBytes:
    @pytest.mark.parametrize(
        ("head", "name"),
        [
            (ftyp(b"isom", b"iso2", b"avc1"), "MP4"),
            (ftyp(b"mp42"), "MP4"),
            (ftyp(b"XXXX", b"isom"), "MP4"),
            (ftyp(b"M4V ", b"mp42"), "M4V"),
            (ftyp(b"qt  "), "MOV"),
            (b"\0\0\0\x08wide\0\0\0\0mdat" + b"\0" * 20, "MOV"),
            (b"RIFF\x10\0\0\0AVI LIST" + b"\0" * 20, "AVI"),
            (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + b"\0" * 20, "WebM"),
        ],
    )
    def test_containers_we_take(self, head, name):
        found = file_type.container_of(head)
        assert found is not None
        assert found.name == name

    @pytest.mark.parametrize(
        ("head", "words"),
        [
            (b"hello there, this is text", "plain text"),
            ("Grüße – ein Text".encode(), "plain text"),
            (b"%PDF-1.7 xxxxxxxx", "a PDF document"),
            (b"\xff\xd8\xff\xe0" + b"\0" * 20, "a JPEG picture"),
            (b"PK\x03\x04" + b"\0" * 20, "a ZIP archive or office document"),
            (ftyp(b"heic", b"mif1"), "a still picture"),
            (ftyp(b"M4A ", b"isom"), "a sound file without pictures"),
            (ftyp(b"zzzz"), "a media file of an unknown kind"),
            (b"RIFF\x10\0\0\0WAVEfmt " + b"\0" * 20, "a WAV sound file"),
            (b"RIFF\x10\0\0\0zzzzfmt " + b"\0" * 20, "a RIFF file"),
            (b"\x1a\x45\xdf\xa3\x42\x82\x88matroska" + b"\0" * 20, "a Matroska (MKV) video"),
            ((b"\x47" + b"\0" * 187) * 3, "an MPEG transport stream"),
            (b"\xff\xfb\x90\x00" + b"\0" * 20, "an MP3 or AAC sound file"),
            (bytes(range(128, 256)) + b"\0", "no video format that we know"),
            (b"\x00\x01", "no video format that we know"),
            (b"\x80\x81\x82 abc", "no video format that we know"),
        ],
    )
    def test_others_are_named(self, head, words):
        assert file_type.container_of(head) is None
        assert file_type.describe(head) == words


@pytest.fixture
def made(tmp_path):
    """Makes a file from a source of FFmpeg's own."""

    def make(name: str, *options: str, source: str = "testsrc=s=160x90:r=25:d=2"):
        target = tmp_path / name
        ffmpeg("-f", "lavfi", "-i", source, *options, str(target))
        return target

    return make


class TestProbe:
    def test_an_ordinary_file(self):
        facts = probe.probe(str(factories.tiny_mp4()), "mov")
        assert (facts["width"], facts["height"], facts["duration_s"], facts["fps"]) == (320, 180, 2.0, 25.0)
        assert (facts["has_audio"], facts["audio_codec"], facts["audio_channels"]) == (True, "aac", 1)
        assert (facts["video_codec"], facts["rotation_deg"], facts["variable_frame_rate"]) == ("h264", 0, False)

    def test_the_rotation_turns_the_size(self, tmp_path):
        turned = tmp_path / "turned.mp4"
        ffmpeg("-display_rotation", "90", "-i", str(factories.tiny_mp4()), "-c", "copy", str(turned))
        facts = probe.probe(str(turned), "mov")
        assert (facts["width"], facts["height"], facts["rotation_deg"]) == (180, 320, 90)

    def test_pixels_that_are_not_square_count_as_shown(self, made):
        wide = made("wide.mp4", "-vf", "setsar=16/11", "-c:v", "libx264", "-pix_fmt", "yuv420p")
        facts = probe.probe(str(wide), "mov")
        assert (facts["coded_width"], facts["width"], facts["height"]) == (160, 233, 90)

    def test_webm_without_a_duration_is_measured_by_its_packets(self, made):
        live = made("live.webm", "-c:v", "libvpx", "-deadline", "realtime", "-live", "1")
        facts = probe.probe(str(live), "matroska")
        assert (facts["duration_s"], facts["frames"]) == (2.0, None)

    def test_a_fragmented_file_is_measured_by_its_packets(self, made):
        pieces = made("pieces.mp4", "-c:v", "libx264", "-bf", "0", "-movflags", "frag_keyframe+empty_moov")
        assert probe.probe(str(pieces), "mov")["duration_s"] == pytest.approx(2.0, abs=0.05)

    def test_avi(self, made):
        facts = probe.probe(str(made("old.avi", "-c:v", "mpeg4")), "avi")
        assert (facts["duration_s"], facts["has_audio"]) == (2.0, False)

    def test_sound_without_pictures_is_no_video(self, tmp_path):
        target = tmp_path / "sound.mp4"
        ffmpeg("-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac", str(target))
        assert probe.main(str(target), "mov")["problem"] == "no_video_stream"

    def test_a_cover_picture_is_no_video(self, tmp_path):
        cover, target = tmp_path / "cover.png", tmp_path / "song.mp4"
        ffmpeg("-f", "lavfi", "-i", "color=red:s=64x64:d=1", "-frames:v", "1", str(cover))
        sound = ("-f", "lavfi", "-i", "sine=d=1")
        ffmpeg(*sound, "-i", str(cover), "-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v:0", "attached_pic",
               "-c:a", "aac", str(target))  # fmt: skip
        assert probe.main(str(target), "mov")["problem"] == "no_video_stream"

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
    def test_a_file_that_ends_early_with_its_index_in_front(self, tmp_path, share):
        data = factories.tiny_mp4().read_bytes()
        short = tmp_path / "short.mp4"
        short.write_bytes(data[: int(len(data) * share)])
        assert probe.main(str(short), "mov")["problem"] == "truncated_file"

    def test_a_file_that_ends_early_with_its_index_behind(self, made):
        whole = made("whole.mp4", "-c:v", "libx264")
        data = whole.read_bytes()
        whole.write_bytes(data[: len(data) // 2])
        assert probe.main(str(whole), "mov")["problem"] == "truncated_file"

    @pytest.mark.parametrize(
        ("name", "codec", "demuxer"), [("a.webm", "libvpx", "matroska"), ("a.avi", "mpeg4", "avi")]
    )
    def test_other_containers_that_end_early(self, made, name, codec, demuxer):
        whole = (
            made(name, "-c:v", codec, "-deadline", "realtime", "-b:v", "400k")
            if codec == "libvpx"
            else made(name, "-c:v", codec)
        )
        data = whole.read_bytes()
        whole.write_bytes(data[: len(data) // 2])
        assert probe.main(str(whole), demuxer)["problem"] == "truncated_file"

    def test_noise_behind_a_good_beginning_is_damage(self, tmp_path):
        target = tmp_path / "noise.mp4"
        target.write_bytes(ftyp(b"isom") + bytes(range(256)) * 40)
        assert probe.main(str(target), "mov")["problem"] in ("damaged_file", "truncated_file")

    def test_too_many_pixels(self, monkeypatch):
        monkeypatch.setattr(probe, "MAX_PIXELS", 100)
        assert probe.main(str(factories.tiny_mp4()), "mov")["problem"] == "too_many_pixels"


class TestSentences:
    """Every refusal names the file and says what to do."""

    def test_size(self, settings):
        with pytest.raises(ValidationFailed, match=r"“a\.mp4” is empty"):
            upload_checks.check_size("a.mp4", 0)
        settings.MAX_UPLOAD_BYTES = 1000
        with pytest.raises(TooLarge, match=r"“a\.mp4” has 1001 bytes; the limit is 1000 bytes"):
            upload_checks.check_size("a.mp4", 1001)
        upload_checks.check_size("a.mp4", 1000)

    def test_a_text_file(self, tmp_path):
        path = tmp_path / "x"
        path.write_bytes(b"some words " * 50)
        with pytest.raises(UnsupportedMedia, match=r"“talk\.mp4” is not a video we can use: its content is plain text"):
            upload_checks.judge_file("talk.mp4", path)

    def test_an_empty_head_is_an_empty_file(self):
        with pytest.raises(ValidationFailed, match="empty"):
            upload_checks.container_of("a.mp4", b"")

    @pytest.mark.parametrize(
        ("problem", "words"),
        [
            ("no_video_stream", "no moving pictures"),
            ("unsupported_codec", "Export it as MP4"),
            ("too_many_pixels", "8K or smaller"),
            ("truncated_file", "ends too early"),
            ("damaged_file", "is damaged"),
            ("something new", "is damaged"),
        ],
    )
    def test_what_the_probe_found(self, problem, words):
        def child(argv, on_line):
            on_line({"problem": problem, "detail": "9000×9000"})

        with pytest.raises(UnsupportedMedia, match=words) as caught:
            upload_checks.probe("a.mp4", "a", file_type.MP4, child)
        assert "“a.mp4”" in caught.value.message

    def test_a_crash_of_the_decoder_is_the_files_fault(self):
        def child(argv, on_line):
            raise ChildError("exit", "segfault", code=-11)

        with pytest.raises(UnsupportedMedia, match="is damaged"):
            upload_checks.probe("a.mp4", "a", file_type.MP4, child)

    def test_a_slow_probe_is_ours(self):
        def child(argv, on_line):
            raise ChildError("timeout", "slow")

        with pytest.raises(Unavailable, match="took too long"):
            upload_checks.probe("a.mp4", "a", file_type.MP4, child)

    def test_a_real_file_in_a_real_child(self):
        judged = upload_checks.judge_file("clip.mp4", factories.tiny_mp4())
        assert (judged.container, judged.facts["width"]) == (file_type.MP4, 320)


class TestImages:
    def test_a_png(self, tmp_path):
        path = tmp_path / "a.png"
        ffmpeg("-f", "lavfi", "-i", "color=red:s=64x32:d=1", "-frames:v", "1", str(path))
        found = upload_checks.judge_image("a.jpg", path)
        assert (found.content_type, found.extension, found.width, found.height) == ("image/png", "png", 64, 32)

    def test_others_are_refused(self, tmp_path, monkeypatch):
        with pytest.raises(UnsupportedMedia, match=r"“a\.png” is not a picture"):
            upload_checks.judge_image("a.png", factories.tiny_mp4())
        path = tmp_path / "a.png"
        ffmpeg("-f", "lavfi", "-i", "color=red:s=64x32:d=1", "-frames:v", "1", str(path))
        monkeypatch.setattr(picture, "MAX_PIXELS", 100)
        assert picture.judge(str(path)) == {"problem": "too_many_pixels", "detail": "64×32"}
        monkeypatch.setattr(upload_checks, "_IMAGE_MOST_BYTES", 100)
        with pytest.raises(TooLarge):
            upload_checks.judge_image("a.png", factories.tiny_mp4())

    def test_a_crash_of_the_decoder_is_the_files_fault(self, tmp_path):
        def child(argv, on_line):
            raise ChildError("exit", "segfault", code=-11)

        path = tmp_path / "a.png"
        path.write_bytes(b"x")
        with pytest.raises(UnsupportedMedia, match="is not a picture"):
            upload_checks.judge_image("a.png", path, child)


class TestPreviews:
    def test_tiles_follow_the_length(self):
        assert previews.plan(0.1) == (1, 0.1)
        assert previews.plan(2.0) == (8, 0.25)
        assert previews.plan(300.0) == (100, 3.0)

    def test_sizes_keep_the_shape(self):
        assert previews.fit(1920, 1080, 160) == (160, 90)
        assert previews.fit(1080, 1920, 160) == (90, 160)
        assert previews.fit(100, 50, 160) == (100, 50)

    def test_a_turned_video_gets_upright_pictures(self, tmp_path):
        turned = tmp_path / "turned.mp4"
        ffmpeg("-display_rotation", "90", "-i", str(factories.tiny_mp4()), "-c", "copy", str(turned))
        lines = list(previews.make(str(turned), "mov", tmp_path, 2.0))
        assert [line["pct"] for line in lines[:-1]] == [12, 25, 38, 50, 62, 75, 88, 100]
        board = lines[-1]["storyboard"]
        assert lines[-1]["poster"] == {"width": 180, "height": 320}
        assert (board["tile_width"], board["tile_height"], board["count"]) == (90, 160, 8)

    def test_tiles_show_their_moment(self, tmp_path):
        """The tiny video is dark noise in its first second and a bright test card in its second."""
        from PIL import Image

        *_, last = previews.make(str(factories.tiny_mp4()), "mov", tmp_path, 2.0)
        board = last["storyboard"]
        sheet = Image.open(tmp_path / "storyboard.jpg").convert("L")
        width, height = board["tile_width"], board["tile_height"]
        spread = []
        for index in range(board["count"]):
            left = index % board["columns"] * width
            tile = sheet.crop((left, index // board["columns"] * height, left + width, height))
            spread.append(previews.liveliness(tile))
        assert max(spread[:4]) < 30 < min(spread[4:])

    def test_a_file_without_pictures_ends_the_child(self, tmp_path):
        data = bytearray(factories.tiny_mp4(audio=False).read_bytes())
        at = data.find(b"mdat") + 4
        data[at:] = bytes(len(data) - at)
        blank = tmp_path / "blank.mp4"
        blank.write_bytes(data)
        with pytest.raises(SystemExit):
            list(previews.make(str(blank), "mov", tmp_path, 2.0))

    def test_a_file_shorter_than_said_keeps_what_is_there(self, tmp_path):
        copy = tmp_path / "copy.mp4"
        shutil.copy(factories.tiny_mp4(), copy)
        *_, last = previews.make(str(copy), "mov", tmp_path, 6.0)
        assert last["storyboard"]["count"] == 24
