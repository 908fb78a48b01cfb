"""The same way from upload to patterns, with an object store behind it."""

import hashlib

import pytest

from jobs.testing import drain
from media.models import UploadSession
from tests import factories
from tests.media.conftest import s3, s3_server  # noqa: F401 - fixtures
from videos.models import Video

pytestmark = pytest.mark.s3
MIB = 1024 * 1024


@pytest.fixture
def clip() -> bytes:
    """A real video of two chunks: what follows the pictures is padding in a box of its own."""
    data = factories.tiny_mp4().read_bytes()
    size = 7 * MIB
    return data + size.to_bytes(4, "big") + b"free" + bytes(size - 8)


def test_from_chunks_to_patterns(s3, tus, clip):  # noqa: F811
    location = tus.create(len(clip))["Location"]
    assert tus.patch(location, 0, clip[: 5 * MIB]).status_code == 204
    assert tus.patch(location, 5 * MIB, clip[5 * MIB :]).status_code == 204
    drain()
    video = Video.objects.get()
    assert (video.status, video.error) == ("processed", "")
    assert video.media.sha256 == hashlib.sha256(clip).hexdigest()
    assert {key for key, _ in s3.keys("")} == {
        video.media.storage_key,
        video.poster.storage_key,
        video.storyboard.storage_key,
    }


def test_small_chunks_are_refused_because_the_store_would(s3, tus, clip):  # noqa: F811
    location = tus.create(len(clip))["Location"]
    answer = tus.patch(location, 0, clip[:MIB])
    assert (answer.status_code, answer.json()["details"]["code"]) == (400, "chunk_too_small")
    assert tus.head(location)["Upload-Offset"] == "0"


def test_giving_up_frees_the_parts(s3, tus, clip):  # noqa: F811
    location = tus.create(len(clip))["Location"]
    tus.patch(location, 0, clip[: 5 * MIB])
    assert tus.delete(location).status_code == 204
    assert UploadSession.objects.count() == 0
    assert s3.client.list_multipart_uploads(Bucket="elevo").get("Uploads", []) == []


def test_a_truncated_video_leaves_nothing(s3, tus):  # noqa: F811
    whole = factories.tiny_mp4().read_bytes()
    half = whole[: len(whole) // 2]
    location = tus.create(len(half), "half.mp4")["Location"]
    answer = tus.patch(location, 0, half)
    assert (answer.status_code, answer.json()["error"]) == (415, "unsupported_media")
    assert list(s3.keys("")) == []
    assert UploadSession.objects.count() == 0
