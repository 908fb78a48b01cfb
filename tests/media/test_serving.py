"""Signed addresses and what they serve."""

from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.core.files.storage import default_storage

from core import clock, scope
from core.ids import uuid7
from media import signed_urls, views
from media.models import MediaFile
from media.storage import store
from media.stores.base import PIECE
from media.urls import signed_path, signed_url
from media.views import Span, UnsatisfiableError, parse_range
from tests import asgi, factories

DATA = bytes(range(200))


@pytest.fixture
def file(cast):
    return factories.make_media(
        cast.workspace, data=DATA, content_type="video/mp4", original_name="Mein Clip/../ä.mp4", kind="video"
    )


def body(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


class TestAddress:
    def test_it_is_ours_and_names_the_file_plainly(self, file, settings):
        parts = urlsplit(signed_url(file))
        assert f"{parts.scheme}://{parts.netloc}" == settings.PUBLIC_BASE_URL
        assert parts.path.startswith("/m/")
        assert parts.path.endswith("/Mein-Clip-a.mp4")
        assert parts.query == ""

    def test_a_file_without_a_name_gets_its_kind(self, cast):
        file = factories.make_media(cast.workspace, data=b"x", original_name="", content_type="image/png", kind="image")
        assert signed_path(file).endswith("/image.png")

    def test_pages_get_one_address_for_a_while(self, file, frozen):
        first = signed_path(file)
        clock.advance(timedelta(minutes=9))
        assert signed_path(file) == first
        clock.advance(timedelta(minutes=2))
        assert signed_path(file) != first

    def test_the_exact_one_ends_after_a_day(self, file, client, frozen):
        url = signed_path(file, exact=True)
        clock.advance(timedelta(hours=24) - timedelta(seconds=1))
        assert client.get(url).status_code == 200
        clock.advance(timedelta(seconds=1))
        answer = client.get(url)
        assert (answer.status_code, answer["Cache-Control"]) == (410, "no-store")
        assert b"expired" in answer.content

    @pytest.mark.parametrize("change", ["cut", "letter", "garbage", "empty"])
    def test_a_changed_token_opens_nothing(self, file, client, change):
        token = signed_urls.make_token(file.pk, expires_at=clock.now() + timedelta(hours=1))
        bad = {
            "cut": token[:-4],
            "letter": ("B" if token[0] != "B" else "C") + token[1:],
            "garbage": "x!y",
            "empty": "A",
        }
        assert client.get(f"/m/{bad[change]}/a.mp4").status_code == 404

    def test_a_token_of_another_key_opens_nothing(self, file, client, settings):
        url = signed_path(file)
        settings.SECRET_KEY = "another key that is long enough to be used"
        assert client.get(url).status_code == 404

    def test_it_opens_nothing_else(self, cast, client):
        token = signed_urls.make_token(uuid7(), expires_at=clock.now() + timedelta(hours=1))
        assert client.get(f"/m/{token}/a.mp4").status_code == 404


class TestRanges:
    @pytest.mark.parametrize(
        ("header", "span"),
        [
            ("bytes=0-9", Span(0, 9)),
            ("bytes=10-", Span(10, 199)),
            ("bytes=-5", Span(195, 199)),
            ("bytes=-900", Span(0, 199)),
            ("bytes=190-900", Span(190, 199)),
            ("", None),
            ("bytes=-", None),
            ("bytes=9-3", None),
            ("bytes=0-1,5-6", None),
            ("items=0-1", None),
            ("bytes=0-" + "9" * 5000, Span(0, 199)),
            ("bytes=-" + "9" * 5000, Span(0, 199)),
            ("bytes=" + "0" * 5000 + "5-9", Span(5, 9)),
        ],
        ids=lambda value: str(value)[:24],
    )
    def test_reading_the_header(self, header, span):
        assert parse_range(header, 200) == span

    @pytest.mark.parametrize("header", ["bytes=200-", "bytes=900-950", "bytes=-0", f"bytes={'9' * 5000}-"])
    def test_outside_of_the_file(self, header):
        with pytest.raises(UnsatisfiableError):
            parse_range(header, 200)


class TestAnswers:
    def test_the_whole_file(self, file, client):
        answer = client.get(signed_path(file))
        assert (answer.status_code, body(answer)) == (200, DATA)
        assert answer["Content-Type"] == "video/mp4"
        assert answer["Content-Length"] == "200"
        assert answer["Accept-Ranges"] == "bytes"
        assert answer["Content-Disposition"] == 'inline; filename="Mein-Clip-a.mp4"'
        assert answer["X-Content-Type-Options"] == "nosniff"

    def test_a_part(self, file, client):
        answer = client.get(signed_path(file), HTTP_RANGE="bytes=10-19")
        assert (answer.status_code, body(answer)) == (206, DATA[10:20])
        assert (answer["Content-Range"], answer["Content-Length"]) == ("bytes 10-19/200", "10")

    def test_a_part_outside(self, file, client):
        answer = client.get(signed_path(file), HTTP_RANGE="bytes=500-")
        assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */200")

    def test_a_part_with_5000_digits_is_outside(self, file, client):
        answer = client.get(signed_path(file), HTTP_RANGE=f"bytes={'9' * 5000}-")
        assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */200")

    def test_head_says_all_and_sends_nothing(self, file, client):
        answer = client.head(signed_path(file))
        assert (answer.status_code, answer["Content-Length"], answer.content) == (200, "200", b"")
        part = client.head(signed_path(file), HTTP_RANGE="bytes=0-4")
        assert (part.status_code, part["Content-Length"], part["Content-Range"]) == (206, "5", "bytes 0-4/200")

    def test_a_known_copy_is_not_sent_again(self, file, client):
        etag = client.get(signed_path(file))["ETag"]
        assert client.get(signed_path(file), HTTP_IF_NONE_MATCH=etag).status_code == 304

    def test_a_part_of_another_version_is_the_whole(self, file, client):
        url = signed_path(file)
        assert client.get(url, HTTP_RANGE="bytes=0-1", HTTP_IF_RANGE='"other"').status_code == 200
        assert client.get(url, HTTP_RANGE="bytes=0-1", HTTP_IF_RANGE=client.get(url)["ETag"]).status_code == 206

    def test_a_download_is_saved(self, file, client):
        answer = client.get(signed_path(file, download=True))
        assert answer["Content-Disposition"] == 'attachment; filename="Mein-Clip-a.mp4"'

    @pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/octet-stream"])
    def test_what_could_run_as_a_page_is_saved(self, cast, client, kind):
        file = factories.make_media(cast.workspace, data=b"<script>", content_type=kind)
        assert client.get(signed_path(file))["Content-Disposition"].startswith("attachment")

    def test_nothing_may_be_changed_here(self, file, client):
        assert client.post(signed_path(file)).status_code == 405

    def test_a_file_that_is_not_ready_or_gone(self, file, client):
        url = signed_path(file)
        default_storage.delete(file.storage_key)
        assert client.get(url).status_code == 404
        MediaFile.objects.update(state="failed")
        assert client.get(url).status_code == 404

    def test_it_needs_no_session_and_works_inside_no_scope(self, file, client):
        with scope.request():
            assert client.get(signed_path(file)).status_code == 200

    @pytest.mark.s3
    def test_from_an_object_store(self, s3, cast, client):
        file = factories.make_media(cast.workspace, data=DATA, content_type="video/mp4")
        answer = client.get(signed_path(file), HTTP_RANGE="bytes=50-59")
        assert (answer.status_code, body(answer)) == (206, DATA[50:60])
        assert body(client.get(signed_path(file))) == DATA


class TestUnderAsgi:
    def test_it_is_streamed_in_pieces(self, transactional_db, monkeypatch):
        """No piece is read before the one in front of it was sent."""
        with scope.system("tests"):
            cast = factories.make_cast()
            file = factories.make_media(cast.workspace, data=b"x" * (3 * PIECE), content_type="video/mp4")
        kept, given = store(), []

        def read(*args):
            for piece in kept.read(*args):
                given.append(len(piece))
                yield piece

        monkeypatch.setattr(views, "store", lambda: SimpleNamespace(read=read))
        gaps = []
        status, blocks = asgi.fetch(signed_path(file), lambda sent: gaps.append(sum(given) - sent))
        assert (status, sum(map(len, blocks)), len(given)) == (200, 3 * PIECE, 3)
        assert max(map(len, blocks)) <= 64 * 1024
        assert max(gaps) < PIECE
