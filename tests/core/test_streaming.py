"""Answers in pieces: nothing is read before the piece in front of it is on its way, whichever server sends it."""

import io
from pathlib import Path

import pytest
from django.http import FileResponse
from django.urls import path

from core.streaming import FilePiecesResponse, PiecesResponse
from tests import asgi

BLOCK = 64 * 1024
SIZE = 2 * 1024 * 1024


class Watched(io.BytesIO):
    """A file that knows how far it was read."""

    def __init__(self) -> None:
        super().__init__(bytes(SIZE))
        self.given = 0

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        self.given += len(piece)
        return piece

    def pieces(self, size: int = BLOCK):
        while piece := self.read(size):
            yield piece


source = Watched()
urlpatterns = [
    path("pieces", lambda request: PiecesResponse(source.pieces())),
    path("file", lambda request: FilePiecesResponse(source)),
    path("django", lambda request: FileResponse(source)),
]


@pytest.fixture
def watched(settings, monkeypatch):
    settings.ROOT_URLCONF, settings.MIDDLEWARE = __name__, []
    found = Watched()
    monkeypatch.setitem(globals(), "source", found)
    return found


def ahead(watched, address):
    """The most bytes that were read and not yet being sent, when a block was sent; all of it must arrive."""
    gaps = []
    status, blocks = asgi.fetch(address, lambda sent: gaps.append(watched.given - sent))
    assert (status, sum(map(len, blocks))) == (200, SIZE)
    assert max(map(len, blocks)) <= BLOCK
    assert watched.given == SIZE
    return max(gaps)


class TestUnderAsgi:
    @pytest.mark.parametrize("address", ["/pieces", "/file"])
    def test_nothing_is_read_ahead(self, watched, address):
        assert ahead(watched, address) == 0

    @pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
    def test_what_django_does_by_itself_would_be_seen(self, watched):
        assert ahead(watched, "/django") == SIZE - BLOCK

    def test_a_file_is_closed_with_the_answer(self, watched):
        asgi.fetch("/file")
        assert watched.closed

    def test_an_empty_answer_ends(self, watched):
        watched.seek(0, io.SEEK_END)
        assert asgi.fetch("/pieces") == (200, [])


class TestUnderWsgi:
    @pytest.mark.parametrize("address", ["/pieces", "/file"])
    def test_it_is_read_while_it_is_sent(self, watched, client, address):
        blocks = iter(client.get(address))
        first = next(blocks)
        assert watched.given == len(first) <= BLOCK
        assert len(first) + sum(map(len, blocks)) == SIZE


class TestStaticFiles:
    @pytest.fixture
    def collected(self, settings, tmp_path: Path):
        (tmp_path / "app.js").write_bytes(b"x" * SIZE)
        settings.STATIC_ROOT, settings.WHITENOISE_USE_FINDERS = tmp_path, False
        settings.ROOT_URLCONF, settings.MIDDLEWARE = __name__, ["core.streaming.StaticMiddleware"]

    def test_a_collected_file_is_not_read_ahead(self, collected, watched, settings, monkeypatch):
        settings.MIDDLEWARE = ["core.streaming.StaticMiddleware"]
        monkeypatch.setattr("whitenoise.responders.open", lambda *args: watched, raising=False)
        assert ahead(watched, "/static/app.js") == 0
        assert watched.closed

    def test_over_wsgi_as_before(self, collected, client):
        answer = client.get("/static/app.js")
        assert answer.getvalue() == b"x" * SIZE
        assert answer["Content-Type"].startswith("text/javascript")
        assert answer["Content-Length"] == str(SIZE)
        assert client.get("/static/other.js").status_code == 404

    def test_a_part_and_a_known_copy(self, collected, client):
        part = client.get("/static/app.js", headers={"Range": "bytes=10-19"})
        assert (part.status_code, part.getvalue()) == (206, b"x" * 10)
        again = client.get("/static/app.js", headers={"If-Modified-Since": part["Last-Modified"]})
        assert (again.status_code, again.getvalue()) == (304, b"")
