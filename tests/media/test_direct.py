"""Announce → PUT → confirm, on this server and with an object store."""

import hashlib
import io
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from core import clock
from jobs.testing import drain
from media import presigned_uploads, quota
from media.models import DirectUpload, MediaFile
from media.storage import store
from tests import factories

PRESIGN, CONFIRM = "/api/v1/media/presign", "/api/v1/media"


def jpeg(size: tuple[int, int] = (80, 60), colour: str = "red") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, "JPEG")
    return target.getvalue()


@pytest.fixture
def alice(cast):
    return cast.clients.alice


def announce(client, data, name="photo.jpg", kind="image/jpeg", **more):
    return client.post(
        PRESIGN, {"filename": name, "content_type": kind, "size_bytes": len(data), **more}, format="json"
    )


def put(client, ticket, data, kind="image/jpeg", path=""):
    return client.generic("PUT", path or urlsplit(ticket["url"]).path, data, content_type=kind)


def confirm(client, ticket, **more):
    return client.post(CONFIRM, {"upload_id": ticket["upload_id"], **more}, format="json")


class TestOnThisServer:
    def test_a_picture(self, alice, client, cast, stored):
        data = jpeg()
        answer = announce(alice, data, sha256=hashlib.sha256(data).hexdigest())
        ticket = answer.json()
        assert (answer.status_code, ticket["method"], ticket["headers"]) == (201, "PUT", {"Content-Type": "image/jpeg"})
        # The signed address is the permission: whoever sends need not be signed in.
        assert put(client, ticket, data).status_code == 200
        found = confirm(alice, ticket)
        body = found.json()
        assert (found.status_code, body["kind"], body["width"], body["height"]) == (201, "image", 80, 60)
        assert body["thumbnail_url"]
        assert len(stored()) == 2, "the picture and its thumbnail"

    def test_confirming_again_answers_the_same(self, alice, client):
        data = jpeg()
        ticket = announce(alice, data).json()
        put(client, ticket, data)
        first, second = confirm(alice, ticket), confirm(alice, ticket)
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json()["id"] == second.json()["id"]
        assert MediaFile.objects.filter(kind="image").count() == 1

    def test_a_form_may_confirm_as_well(self, alice, client):
        data = jpeg()
        ticket = announce(alice, data).json()
        put(client, ticket, data)
        assert alice.post(CONFIRM, {"upload_id": ticket["upload_id"]}, format="multipart").status_code == 201

    def test_what_would_be_left_unread_is_refused(self, alice):
        ticket = announce(alice, jpeg()).json()
        file = SimpleUploadedFile("photo.jpg", jpeg(), "image/jpeg")
        for name, body in {
            "upload_id": {"file": file, "upload_id": ticket["upload_id"]},
            "sha256": {"file": file, "sha256": "0" * 64},
            "file": {"sha256": "0" * 64},
        }.items():
            answer = alice.post(CONFIRM, body, format="multipart")
            assert (answer.status_code, list(answer.json()["details"]["fields"])) == (400, [name])

    def test_a_video_gets_its_picture_from_a_job(self, alice, client):
        data = factories.tiny_mp4().read_bytes()
        ticket = announce(alice, data, "clip.mp4", "video/mp4").json()
        put(client, ticket, data, "video/mp4")
        body = confirm(alice, ticket).json()
        assert (body["kind"], body["duration"], body["sha256"]) == ("video", 2.0, hashlib.sha256(data).hexdigest())
        drain()
        file = MediaFile.objects.get(pk=body["id"])
        assert (file.thumbnail.kind, file.thumbnail.content_type) == ("thumbnail", "image/jpeg")
        assert alice.get("/api/v1/media?kind=video").json()["items"][0]["thumbnail_url"]

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            ({"kind": "image/png"}, 400),
            ({"data": jpeg((90, 60))}, 400),
            ({"name": "other.jpg"}, 404),
            ({"token": "AAAA"}, 404),
            ({"token": "%C3%A9"}, 404),
        ],
    )
    def test_the_address_takes_nothing_else(self, alice, client, stored, change, status):
        data = jpeg()
        ticket = announce(alice, data).json()
        head, token, name = urlsplit(ticket["url"]).path.rsplit("/", 2)
        path = f"{head}/{change.get('token', token)}/{change.get('name', name)}"
        sent = change.get("data", data)
        answer = put(client, ticket, sent, change.get("kind", "image/jpeg"), path)
        assert (answer.status_code, stored()) == (status, [])
        assert confirm(alice, ticket).status_code == 409

    def test_a_token_opens_no_other_upload(self, alice, client, stored):
        one, other = announce(alice, jpeg()).json(), announce(alice, jpeg()).json()
        path = urlsplit(one["url"]).path.replace(one["upload_id"], other["upload_id"])
        assert (put(client, one, jpeg(), path=path).status_code, stored()) == (404, [])

    def test_other_bytes_than_the_checksum_leave_nothing(self, alice, client, stored):
        data = jpeg()
        ticket = announce(alice, data, sha256="0" * 64).json()
        assert put(client, ticket, data).status_code == 400
        assert stored() == []

    def test_after_the_confirmation_nothing_more_can_be_sent(self, alice, client):
        data = jpeg()
        ticket = announce(alice, data).json()
        put(client, ticket, data)
        before = confirm(alice, ticket).json()
        assert put(client, ticket, jpeg(colour="blue")[: len(data)].ljust(len(data), b"x")).status_code == 409
        assert alice.get(f"/api/v1/media/{before['id']}").json()["sha256"] == before["sha256"]

    def test_content_that_is_no_picture_leaves_nothing(self, alice, client, stored):
        ticket = announce(alice, b"just words").json()
        put(client, ticket, b"just words")
        answer = confirm(alice, ticket)
        assert (answer.status_code, answer.json()["details"]["code"]) == (415, "not_an_image")
        assert (stored(), DirectUpload.objects.count(), MediaFile.objects.count()) == ([], 0, 0)

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"content_type": "application/pdf"}, 400),
            ({"size_bytes": 0}, 400),
            ({"size_bytes": 600 * 1024**2}, 413),
            ({"size_bytes": 21 * 1024**2}, 413),
            ({"sha256": "short"}, 400),
        ],
    )
    def test_what_cannot_come_is_refused_at_once(self, alice, body, status):
        answer = alice.post(
            PRESIGN, {"filename": "a.jpg", "content_type": "image/jpeg", "size_bytes": 100, **body}, format="json"
        )
        assert (answer.status_code, DirectUpload.objects.count()) == (status, 0)

    def test_announced_bytes_count_towards_the_quota(self, alice, cast, settings):
        settings.STORAGE_QUOTA_BYTES = 5000
        assert announce(alice, b"x" * 3000).status_code == 201
        assert quota.usage(cast.workspace.pk).used_bytes == 3000
        assert announce(alice, b"x" * 3000).status_code == 402

    def test_others_cannot_confirm(self, alice, client, cast):
        data = jpeg()
        ticket = announce(alice, data).json()
        put(client, ticket, data)
        for other in (cast.clients.bob, cast.clients.charlie):
            assert confirm(other, ticket).status_code == 404

    def test_half_done_ones_are_swept(self, alice, client, frozen, stored):
        data = jpeg()
        ticket = announce(alice, data).json()
        put(client, ticket, data)
        kept = announce(alice, data).json()
        put(client, kept, data)
        confirm(alice, kept)
        clock.advance(timedelta(hours=2))
        assert put(client, ticket, data).status_code == 404
        assert confirm(alice, ticket).status_code == 404
        assert presigned_uploads.sweep() == 1
        assert len(stored()) == 2, "what was confirmed stays"
        assert confirm(alice, kept).status_code == 200
        clock.advance(timedelta(days=2))
        assert (presigned_uploads.sweep(), DirectUpload.objects.count()) == (1, 0)
        assert MediaFile.objects.filter(kind="image").count() == 1


