"""A file is probed once and hashed once on its way in, whichever way it takes."""

import hashlib
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.child import Child
from jobs.testing import drain
from media.models import MediaFile
from tests import factories
from videos.models import Video
from videos.services import intake

pytestmark = pytest.mark.slow


@pytest.fixture
def digests(monkeypatch):
    """The checksum of everything that the stores hashed."""
    found = []

    class Digest:
        def __init__(self):
            self._real = hashlib.sha256()

        def update(self, data):
            self._real.update(data)

        def hexdigest(self):
            found.append(self._real.hexdigest())
            return found[-1]

    counting = SimpleNamespace(sha256=Digest)
    for module in ("base", "local"):
        monkeypatch.setattr(f"media.stores.{module}.hashlib", counting)
    return found


@pytest.fixture
def probed(monkeypatch):
    """The files that a child process probed."""
    found, real = [], Child.lines

    def lines(self):
        if "media.probe" in self.argv:
            found.append(self.argv[-2])
        return real(self)

    monkeypatch.setattr(Child, "lines", lines)
    return found


@pytest.fixture
def clip():
    return factories.tiny_mp4().read_bytes()


def was_read_once(clip, digests, probed) -> bool:
    return digests.count(hashlib.sha256(clip).hexdigest()) == 1 and len(probed) == 1


def test_a_video_by_form(in_workspace, clip, digests, probed):
    intake.upload(actor=in_workspace.alice_actor, file=SimpleUploadedFile("clip.mp4", clip))
    drain()
    assert (Video.objects.get().status, Video.objects.get().error) == ("processed", "")
    assert was_read_once(clip, digests, probed)


def test_a_video_in_chunks(tus, clip, digests, probed):
    location = tus.create(len(clip))["Location"]
    tus.patch(location, 0, clip[:1000])
    tus.patch(location, 1000, clip[1000:])
    drain()
    assert (Video.objects.get().status, Video.objects.get().error) == ("processed", "")
    assert was_read_once(clip, digests, probed)


def test_a_file_by_one_put(cast, clip, digests, probed):
    client = cast.clients.alice
    announced = {"filename": "clip.mp4", "content_type": "video/mp4", "size_bytes": len(clip)}
    announced["sha256"] = hashlib.sha256(clip).hexdigest()
    ticket = client.post("/api/v1/media/presign", announced, format="json").json()
    client.generic("PUT", urlsplit(ticket["url"]).path, clip, content_type="video/mp4")
    assert client.post("/api/v1/media", {"upload_id": ticket["upload_id"]}, format="json").status_code == 201
    drain()
    assert MediaFile.objects.get(kind="video").sha256 == announced["sha256"]
    assert was_read_once(clip, digests, probed)
