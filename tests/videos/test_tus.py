"""Resumable uploads, as a tus client sees them."""

import base64
import hashlib
import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from core import clock
from jobs.models import Job
from media import resumable_uploads
from media.models import MediaFile, UploadSession
from tests import factories
from tests.videos.conftest import TUS, Tus
from videos.models import Video


@pytest.fixture
def clip() -> bytes:
    return factories.tiny_mp4().read_bytes()


class TestProtocol:
    def test_the_server_says_what_it_can(self, alice):
        answer = alice.options("/api/v1/uploads/")
        assert answer.status_code == 204
        assert answer["Tus-Version"] == "1.0.0"
        assert answer["Tus-Extension"] == "creation,termination,checksum,expiration"
        assert answer["Tus-Max-Size"] == str(500 * 1024 * 1024)

    def test_another_version_is_412(self, alice):
        answer = alice.generic("POST", "/api/v1/uploads/", HTTP_TUS_RESUMABLE="0.2.2", HTTP_UPLOAD_LENGTH="5")
        assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")
        assert UploadSession.objects.count() == 0

    def test_creation_answers_where_and_until_when(self, tus, cast):
        answer = tus.create(1000, "holiday.mp4", metadata={"title": "Holiday"})
        upload = UploadSession.objects.get()
        assert answer.status_code == 201
        assert answer["Location"] == f"/api/v1/uploads/{upload.pk}"
        assert (answer["Upload-Offset"], answer["Tus-Resumable"]) == ("0", "1.0.0")
        assert answer["Upload-Expires"].endswith("GMT")
        assert (upload.workspace_id, upload.user_id) == (cast.workspace.pk, cast.alice.pk)
        assert (upload.filename, upload.metadata) == ("holiday.mp4", {"title": "Holiday"})

    def test_a_slash_at_the_end_is_the_same(self, tus, clip):
        location = tus.create(len(clip))["Location"]
        assert tus.head(location + "/").status_code == 200

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"HTTP_UPLOAD_LENGTH": "many"}, 400),
            ({"HTTP_UPLOAD_LENGTH": "-1"}, 400),
            ({"HTTP_UPLOAD_LENGTH": "9" * 30}, 400),
            ({"HTTP_UPLOAD_METADATA": "filename %%%"}, 400),
            ({"HTTP_UPLOAD_METADATA": "filename " + "A" * 5000}, 400),
            ({"HTTP_UPLOAD_DEFER_LENGTH": "1"}, 400),
        ],
    )
    def test_bad_headers_are_refused(self, tus, headers, status):
        answer = tus.create(10, **headers)
        assert answer.status_code == status
        assert answer.json()["message"]
        assert UploadSession.objects.count() == 0

    def test_a_folder_that_is_no_id_is_refused(self, tus):
        assert tus.create(10, metadata={"folder": "x"}).status_code == 400

    def test_empty_and_too_large_files_are_refused_by_name(self, tus, settings):
        empty = tus.create(0, "nothing.mp4")
        assert empty.status_code == 400
        assert "“nothing.mp4” is empty" in empty.json()["message"]
        large = tus.create(settings.MAX_UPLOAD_BYTES + 1, "huge.mp4")
        assert large.status_code == 413
        assert "“huge.mp4” has 500 MB; the limit is 500 MB" in large.json()["message"]
        assert UploadSession.objects.count() == 0

    def test_what_does_not_fit_the_quota_is_refused(self, tus, settings):
        settings.STORAGE_QUOTA_BYTES = 3000
        assert tus.create(2000).status_code == 201
        second = tus.create(2000)
        assert (second.status_code, second.json()["error"]) == (402, "plan_limit")

    def test_a_chunk_of_another_type_is_415(self, tus):
        location = tus.create(10)["Location"]
        assert tus.patch(location, 0, b"0123456789", content_type="text/plain").status_code == 415

    def test_a_chunk_larger_than_the_contract_is_413(self, tus, scratch):
        location = tus.create(20 * 1024 * 1024)["Location"]
        answer = tus.patch(location, 0, b"\0" * (resumable_uploads.CHUNK_BYTES + 1))
        assert (answer.status_code, answer.json()["details"]["code"]) == (413, "chunk_too_large")
        assert list(scratch.iterdir()) == []

    def test_a_chunk_past_the_end_is_413(self, tus):
        location = tus.create(10)["Location"]
        assert tus.patch(location, 0, b"0" * 11).status_code == 413


