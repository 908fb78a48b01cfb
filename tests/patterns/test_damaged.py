"""Damaged files through the whole pipeline: the analysis is whole or it is not there."""

import random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.errors import UnsupportedMedia
from jobs.testing import drain
from media.models import MediaFile
from patterns.models import Analysis, Pattern
from tests import factories
from tests.patterns.measure.test_fuzz import damaged
from videos.models import Video
from videos.services import intake

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("seed", range(12))
def test_the_analysis_is_whole_or_not_there(in_workspace, seed):
    data = damaged(factories.tiny_mp4().read_bytes(), random.Random(seed))
    file = SimpleUploadedFile("clip.mp4", data, "video/mp4")
    refusal = ""
    try:
        video = intake.upload(actor=in_workspace.alice_actor, file=file)
    except UnsupportedMedia as error:
        refusal = error.message
    if refusal:
        assert refusal.endswith(".")
        assert (Video.objects.count(), MediaFile.objects.count()) == (0, 0)
        return
    ran = drain()
    assert all(job.status in ("done", "failed", "queued") for job in ran)
    video = Video.objects.get(pk=video.pk)
    analysis = Analysis.objects.filter(video=video).first()
    if video.status == "processed":
        assert analysis.state == "done"
        assert analysis.features["layers"]
        assert Pattern.objects.filter(video=video, type="duration").exists()
    else:
        assert video.status == "failed"
        assert video.error.endswith(".")
        assert analysis is None or (analysis.state != "done" and analysis.features == {})
        assert not Pattern.objects.filter(video=video).exists()
