"""From a file to a measured video, through real jobs and real child processes."""

import hashlib

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from jobs.models import Job
from jobs.testing import drain
from media.models import MediaFile
from patterns.models import Analysis, Pattern
from tests import factories
from videos.models import Video
from videos.services import intake, library, processing

pytestmark = pytest.mark.slow


@pytest.fixture
def uploaded(in_workspace):
    data = factories.tiny_mp4().read_bytes()
    return intake.upload(
        actor=in_workspace.alice_actor, file=SimpleUploadedFile("My_first clip.mp4", data, "application/x-nonsense")
    )


class TestFromFileToPatterns:
    def test_an_upload_is_checked_previewed_and_measured(self, in_workspace, uploaded):
        assert (uploaded.status, uploaded.title) == (Video.Status.UPLOADED, "My first clip")
        ran = drain()
        assert [(job.kind, job.status, job.error_message) for job in ran] == [
            ("videos.process", "done", ""),
            ("patterns.analyse", "done", ""),
            ("patterns.meaning", "done", ""),
        ]
        video = library.get(in_workspace.alice_actor, uploaded.pk)
        assert (video.status, video.stage, video.error) == ("processed", "", "")
        media = video.media
        assert media.sha256 == hashlib.sha256(factories.tiny_mp4().read_bytes()).hexdigest()
        assert (media.width, media.height, media.duration_s, media.fps) == (320, 180, 2.0, 25.0)
        assert (media.content_type, media.has_audio) == ("video/mp4", True)
        assert (video.poster.kind, video.poster.content_type) == ("thumbnail", "image/jpeg")
        board = video.storyboard.probe
        assert (board["count"], board["columns"], board["rows"]) == (8, 8, 1)
        assert (board["tile_width"], board["tile_height"], board["interval_s"]) == (160, 90, 0.25)
        assert default_storage.exists(video.storyboard.storage_key)
        analysis = Analysis.objects.get(video=video)
        assert (analysis.state, analysis.engine_version != "") == ("done", True)
        assert [cut["frame"] for cut in analysis.features["cuts"]] == [25]
        values = dict(Pattern.objects.filter(video=video).values_list("type", "bucket"))
        assert values["hook_timing"] == "middle"
        assert values["cut_frequency"] == "fast"
        assert values["duration"] == "up_to_15_s"
        assert values["aspect"] == "landscape"

    def test_processing_again_replaces_what_was_there(self, in_workspace, uploaded):
        drain(kind="videos.process")
        before = library.get(in_workspace.alice_actor, uploaded.pk)
        old_keys = [before.poster.storage_key, before.storyboard.storage_key]
        intake.enqueue_processing(in_workspace.alice_actor, before)
        drain(kind="videos.process")
        after = library.get(in_workspace.alice_actor, uploaded.pk)
        assert (after.status, after.stage) == ("processing", "measure")
        assert after.poster_id != before.poster_id
        assert not any(default_storage.exists(key) for key in old_keys)
        assert MediaFile.objects.for_workspace(in_workspace.workspace).count() == 3
        assert Job.objects.filter(kind="patterns.analyse", status="queued").count() == 1

    def test_a_video_deleted_meanwhile_ends_the_job_quietly(self, in_workspace, uploaded):
        library.delete(actor=in_workspace.alice_actor, video_id=uploaded.pk)
        (job,) = drain()
        assert (job.status, job.error_code) == ("failed", "not_found")
        assert Video.objects.get(pk=uploaded.pk).status == "uploaded"

    def test_a_lost_file_fails_with_a_sentence_and_can_be_tried_again(self, in_workspace, uploaded):
        key = uploaded.media.storage_key
        data = default_storage.open(key).read()
        default_storage.delete(key)
        drain()
        video = library.get(in_workspace.alice_actor, uploaded.pk)
        assert (video.status, video.stage, video.error_code) == ("failed", "check", "file_gone")
        assert "Upload it again" in video.error
        default_storage.save(key, SimpleUploadedFile("x", data))
        processing.retry(actor=in_workspace.alice_actor, video_id=video.pk)
        drain(kind="videos.process")
        assert library.get(in_workspace.alice_actor, uploaded.pk).stage == "measure"

    def test_a_changed_file_is_noticed(self, in_workspace, uploaded):
        key = uploaded.media.storage_key
        default_storage.delete(key)
        default_storage.save(key, SimpleUploadedFile("x", factories.tiny_mp4(audio=False).read_bytes()))
        drain()
        video = library.get(in_workspace.alice_actor, uploaded.pk)
        assert video.status == "failed"
        assert "was changed" in video.error
        assert Job.objects.filter(kind="patterns.analyse").count() == 0
