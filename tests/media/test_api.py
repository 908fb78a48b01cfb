"""The media library through the API."""

import subprocess

import imageio_ffmpeg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from media.models import MediaFile
from tests import factories

URL = "/api/v1/media"


@pytest.fixture
def alice(cast):
    return cast.clients.alice


@pytest.fixture
def png(tmp_path):
    path = tmp_path / "a.png"
    argv = ["-v", "error", "-f", "lavfi", "-i", "color=red:s=64x32:d=1", "-frames:v", "1", str(path)]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *argv], check=True, stdin=subprocess.DEVNULL)
    return path.read_bytes()


def send(client, name, data, **more):
    return client.post(URL, {"file": SimpleUploadedFile(name, data), **more}, format="multipart")


class TestMedia:
    def test_a_picture(self, alice, png):
        answer = send(alice, "logo.jpg", png)
        found = answer.json()
        assert answer.status_code == 201
        assert (found["kind"], found["content_type"], found["filename"]) == ("image", "image/png", "logo.jpg")
        assert (found["width"], found["height"], found["size_bytes"]) == (64, 32, len(png))
        assert "/m/" in found["url"]

    def test_a_video(self, alice):
        found = send(alice, "clip.mp4", factories.tiny_mp4().read_bytes()).json()
        assert (found["kind"], found["content_type"], found["duration"]) == ("video", "video/mp4", 2.0)

    @pytest.mark.parametrize(
        ("name", "data", "status", "words"),
        [
            ("note.png", b"just words", 415, "is not a picture"),
            ("none.png", b"", 400, "is empty"),
            ("half.mp4", None, 415, "ends too early"),
        ],
    )
    def test_what_is_neither_leaves_nothing(self, alice, stored, scratch, name, data, status, words):
        if data is None:
            whole = factories.tiny_mp4().read_bytes()
            data = whole[: len(whole) // 2]
        answer = send(alice, name, data)
        assert answer.status_code == status
        assert words in answer.json()["message"]
        assert (stored(), list(scratch.iterdir()), MediaFile.objects.count()) == ([], [], 0)

    def test_without_a_file(self, alice):
        answer = alice.post(URL, {}, format="multipart")
        assert (answer.status_code, answer.json()["details"]["fields"]) == (400, {"file": ["Choose a file to upload."]})

    def test_the_list_is_the_workspaces_own(self, alice, cast, django_assert_max_num_queries):
        mine = factories.make_media(cast.workspace)
        factories.make_media(cast.workspace, data=b"x", kind="export")
        factories.make_media(cast.elsewhere)
        with django_assert_max_num_queries(6):
            found = alice.get(f"{URL}?kind=video").json()
        assert (found["total"], [item["id"] for item in found["items"]]) == (1, [str(mine.pk)])
        assert alice.get(URL).json()["total"] == 1, "what is derived is listed only when asked for"
        assert alice.get(f"{URL}?kind=export").json()["total"] == 1
        assert alice.get(f"{URL}?kind=song").status_code == 400

    def test_deleting(self, alice, cast):
        free = factories.make_media(cast.workspace)
        used = factories.make_video(cast.workspace).media
        theirs = factories.make_media(cast.elsewhere)
        assert alice.delete(f"{URL}/{free.pk}").status_code == 204
        assert alice.delete(f"{URL}/{used.pk}").status_code == 409
        assert alice.delete(f"{URL}/{theirs.pk}").status_code == 404
        assert set(MediaFile.objects.filter(state="ready").values_list("pk", flat=True)) == {used.pk, theirs.pk}
        assert [item["id"] for item in alice.get(URL).json()["items"]] == [str(used.pk)]
        assert alice.post(f"{URL}/{free.pk}/restore").status_code == 200
        assert MediaFile.objects.get(pk=free.pk).state == "ready"