class TestTheWay:
    def test_chunks_become_one_video_with_the_right_bytes(self, tus, clip, cast):
        answer = tus.send(clip, metadata={"title": "Launch"})
        video = Video.objects.get()
        assert answer["Upload-Video"] == str(video.pk)
        assert answer["Upload-Media"] == str(video.media_id)
        assert answer["Upload-Offset"] == str(len(clip))
        assert (video.title, video.status, video.created_by) == ("Launch", "uploaded", cast.alice)
        assert video.media.sha256 == hashlib.sha256(clip).hexdigest()
        assert default_storage.open(video.media.storage_key).read() == clip
        assert video.media.storage_key.startswith(f"w/{cast.workspace.pk}/video/")
        assert video.media.storage_key.endswith(".mp4")
        assert (video.media.width, video.media.height) == (320, 180)
        assert Job.objects.get().kind == "videos.process"

    def test_nothing_but_the_file_is_left(self, tus, clip, stored, scratch):
        tus.send(clip)
        assert stored() == [MediaFile.objects.get().storage_key]
        assert list(scratch.iterdir()) == []

    def test_the_folder_is_taken_over(self, tus, clip, cast):
        folder = factories.make_folder(cast.workspace)
        tus.send(clip, metadata={"folder": str(folder.pk)})
        assert Video.objects.get().folder == folder

    def test_a_strangers_folder_is_ignored(self, tus, clip, cast):
        folder = factories.make_folder(cast.elsewhere)
        tus.send(clip, metadata={"folder": str(folder.pk)})
        assert Video.objects.get().folder is None

    def test_an_offset_that_is_not_where_it_stands_is_409(self, tus, clip):
        location = tus.create(len(clip))["Location"]
        tus.patch(location, 0, clip[:1000])
        answer = tus.patch(location, 0, clip[:1000])
        assert (answer.status_code, answer.json()["details"]["offset"]) == (409, 1000)
        assert tus.head(location)["Upload-Offset"] == "1000"

    def test_a_chunk_that_broke_off_leaves_nothing(self, tus, clip, scratch, stored):
        location = tus.create(len(clip))["Location"]
        tus.patch(location, 0, clip[:5000])
        before = stored()
        broken = {"CONTENT_LENGTH": "4000", "wsgi.input": io.BytesIO(clip[5000:7000])}
        answer = tus.patch(location, 5000, clip[5000:7000], **broken)
        assert (answer.status_code, answer.json()["details"]["code"]) == (400, "chunk_broken")
        assert tus.head(location)["Upload-Offset"] == "5000"
        assert stored() == before
        assert list(scratch.iterdir()) == []
        assert tus.patch(location, 5000, clip[5000:]).status_code == 204
        assert Video.objects.get().media.sha256 == hashlib.sha256(clip).hexdigest()

    @pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
    def test_checksums_are_verified(self, tus, clip, algorithm, scratch):
        location = tus.create(len(clip))["Location"]
        good = base64.b64encode(hashlib.new(algorithm, clip[:1000]).digest()).decode()
        bad = tus.patch(location, 0, b"x" * 1000, HTTP_UPLOAD_CHECKSUM=f"{algorithm} {good}")
        assert (bad.status_code, tus.head(location)["Upload-Offset"]) == (460, "0")
        assert list(scratch.iterdir()) == []
        assert tus.patch(location, 0, clip[:1000], HTTP_UPLOAD_CHECKSUM=f"{algorithm} {good}").status_code == 204

    @pytest.mark.parametrize("value", ["crc32 AAAA", "sha1 %%%"])
    def test_checksums_we_do_not_know_are_refused(self, tus, clip, value):
        location = tus.create(len(clip))["Location"]
        assert tus.patch(location, 0, clip[:10], HTTP_UPLOAD_CHECKSUM=value).status_code == 400

    def test_the_last_chunk_sent_again_makes_no_second_video(self, tus, clip):
        location = tus.create(len(clip))["Location"]
        tus.patch(location, 0, clip[:10_000])
        assert tus.patch(location, 10_000, clip[10_000:]).status_code == 204
        again = tus.patch(location, 10_000, clip[10_000:])
        assert (again.status_code, again.json()["details"]["offset"]) == (409, len(clip))
        found = tus.head(location)
        assert found["Upload-Offset"] == found["Upload-Length"] == str(len(clip))
        assert found["Upload-Video"] == str(Video.objects.get().pk)
        assert MediaFile.objects.count() == 1

    def test_giving_up_frees_everything(self, tus, clip, stored):
        location = tus.create(len(clip))["Location"]
        tus.patch(location, 0, clip[:5000])
        assert stored() != []
        assert tus.delete(location).status_code == 204
        assert stored() == []
        assert tus.head(location).status_code == 404
        assert UploadSession.objects.count() == 0

    def test_giving_up_a_finished_upload_keeps_the_video(self, tus, clip):
        location = tus.create(len(clip))["Location"]
        tus.patch(location, 0, clip)
        assert tus.delete(location).status_code == 204
        assert default_storage.exists(Video.objects.get().media.storage_key)


