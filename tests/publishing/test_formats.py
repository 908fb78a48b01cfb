"""EC-2: every fault that re-encoding can mend is mended for every platform; what it cannot is told in one way."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from media import convert, probe
from publishing.platforms import file_rules
from publishing.platforms.base import AccountRef, MediaSpec, Spec
from publishing.platforms.registry import adapter_for
from publishing.platforms.video_rules import Videos, seconds_words
from tests.videofile.library import ffmpeg

PLATFORMS = ["instagram", "tiktok", "youtube", "facebook", "twitter", "linkedin"]
OPTIONS: dict[str, dict[str, Any]] = {
    "tiktok": {"privacy_level": "SELF_ONLY"},
    "youtube": {"privacy_status": "private", "made_for_kids": False},
}
GOOD = MediaSpec(
    "f", "k", "s", 5_000_000, "video/mp4", name="clip.mp4", duration_s=20.0, width=1080, height=1920, fps=30.0,
    video_codec="h264", audio_codec="aac", pixel_format="yuv420p", sample_rate_hz=48_000, channels=2,
    bit_rate=2_000_000, starts_at_once=True,
)  # fmt: skip
MENDABLE: dict[str, dict[str, Any]] = {
    "AVI": {"content_type": "video/x-msvideo", "video_codec": "mpeg4", "audio_codec": "mp3"},
    "ProRes": {"content_type": "video/quicktime", "video_codec": "prores", "pixel_format": "yuv422p10le"},
    "VP9 in WebM": {"content_type": "video/webm", "video_codec": "vp9", "audio_codec": "opus"},
    "10 bits": {"pixel_format": "yuv420p10le"},
    "PCM": {"audio_codec": "pcm_s24le", "content_type": "video/quicktime"},
    "96 kHz": {"sample_rate_hz": 96_000},
    "5.1": {"channels": 6},
    "12 fps": {"fps": 12.0},
    "20 fps": {"fps": 20.0},
    "120 fps": {"fps": 120.0},
    "240 fps": {"fps": 239.76},
    "1 fps": {"fps": 1.0},
    "8K": {"width": 4320, "height": 7680},
    "tiny": {"width": 144, "height": 256},
    "ribbon": {"width": 4000, "height": 300},
    "tower": {"width": 200, "height": 3000},
    "odd sides": {"width": 1001, "height": 563, "video_codec": "mpeg4"},
    "30 Mbit": {"bit_rate": 30_000_000, "size_bytes": 75_000_000},
    "700 MB": {"size_bytes": 700 * 1024**2, "bit_rate": 290_000_000, "duration_s": 20.0},
    "40 KB": {"size_bytes": 40_000, "bit_rate": 16_000},
    "index behind": {"starts_at_once": False},
    "interlaced": {"interlaced": True},
    "open GOP": {"open_gop": True},
}


def spec_of(platform: str, item: MediaSpec, **options: Any) -> Spec:
    return Spec(platform, "words", "title", {**OPTIONS.get(platform, {}), **options}, (item,))


def problems(spec: Spec) -> list[tuple[str, str]]:
    adapter = adapter_for(spec.platform)
    found = adapter.check(file_rules.converted(spec, adapter.accepts), AccountRef("1", "me"))
    return [(one.code, one.sentence) for one in found]


class TestMendable:
    @pytest.mark.parametrize("fault", MENDABLE)
    @pytest.mark.parametrize("platform", PLATFORMS)
    def test_a_copy_is_taken(self, platform: str, fault: str) -> None:
        assert problems(spec_of(platform, replace(GOOD, **MENDABLE[fault]))) == []

    @pytest.mark.parametrize("platform", PLATFORMS)
    def test_a_good_file_goes_as_it_is(self, platform: str) -> None:
        assert file_rules.plan(spec_of(platform, GOOD), adapter_for(platform).accepts) == []

    @pytest.mark.parametrize("fault", ["20 fps", "120 fps", "tiny"])
    def test_a_reel_is_made_possible(self, fault: str) -> None:
        assert problems(spec_of("facebook", replace(GOOD, **MENDABLE[fault]), video_as="reel")) == []

    def test_the_person_is_told_what_becomes_of_it(self) -> None:
        item = replace(GOOD, fps=20.0, width=2160, height=3840)
        (conversion,) = file_rules.plan(spec_of("instagram", item), adapter_for("instagram").accepts)
        assert conversion.words == "H.264 MP4 of 1080×1920, with 40 frames a second"

    def test_a_file_whose_index_is_behind_loses_nothing(self) -> None:
        item = replace(GOOD, starts_at_once=False)
        (conversion,) = file_rules.plan(spec_of("instagram", item), adapter_for("instagram").accepts)
        assert (conversion.recipe, conversion.words) == ({"make": "mp4", "copy": True}, "MP4 without loss")

    def test_through_blotato_a_file_is_made_light_enough_for_it(self) -> None:
        adapter = adapter_for("tiktok", "blotato")
        heavy = replace(GOOD, size_bytes=2 * 1024**3, duration_s=300.0)
        (conversion,) = file_rules.plan(spec_of("tiktok", heavy), adapter.accepts)
        assert conversion.becomes.size_bytes == 1024**3


class TestNotMendable:
    @pytest.mark.parametrize(
        ("platform", "seconds", "sentence"),
        [
            ("instagram", 2.0, "“clip.mp4” lasts 2 seconds; Instagram takes videos of 3 seconds or more."),
            ("instagram", 901.0, "“clip.mp4” lasts 15 minutes 1 second; Instagram takes videos of up to 15 minutes."),
            ("tiktok", 640.0, "“clip.mp4” lasts 10 minutes 40 seconds; TikTok takes videos of up to 10 minutes."),
            ("twitter", 150.4, "“clip.mp4” lasts 2 minutes 30 seconds; X takes videos of up to 2 minutes 20 seconds."),
            ("linkedin", 1.4, "“clip.mp4” lasts 1.4 seconds; LinkedIn takes videos of 3 seconds or more."),
            ("youtube", 50_000.0, "“clip.mp4” lasts 13 hours 53 minutes; YouTube takes videos of up to 12 hours."),
        ],
    )
    def test_a_length_is_told_with_the_way_out(self, platform: str, seconds: float, sentence: str) -> None:
        (found,) = problems(spec_of(platform, replace(GOOD, duration_s=seconds)))
        assert found[0] == ("too_short" if seconds < 5 else "too_long")
        assert found[1].startswith(sentence)
        assert found[1].endswith("or choose another.")

    def test_the_length_that_an_account_may_have(self) -> None:
        account = AccountRef("1", "me", {"max_video_post_duration_sec": 10})
        (found,) = adapter_for("tiktok").check(spec_of("tiktok", GOOD), account)
        assert found.sentence == (
            "“clip.mp4” lasts 20 seconds; this TikTok account takes videos of up to 10 seconds. "
            "Shorten it, or choose another."
        )

    def test_a_reel_that_lasts_too_long(self) -> None:
        (found,) = problems(spec_of("facebook", replace(GOOD, duration_s=120.0), video_as="reel"))
        sentence = "“clip.mp4” lasts 2 minutes; a Facebook Reel takes videos of up to 1 minute 30 seconds."
        assert found[1] == f"{sentence} Shorten it, or send it as a video."

    def test_a_picture_where_a_video_is_needed(self) -> None:
        picture = MediaSpec("f", "k", "s", 1000, "image/jpeg", name="a.jpg")
        (found,) = problems(spec_of("youtube", picture))
        assert found[1] == "“a.jpg” is a picture; YouTube takes exactly one video. Choose a video."

    def test_what_would_have_to_be_too_poor_is_told(self) -> None:
        heavy = replace(GOOD, size_bytes=3 * 1024**3, duration_s=800.0)
        assert problems(spec_of("instagram", heavy)) == [], "Instagram's 300 MB are enough for 800 seconds"
        few = file_rules.Accepts(videos=Videos(bytes_max=1_000_000))
        assert file_rules.plan(spec_of("instagram", heavy), few) == []

    @pytest.mark.parametrize(
        ("seconds", "words"),
        [(1, "1 second"), (0.5, "0.5 seconds"), (60, "1 minute"), (3600, "1 hour"), (3725, "1 hour 2 minutes")],
    )
    def test_lengths_in_words(self, seconds: float, words: str) -> None:
        assert seconds_words(seconds) == words


# Real files with one fault each, of 3.2 seconds: (name, arguments, demuxer).
X264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p"
FILES = [
    ("old.avi", "-c:v mpeg4 -q:v 3 -c:a libmp3lame", "avi"),
    ("edited.mov", "-c:v prores_ks -profile:v 0 -c:a pcm_s24le -ar 96000", "mov"),
    ("web.webm", "-c:v libvpx -deadline realtime -b:v 1M -c:a libopus", "matroska"),
    ("ten-bits.mp4", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p10le -c:a aac", "mov"),
    ("surround.mp4", f"{X264} -c:a aac -ac 6 -ar 96000", "mov"),
    ("twelve.mp4", f"-vf fps=12 {X264} -c:a aac", "mov"),
    ("twenty.mp4", f"-vf fps=20 {X264} -c:a aac", "mov"),
    ("fast.mp4", f"-vf fps=120 {X264} -c:a aac", "mov"),
    ("tiny.mp4", f"-vf scale=144:256 {X264} -c:a aac", "mov"),
    ("ribbon.mp4", f"-vf scale=2000:150 {X264} -c:a aac", "mov"),
    ("wide.mp4", f"-vf scale=2200:1238 {X264} -c:a aac", "mov"),
    ("odd.avi", "-vf scale=361:641 -c:v mjpeg -pix_fmt yuvj444p -c:a pcm_s16le", "avi"),
    ("heavy.mp4", f"{X264} -b:v 40M -minrate 40M -maxrate 40M -bufsize 40M -x264-params nal-hrd=cbr -c:a aac", "mov"),
    ("light.mp4", f"-vf scale=360:640,drawbox=t=fill:c=gray {X264} -crf 40 -c:a aac -b:a 16k", "mov"),
    ("index-behind.mp4", f"{X264} -c:a aac", "mov"),
    ("interlaced.mp4", f"-vf setfield=tff {X264} -flags +ilme+ildct -c:a aac", "mov"),
    ("open-gop.mp4", "-c:v libx264 -preset veryfast -x264-params open-gop=1:keyint=20 -c:a aac", "mov"),
    ("turned.mov", f"-vf transpose=1 {X264} -c:a aac", "mov"),
]
TYPES = {"mp4": "video/mp4", "mov": "video/quicktime", "avi": "video/x-msvideo", "webm": "video/webm"}


class Copies:
    """Makes each file, and each copy, once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, name: str, args: str) -> Path:
        path = self.folder / name
        if not path.exists():
            sources = ["-f", "lavfi", "-i", "testsrc2=s=540x960:r=30:d=3.2", "-f", "lavfi", "-i", "sine=d=3.2"]
            ffmpeg(*sources, *args.split(), path)
        return path

    def spec(self, path: Path, demuxer: str) -> MediaSpec:
        facts = probe.probe(str(path), demuxer)
        return MediaSpec(
            path.name, "k", "s", path.stat().st_size, TYPES[path.suffix[1:]], name=path.name,
            duration_s=facts["duration_s"], width=facts["width"], height=facts["height"], fps=facts["fps"],
            video_codec=facts["video_codec"], audio_codec=facts["audio_codec"], pixel_format=facts["pixel_format"],
            sample_rate_hz=facts["audio_sample_rate_hz"], channels=facts["audio_channels"], bit_rate=facts["bit_rate"],
            starts_at_once=facts.get("starts_at_once"), interlaced=facts["interlaced"], open_gop=facts["open_gop"],
        )  # fmt: skip

    def converted(self, conversion: file_rules.Conversion, path: Path, demuxer: str) -> MediaSpec:
        target = self.folder / f"{path.stem}-{conversion.key}.mp4"
        if not target.exists():
            spec = {**conversion.recipe, "source": str(path), "target": str(target), "demuxer": demuxer}
            assert list(convert.main(json.loads(json.dumps(spec))))[-1] == {"done": True}
        return self.spec(target, "mov")


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Copies:
    return Copies(tmp_path_factory.mktemp("formats"))


