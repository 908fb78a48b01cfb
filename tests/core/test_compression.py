"""Which answers are compressed, and that their length tells little."""

import gzip

import pytest
from django.http import FileResponse, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import RequestFactory

from core.compression import PageCompression

PAGE = b"<p>Posts</p>" * 200


def answer(response: HttpResponse, accepts: str = "gzip, deflate, br") -> HttpResponse:
    request = RequestFactory().get("/", headers={"Accept-Encoding": accepts})
    return PageCompression(lambda _: response)(request)


class TestPages:
    def test_a_page_is_compressed(self):
        found = answer(HttpResponse(PAGE))
        assert found["Content-Encoding"] == "gzip"
        assert found["Content-Length"] == str(len(found.content))
        assert found["Vary"] == "Accept-Encoding"
        assert gzip.decompress(found.content) == PAGE
        assert len(found.content) < len(PAGE) / 5

    def test_not_for_who_does_not_take_it_but_caches_know(self):
        found = answer(HttpResponse(PAGE), accepts="identity")
        assert (found.content, found["Vary"]) == (PAGE, "Accept-Encoding")
        assert not found.has_header("Content-Encoding")

    def test_the_length_varies_for_the_same_page(self):
        assert len({len(answer(HttpResponse(PAGE)).content) for _ in range(60)}) > 20


class TestEverythingElse:
    @pytest.mark.parametrize(
        "response",
        [
            HttpResponse(b"<p>short</p>"),
            JsonResponse({"access": "x" * 900}),
            HttpResponse(PAGE, status=206),
            HttpResponse(PAGE, content_type="text/event-stream"),
            HttpResponse(PAGE, headers={"Content-Encoding": "br"}),
        ],
        ids=["short", "API", "range", "events", "compressed"],
    )
    def test_stays_as_it_is(self, response):
        before = response.content
        assert answer(response).content == before

    def test_what_is_streamed_stays_streamed(self, tmp_path):
        (tmp_path / "clip.html").write_bytes(PAGE)
        for response in (StreamingHttpResponse(iter([PAGE])), FileResponse((tmp_path / "clip.html").open("rb"))):
            found = answer(response)
            assert found.streaming
            assert not found.has_header("Content-Encoding")
            assert b"".join(found.streaming_content) == PAGE
