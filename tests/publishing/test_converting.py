"""EC-2: when only the format is wrong, a copy in the right one goes out; what is too long is never touched."""

import io
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import imageio_ffmpeg
import pytest
from PIL import Image

from core import clock
from jobs.models import Job
from jobs.testing import drain
from media import convert, upload_checks
from media.models import MediaFile
from media.storage import store
from publishing.files import deliveries
from publishing.models import Attempt, Delivery, PostTarget
from publishing.platforms import file_rules
from publishing.platforms.base import MediaSpec, Spec
from publishing.platforms.file_rules import Accepts, Images
from publishing.platforms.registry import adapter_for
from publishing.platforms.video_rules import Videos
from publishing.schedule import specs
from publishing.services import preflight, schedule, targets
from tests import factories
from tests.publishing.conftest import portrait

pytestmark = pytest.mark.slow

MP4 = Videos(types=frozenset({"video/mp4"}), codecs=frozenset({"h264"}), pixels=frozenset({"yuv420p"}), side_max=1920)
JPEG = Images(types=frozenset({"image/jpeg"}), bytes_max=50_000, width_max=1440, aspect_min=0.8, aspect_max=1.91)
RULES = Accepts(videos=MP4, images=JPEG, thumbnails=JPEG)


def video(**fields: Any) -> MediaSpec:
    known = {"content_type": "video/mp4", "video_codec": "h264", "pixel_format": "yuv420p", "width": 1080}
    return MediaSpec("f", "k", "s", 1000, **{**known, "height": 1920, "duration_s": 900.0, **fields})


def picture(**fields: Any) -> MediaSpec:
    return MediaSpec(
        "f", "k", "s", **{"size_bytes": 1000, "content_type": "image/jpeg", "width": 1000, "height": 1000, **fields}
    )


def becomes(item: MediaSpec) -> MediaSpec:
    return file_rules.converted(Spec("x", "", "", {}, (item,)), RULES).media[0]


class TestPlans:
    @pytest.mark.parametrize(
        "item", [video(), picture(), video(video_codec="", pixel_format=""), picture(animated=True)]
    )
    def test_what_fits_goes_as_it_is(self, item: MediaSpec) -> None:
        assert file_rules.plan(Spec("x", "", "", {}, (item,)), RULES) == []

    @pytest.mark.parametrize(
        ("item", "size"),
        [
            (video(content_type="video/x-msvideo"), (1080, 1920)),
            (video(video_codec="prores"), (1080, 1920)),
            (video(pixel_format="yuv422p10le"), (1080, 1920)),
            (video(width=2160, height=3840), (1080, 1920)),
            (video(width=2001, height=1001), (1920, 960)),
        ],
    )
    def test_videos(self, item: MediaSpec, size: tuple[int, int]) -> None:
        found = becomes(item)
        assert (found.content_type, found.video_codec, (found.width, found.height)) == ("video/mp4", "h264", size)
        assert found.duration_s == 900.0, "nobody's video is cut"

    @pytest.mark.parametrize(
        ("item", "size"),
        [
            (picture(content_type="image/webp"), (1000, 1000)),
            (picture(width=500, height=1000), (800, 1000)),
            (picture(width=3000, height=1000), (1440, 754)),
            (picture(size_bytes=60_000), (1000, 1000)),
        ],
    )
    def test_pictures(self, item: MediaSpec, size: tuple[int, int]) -> None:
        found = becomes(item)
        assert (found.content_type, (found.width, found.height)) == ("image/jpeg", size)
        assert found.size_bytes <= 50_000