@pytest.mark.slow
class TestRealFiles:
    @pytest.mark.parametrize("platform", PLATFORMS)
    @pytest.mark.parametrize(("name", "args", "demuxer"), FILES, ids=[name for name, _, _ in FILES])
    def test_the_platform_takes_what_was_made(
        self, copies: Copies, platform: str, name: str, args: str, demuxer: str
    ) -> None:
        path, adapter = copies.file(name, args), adapter_for(platform)
        item = copies.spec(path, demuxer)
        for conversion in file_rules.plan(spec_of(platform, item), adapter.accepts):
            item = copies.converted(conversion, path, demuxer)
            assert (item.width, item.height) == (conversion.becomes.width, conversion.becomes.height)
            assert item.fps == pytest.approx(conversion.becomes.fps, rel=0.001)
        spec = spec_of(platform, item)
        assert file_rules.plan(spec, adapter.accepts) == []
        assert [one.sentence for one in adapter.check(spec, AccountRef("1", "me"))] == []

    def test_hardly_any_of_these_files_is_taken_as_it_is(self, copies: Copies) -> None:
        adapter, taken = adapter_for("instagram"), []
        for name, args, demuxer in FILES:
            item = copies.spec(copies.file(name, args), demuxer)
            taken += [name] if not file_rules.plan(spec_of("instagram", item), adapter.accepts) else []
        assert taken == []
