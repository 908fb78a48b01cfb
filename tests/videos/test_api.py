"""The library through the API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.ids import uuid7
from jobs.models import Job
from media.models import MediaFile
from tests import factories
from videos.models import Folder, Tag, Video


def send(client, name, data, **more):
    body = {"file": SimpleUploadedFile(name, data), **more}
    return client.post("/api/v1/videos/upload", body, format="multipart")


class TestUpload:
    def test_the_answer_of_the_specification(self, alice):
        answer = send(alice, "holiday.mp4", factories.tiny_mp4().read_bytes(), title="Sea")
        found = answer.json()
        assert answer.status_code == 201
        assert set(found) == {"id", "filename", "title", "status", "upload_url", "created_at"}
        assert (found["filename"], found["title"], found["status"]) == ("holiday.mp4", "Sea", "uploaded")
        assert Job.objects.get().subject_id == Video.objects.get().pk

    @pytest.mark.parametrize(
        ("name", "data", "status", "error"),
        [
            ("words.mp4", b"only words " * 99, 415, "unsupported_media"),
            ("none.mp4", b"", 400, "validation_error"),
            ("half.mp4", "half", 415, "unsupported_media"),
            ("sound.mp4", "sound", 415, "unsupported_media"),
        ],
    )
    def test_bad_files_are_named_and_leave_nothing(self, alice, tmp_path, stored, scratch, name, data, status, error):
        if data == "half":
            whole = factories.tiny_mp4().read_bytes()
            data = whole[: len(whole) // 2]
        elif data == "sound":
            data = sound_only(tmp_path)
        answer = send(alice, name, data)
        assert (answer.status_code, answer.json()["error"]) == (status, error)
        assert f"“{name}”" in answer.json()["message"]
        assert (stored(), list(scratch.iterdir())) == ([], [])
        assert (Video.objects.count(), MediaFile.objects.count(), Job.objects.count()) == (0, 0, 0)

    def test_too_large(self, alice, settings, monkeypatch):
        settings.MAX_UPLOAD_BYTES = 1000
        answer = send(alice, "large.mp4", factories.tiny_mp4().read_bytes())
        assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
        assert Video.objects.count() == 0

    def test_without_a_file(self, alice):
        answer = alice.post("/api/v1/videos/upload", {"title": "x"}, format="multipart")
        assert (answer.status_code, answer.json()["message"]) == (400, "Choose a video file to upload.")

    def test_a_viewer_may_not(self, cast, login):
        assert send(login(cast.victor), "a.mp4", factories.tiny_mp4().read_bytes()).status_code == 403
        assert Video.objects.count() == 0


def sound_only(tmp_path) -> bytes:
    import subprocess

    import imageio_ffmpeg

    path = tmp_path / "sound.mp4"
    argv = ["-v", "error", "-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac", str(path)]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *argv], check=True, stdin=subprocess.DEVNULL)
    return path.read_bytes()


class TestVideos:
    def test_the_list(self, alice, cast, django_assert_max_num_queries):
        videos = [factories.make_video(cast.workspace, f"V{number}", tags=("x",)) for number in range(3)]
        factories.make_video(cast.elsewhere)
        with django_assert_max_num_queries(7):
            found = alice.get("/api/v1/videos?limit=2").json()
        assert (found["total"], found["page"], found["limit"]) == (3, 1, 2)
        assert [item["id"] for item in found["items"]] == [str(videos[2].pk), str(videos[1].pk)]
        item = found["items"][0]
        assert (item["filename"], item["duration"], item["status"], item["tags"]) == (
            "clip.mp4",
            2.0,
            "processed",
            ["x"],
        )
        assert (item["thumbnail_url"], item["error"], item["archived"]) == (None, None, False)

    def test_filters(self, alice, cast):
        folder = factories.make_folder(cast.workspace)
        factories.make_video(cast.workspace, "Boat", folder=folder, status="failed", error="Broken.", error_code="x")
        factories.make_video(cast.workspace, "Sea")
        assert [item["title"] for item in alice.get("/api/v1/videos?status=failed").json()["items"]] == ["Boat"]
        assert alice.get(f"/api/v1/videos?folder={folder.pk}").json()["items"][0]["folder"]["name"] == "Launch"
        assert alice.get("/api/v1/videos?search=sea&ordering=title").json()["total"] == 1
        assert alice.get("/api/v1/videos?status=lost").status_code == 400
        assert alice.get("/api/v1/videos?ordering=password").status_code == 400
        found = alice.get("/api/v1/videos?status=failed").json()["items"][0]["error"]
        assert found == {"code": "x", "message": "Broken."}

    def test_changing(self, alice, cast):
        video = factories.make_video(cast.workspace)
        folder = factories.make_folder(cast.workspace)
        url = f"/api/v1/videos/{video.pk}"
        body = {"title": "New", "folder_id": str(folder.pk), "tags": ["b", "a"], "version": 1}
        found = alice.patch(url, body, format="json").json()
        assert (found["title"], found["folder"]["id"], found["tags"]) == ("New", str(folder.pk), ["a", "b"])
        assert alice.patch(url, {"title": "x", "version": 1}, format="json").status_code == 409
        assert alice.patch(url, {"title": ""}, format="json").status_code == 400
        assert alice.patch(url, "no json", content_type="application/json").status_code == 400

    def test_archive_delete_restore(self, alice, cast):
        video = factories.make_video(cast.workspace)
        url = f"/api/v1/videos/{video.pk}"
        assert alice.post(f"{url}/archive").json()["archived"] is True
        assert alice.get("/api/v1/videos?archived=true").json()["total"] == 1
        assert alice.post(f"{url}/unarchive").json()["archived"] is False
        assert alice.delete(url).status_code == 204
        assert alice.get(url).status_code == 404
        assert alice.post(f"{url}/restore").status_code == 200
        assert alice.get(url).status_code == 200

    def test_strangers_find_nothing(self, cast, login):
        video = factories.make_video(cast.workspace)
        charlie = login(cast.charlie)
        url = f"/api/v1/videos/{video.pk}"
        for method, path in (
            ("get", url), ("patch", url), ("delete", url), ("post", f"{url}/archive"), ("post", f"{url}/restore"),
        ):  # fmt: skip
            assert getattr(charlie, method)(path, {}, format="json").status_code == 404
        assert Video.objects.get().version == 1


class TestFoldersAndTags:
    def test_folders(self, alice, cast):
        made = alice.post("/api/v1/folders", {"name": "Launch"}, format="json").json()
        inner = alice.post("/api/v1/folders", {"name": "In", "parent_id": made["id"]}, format="json").json()
        assert inner["parent_id"] == made["id"]
        assert alice.get("/api/v1/folders").json()["total"] == 2
        url = f"/api/v1/folders/{inner['id']}"
        assert alice.patch(url, {"name": "Out", "parent_id": None}, format="json").json()["parent_id"] is None
        assert alice.patch(url, {"name": "Launch"}, format="json").status_code == 409
        assert alice.delete(url).status_code == 204
        assert Folder.objects.filter(deleted_at__isnull=True).count() == 1
        assert alice.post("/api/v1/folders", {}, format="json").status_code == 400

    def test_tags(self, alice, cast):
        made = alice.post("/api/v1/tags", {"name": "#sea"}, format="json").json()
        assert (made["name"], made["video_count"]) == ("sea", 0)
        url = f"/api/v1/tags/{made['id']}"
        assert alice.patch(url, {"name": "ocean"}, format="json").json()["name"] == "ocean"
        assert [item["name"] for item in alice.get("/api/v1/tags").json()["items"]] == ["ocean"]
        assert alice.delete(url).status_code == 204
        assert Tag.objects.count() == 0

    @pytest.mark.parametrize("kind", ["folders", "tags"])
    def test_unknown_ids(self, alice, kind):
        url = f"/api/v1/{kind}/{uuid7()}"
        assert alice.patch(url, {"name": "x"}, format="json").status_code == 404
        assert alice.delete(url).status_code == 404