class TestChild:
    def test_a_picture_gets_bars_and_fits(self, tmp_path: Path) -> None:
        source, target = tmp_path / "a", tmp_path / "b"
        Image.effect_noise((400, 1000), 120).convert("RGBA").save(source, "PNG")
        (conversion,) = file_rules.plan(
            Spec("x", "", "", {}, (picture(content_type="image/png", width=400, height=1000, size_bytes=400_000),)),
            RULES,
        )
        lines = list(convert.main({**conversion.recipe, "source": str(source), "target": str(target)}))
        made = Image.open(target)
        assert (lines, made.format) == ([{"done": True}], "JPEG")
        assert made.width / made.height == pytest.approx(0.8, abs=0.01)
        assert target.stat().st_size <= 50_000
        assert made.getpixel((2, made.height // 2)) >= (250, 250, 250)

    def test_what_cannot_be_read_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_bytes(b"nothing")
        (line,) = convert.main({"make": "jpeg", "source": str(tmp_path / "a"), "target": str(tmp_path / "b")})
        assert "problem" in line


def avi_file(workspace: Any, folder: Path) -> MediaFile:
    """An MPEG-4 video with MP3 sound in an AVI: TikTok takes neither the container nor the codec."""
    path = folder / "old.avi"
    argv = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", "testsrc=s=360x640:r=25:d=2",
        "-f", "lavfi", "-i", "sine=d=2", "-c:v", "mpeg4", "-c:a", "libmp3lame", str(path),
    ]  # fmt: skip
    subprocess.run([argv[0], "-y", *argv[1:]], check=True, stdin=subprocess.DEVNULL)
    facts = upload_checks.judge_file("old.avi", path).facts
    fields = {name: facts[name] for name in ("width", "height", "duration_s", "fps")}
    return factories.make_media(
        workspace, data=path.read_bytes(), content_type="video/x-msvideo", original_name="old.avi",
        probe=facts, **fields,
    )  # fmt: skip


@pytest.fixture
def avi(in_workspace: Any, tmp_path: Path) -> MediaFile:
    return avi_file(in_workspace.workspace, tmp_path)


class TestPublishing:
    def test_the_copy_goes_out_and_the_receipt_says_so(self, box: Any, connect: Any, publish: Any, avi: Any) -> None:
        target = publish(connect("tiktok"), media=avi)
        assert (target.state, target.error_sentence) == ("published", "")
        row = Delivery.objects.get(target=target)
        assert (row.state, row.file.kind, row.file.content_type) == ("ready", "delivery", "video/mp4")
        assert row.file.probe["video_codec"] == "h264"
        assert row.file.probe["audio_codec"] == "aac"
        assert box.live("tiktok")[0]["media_sha256"] == row.file.sha256 != avi.sha256
        first = Attempt.objects.filter(target=target).order_by("id").first()
        assert (first.step, first.outcome) == ("convert", "ok")
        assert first.sentence == "“old.avi” was converted to H.264 MP4."
        assert Attempt.objects.filter(target=target, step="convert").count() == 1
        avi.refresh_from_db()
        assert avi.is_ready

    def test_the_preflight_says_it_before(self, connect: Any, make_post: Any, in_workspace: Any, avi: Any) -> None:
        post = make_post(connect("tiktok"), connect("youtube"), media=avi)
        tiktok, youtube = sorted(preflight.reports(in_workspace.alice_actor, post.pk), key=lambda row: row.label)
        assert (tiktok.problems, tiktok.notes) == ([], ["“old.avi” will be converted to H.264 MP4."])
        assert (youtube.problems, youtube.notes) == ([], []), "YouTube takes any video"

    def test_two_accounts_share_one_copy(
        self, box: Any, connect: Any, make_post: Any, in_workspace: Any, avi: Any
    ) -> None:
        post = make_post(connect("tiktok"), connect("tiktok", "tt-northside"), media=avi)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True)
        assert set(PostTarget.objects.values_list("state", flat=True)) == {"published"}
        assert MediaFile.objects.filter(kind="delivery").count() == 1
        assert len(set(Delivery.objects.values_list("file_id", flat=True))) == 1

    def test_what_cannot_be_converted_fails_with_a_sentence_and_can_be_tried_again(
        self, connect: Any, make_post: Any, in_workspace: Any, avi: Any, monkeypatch: Any
    ) -> None:
        post = make_post(connect("tiktok"), media=avi)
        path = store().path(avi.storage_key)
        data = path.read_bytes()
        path.write_bytes(data[:5000] + bytes(len(data) - 5000))
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(advance=True)
        target = PostTarget.objects.get()
        assert (target.state, target.error_code) == ("failed", "unsupported_format")
        assert "could not be converted" in target.error_sentence
        assert not MediaFile.objects.filter(kind="delivery").exists()
        path.write_bytes(data)
        targets.retry(actor=in_workspace.alice_actor, post_id=post.pk, target_id=target.pk)
        drain(advance=True)
        assert PostTarget.objects.get().state == "published"

    def test_nothing_waits_on_a_worker(self, connect: Any, make_post: Any, in_workspace: Any, avi: Any) -> None:
        post = make_post(connect("tiktok"), media=avi)
        schedule.publish_now(actor=in_workspace.alice_actor, post_id=post.pk)
        drain(kind="publish.target")
        job = Job.objects.get(kind="publish.target")
        assert job.status in ("queued", "waiting")

    def test_after_a_week_only_the_original_is_left(
        self, connect: Any, publish: Any, avi: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        publish(connect("tiktok"), media=avi)
        copy = MediaFile.objects.get(kind="delivery")
        with clock.freeze(clock.now() + timedelta(days=8)), django_capture_on_commit_callbacks(execute=True):
            assert deliveries.clean_up() == 1
        assert list(MediaFile.objects.filter(pk__in=[copy.pk, avi.pk])) == [avi]
        with pytest.raises(FileNotFoundError):
            store().size(copy.storage_key)

    def test_too_long_is_told_and_never_cut(self, connect: Any, make_post: Any, in_workspace: Any, avi: Any) -> None:
        MediaFile.objects.filter(pk=avi.pk).update(duration_s=3600.0)
        avi.refresh_from_db()
        (report,) = preflight.reports(in_workspace.alice_actor, make_post(connect("tiktok"), media=avi).pk)
        assert [problem.code for problem in report.problems] == ["too_long"]

    def test_a_youtube_thumbnail_becomes_a_jpeg(self, box: Any, connect: Any, publish: Any, in_workspace: Any) -> None:
        target = io.BytesIO()
        Image.new("RGB", (640, 360), "green").save(target, "WEBP")
        thumb = factories.make_media(
            in_workspace.workspace, "image", data=target.getvalue(), content_type="image/webp", width=640, height=360
        )
        done = publish(
            connect("youtube"), media=portrait(in_workspace.workspace), youtube={"thumbnail_file_id": str(thumb.pk)}
        )
        assert (done.state, done.note) == ("published", "")
        assert Delivery.objects.get(source=thumb).file.content_type == "image/jpeg"
        assert "thumbnail" in Attempt.objects.filter(target=done).values_list("step", flat=True)


class TestData:
    @pytest.mark.parametrize("platform", ["tiktok", "youtube", "instagram", "facebook", "twitter", "linkedin"])
    def test_the_formats_have_a_source_and_a_date(self, platform: str) -> None:
        rules = adapter_for(platform).accepts
        assert rules.source
        assert rules.read_on

    @pytest.mark.parametrize("size", [(101, 997), (997, 101), (4003, 2095), (1441, 1802), (333, 417)])
    def test_a_converted_picture_always_fits(self, size: tuple[int, int]) -> None:
        found = becomes(picture(width=size[0], height=size[1], content_type="image/png"))
        assert found.width is not None
        assert found.height is not None
        assert 0.8 <= found.width / found.height <= 1.91
        assert found.width <= 1440

    def test_old_frozen_specs_still_open(self) -> None:
        frozen = specs.freeze(Spec("x", "t", "", {}, (video(),)))
        for name in ("audio_codec", "pixel_format", "animated"):
            del frozen["media"][0][name]
        assert specs.thaw("x", frozen).media[0].audio_codec == ""