@pytest.mark.s3
class TestWithAnObjectStore:
    def test_straight_to_the_store(self, s3, alice):
        data = jpeg()
        ticket = announce(alice, data, sha256=hashlib.sha256(data).hexdigest()).json()
        signed = parse_qs(urlsplit(ticket["url"]).query)["X-Amz-SignedHeaders"][0].split(";")
        assert {"content-length", "content-type", "x-amz-checksum-sha256"} <= set(signed)
        assert confirm(alice, ticket).status_code == 409
        assert httpx.put(ticket["url"], content=data, headers=ticket["headers"]).status_code == 200
        body = confirm(alice, ticket).json()
        assert (body["kind"], body["width"]) == ("image", 80)
        assert len(list(store().keys("w/"))) == 2

    def test_a_file_of_another_size_is_refused(self, s3, alice):
        ticket = announce(alice, jpeg()).json()
        httpx.put(ticket["url"], content=jpeg((200, 200)), headers=ticket["headers"])
        assert confirm(alice, ticket).status_code == 413
        assert (list(store().keys("w/")), DirectUpload.objects.count()) == ([], 0)

    def test_sending_again_after_the_confirmation_changes_nothing(self, s3, alice):
        data = factories.tiny_mp4().read_bytes()
        ticket = announce(alice, data, "clip.mp4", "video/mp4").json()
        httpx.put(ticket["url"], content=data, headers=ticket["headers"])
        body = confirm(alice, ticket, sha256=hashlib.sha256(data).hexdigest()).json()
        httpx.put(ticket["url"], content=bytes(len(data)), headers=ticket["headers"])
        file = MediaFile.objects.get(pk=body["id"])
        assert b"".join(store().read(file.storage_key)) == data