class TestContent:
    @pytest.mark.parametrize(
        ("data", "what"),
        [(b"just words\n" * 100, "plain text"), (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "a PNG picture")],
    )
    def test_what_is_no_video_is_refused_with_its_first_chunk(self, tus, stored, scratch, data, what):
        location = tus.create(len(data) * 10, "fake.mp4")["Location"]
        answer = tus.patch(location, 0, data)
        assert (answer.status_code, answer.json()["error"]) == (415, "unsupported_media")
        assert f"“fake.mp4” is not a video we can use: its content is {what}." in answer.json()["message"]
        assert stored() == []
        assert list(scratch.iterdir()) == []
        assert UploadSession.objects.count() == 0

    def test_a_truncated_video_is_refused_at_its_end(self, tus, clip, stored):
        half = clip[: len(clip) // 2]
        location = tus.create(len(half), "half.mp4")["Location"]
        answer = tus.patch(location, 0, half)
        assert answer.status_code == 415
        assert "“half.mp4” ends too early" in answer.json()["message"]
        assert stored() == []
        assert (UploadSession.objects.count(), MediaFile.objects.count(), Video.objects.count()) == (0, 0, 0)


class TestAccess:
    def test_without_signing_in_it_is_401(self, db, client):
        assert client.generic("POST", "/api/v1/uploads", **TUS, HTTP_UPLOAD_LENGTH="10").status_code == 401

    def test_a_viewer_may_not(self, cast, login):
        answer = Tus(login(cast.victor)).create(10)
        assert answer.status_code == 403
        assert UploadSession.objects.count() == 0

    @pytest.mark.parametrize("who", ["bob", "charlie"])
    def test_nobody_else_finds_it(self, cast, login, tus, clip, who):
        location = tus.create(len(clip))["Location"]
        other = Tus(login(getattr(cast, who)))
        assert other.head(location).status_code == 404
        assert other.patch(location, 0, clip).status_code == 404
        assert other.delete(location).status_code == 404
        assert UploadSession.objects.get().offset == 0

    def test_the_session_needs_its_csrf_token(self, cast):
        from rest_framework.test import APIClient

        answer = Tus(factories.sign_in(cast.alice, APIClient(enforce_csrf_checks=True))).create(10)
        assert answer.status_code == 403
        assert UploadSession.objects.count() == 0


class TestExpiry:
    def test_after_a_day_it_is_gone_with_its_bytes(self, tus, clip, stored, frozen):
        location = tus.create(len(clip))["Location"]
        tus.patch(location, 0, clip[:5000])
        clock.advance(timedelta(hours=23, minutes=59))
        assert tus.head(location).status_code == 200
        clock.advance(timedelta(minutes=2))
        assert tus.head(location).status_code == 404
        assert resumable_uploads.sweep() == 1
        assert stored() == []
        assert UploadSession.objects.count() == 0

    def test_sweeping_a_finished_upload_keeps_the_video(self, tus, clip, frozen):
        tus.send(clip)
        clock.advance(timedelta(hours=25))
        assert resumable_uploads.sweep() == 1
        assert default_storage.exists(Video.objects.get().media.storage_key)


class TestBreaksOfTheFinish:
    """The server dies, or fails, between the last byte and the video."""

    def start(self, cast, clip):
        actor = cast.alice_actor
        upload = resumable_uploads.create(actor=actor, user_id=cast.alice.pk, filename="clip.mp4", length=len(clip))
        return actor, upload

    def last(self, actor, upload, clip, on_complete):
        chunk = resumable_uploads.receive(io.BytesIO(clip), len(clip), None)
        return resumable_uploads.append(actor=actor, upload=upload, chunk=chunk, on_complete=on_complete)

    def test_a_failure_lets_the_last_chunk_be_sent_again(self, in_workspace, clip):
        actor, upload = self.start(in_workspace, clip)

        def breaks(session, stored):
            raise RuntimeError("the database went away")

        with pytest.raises(RuntimeError):
            self.last(actor, upload, clip, breaks)
        upload.refresh_from_db()
        assert (upload.state, upload.offset, upload.parts) == ("open", 0, [])
        done = self.last(actor, upload, clip, lambda session, stored: ("video", session.pk))
        assert (done.state, done.offset) == ("finished", len(clip))

    def test_someone_else_finishing_is_409_until_they_are_given_up(self, in_workspace, clip, frozen):
        actor, upload = self.start(in_workspace, clip)
        finishing = UploadSession.State.FINISHING
        store = resumable_uploads.store()
        multipart = store.begin_parts(upload.storage_key)
        UploadSession.objects.filter(pk=upload.pk).update(
            state=finishing, claimed_at=clock.now(), multipart_id=multipart, parts=[{"name": "gone", "size": 1}]
        )
        upload.refresh_from_db()
        with pytest.raises(resumable_uploads.Conflict):
            self.last(actor, upload, clip, lambda session, stored: ("video", session.pk))
        with pytest.raises(resumable_uploads.Conflict):
            resumable_uploads.terminate(actor=actor, upload_id=upload.pk)
        clock.advance(timedelta(minutes=11))
        upload.refresh_from_db()
        done = self.last(actor, upload, clip, lambda session, stored: ("video", session.pk))
        assert done.state == "finished"

    def test_a_slow_finisher_whose_claim_was_taken_over_makes_nothing(self, in_workspace, clip):
        actor, upload = self.start(in_workspace, clip)

        def taken_over(session, stored):
            UploadSession.objects.filter(pk=session.pk).update(claimed_at=clock.now() + timedelta(minutes=20))
            return "video", session.pk

        with pytest.raises(resumable_uploads.Conflict):
            self.last(actor, upload, clip, taken_over)
        assert MediaFile.objects.count() == 0

    def test_two_first_chunks_at_once_leave_one(self, in_workspace, clip, stored):
        actor, upload = self.start(in_workspace, clip)
        same = UploadSession.objects.get(pk=upload.pk)
        first = resumable_uploads.receive(io.BytesIO(clip[:5000]), 5000, None)
        resumable_uploads.append(actor=actor, upload=upload, chunk=first, on_complete=lambda s, f: ("video", s.pk))
        second = resumable_uploads.receive(io.BytesIO(clip[:5000]), 5000, None)
        with pytest.raises(resumable_uploads.Conflict):
            resumable_uploads.append(actor=actor, upload=same, chunk=second, on_complete=lambda s, f: ("video", s.pk))
        assert len(stored()) == 1

    def test_a_body_without_a_length_is_read_to_its_end_or_the_limit(self, db):
        assert resumable_uploads.receive(io.BytesIO(b"abc"), None, None).size == 3
        with pytest.raises(resumable_uploads.TooLarge):
            resumable_uploads.receive(io.BytesIO(b"\0" * (resumable_uploads.CHUNK_BYTES + 5)), None, None)


class TestForPosts:
    """With `purpose media` an upload is a file for posts, and pictures are welcome."""

    def picture(self):
        target = io.BytesIO()
        Image.effect_noise((300, 200), 90).convert("RGB").save(target, "JPEG", exif=Image.Exif(), quality=95)
        return target.getvalue()

    def test_a_picture_in_chunks(self, tus, stored):
        data = self.picture()
        answer = tus.send(data, name="photo.jpg", metadata={"purpose": "media"})
        file = MediaFile.objects.get(pk=answer["Upload-Media"])
        assert (file.kind, file.width, file.height, file.original_name) == ("image", 300, 200, "photo.jpg")
        assert (file.thumbnail.kind, Video.objects.count(), len(stored())) == ("thumbnail", 0, 2)

    def test_a_video_is_not_put_into_the_library_of_videos(self, tus):
        answer = tus.send(factories.tiny_mp4().read_bytes(), metadata={"purpose": "media"})
        assert (MediaFile.objects.get(pk=answer["Upload-Media"]).kind, Video.objects.count()) == ("video", 0)
        assert "Upload-Video" not in answer

    def test_a_broken_picture_leaves_nothing(self, tus, stored):
        data = self.picture()[:2000]
        location = tus.create(len(data), "photo.jpg", metadata={"purpose": "media"})["Location"]
        assert tus.patch(location, 0, data).status_code == 415
        assert (stored(), MediaFile.objects.count(), UploadSession.objects.count()) == ([], 0, 0)

    def test_elsewhere_pictures_are_still_refused(self, tus):
        data = self.picture()
        location = tus.create(len(data), "photo.jpg")["Location"]
        assert tus.patch(location, 0, data).status_code == 415
