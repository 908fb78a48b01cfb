"""Bodies that are too large, in front of Django and inside."""

import asyncio
import json

import pytest

from media import bodies
from media.bodies import BodyLimit, BodyLimitMiddleware

LIMIT = 1000


@pytest.fixture(autouse=True)
def small(settings, monkeypatch):
    settings.MAX_UPLOAD_BYTES = LIMIT
    monkeypatch.setattr(bodies, "OVERHEAD", 0)
    monkeypatch.setattr(bodies, "_LINGER_S", 0.2)


class Inner:
    """Stands for Django: reads all, then answers what it was told."""

    def __init__(self):
        self.read = 0
        self.scope = {}

    async def __call__(self, scope, receive, send):
        while True:
            message = await receive()
            self.read += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        self.scope = scope
        status = 413 if scope.get("body_refused") else 200
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"part", "more_body": True})
        await send({"type": "http.response.body", "body": b"answer"})


def run(pieces, headers=(), path="/videos/upload/", ends=True):
    inner, sent, waiting = Inner(), [], list(pieces)

    async def receive():
        if not waiting:
            if ends:
                return {"type": "http.disconnect"}
            await asyncio.sleep(10)
        piece = waiting.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(waiting) or not ends}

    async def send(message):
        sent.append(message)

    asyncio.run(BodyLimit(inner)({"type": "http", "path": path, "headers": list(headers)}, receive, send))
    return inner, sent, waiting


class TestInFront:
    def test_what_fits_passes(self):
        inner, sent, _ = run([b"x" * 500, b"x" * 500], [(b"content-length", b"1000")])
        assert (inner.read, sent[0]["status"]) == (1000, 200)

    def test_an_announced_excess_never_arrives(self):
        inner, sent, waiting = run([b"x" * 900, b"x" * 900], [(b"content-length", b"1800"), (b"x-y", b"z")])
        assert (inner.read, sent[0]["status"]) == (0, 413)
        assert inner.scope["headers"] == [(b"x-y", b"z")]
        assert waiting == []
        assert b"".join(message.get("body", b"") for message in sent[1:]) == b"partanswer"
        assert [message["more_body"] for message in sent[1:]] == [True, True, False]

    def test_a_client_that_never_stops_is_left(self):
        _, sent, _ = run([b"x" * 900], [(b"content-length", b"99999")], ends=False)
        assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}

    def test_an_excess_that_was_not_announced_is_cut_off(self):
        inner, sent, waiting = run([b"x" * 600, b"x" * 600, b"x" * 600])
        assert (inner.read, sent[0]["status"], waiting) == (600, 413, [])
        assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}

    @pytest.mark.parametrize("headers", [[], [(b"content-length", b"9999")]])
    def test_whoever_listens_for_a_disconnect_hears_nothing_of_the_rest(self, headers):
        heard = []

        async def inner(scope, receive, send):
            while (await receive()).get("more_body"):
                pass
            try:
                async with asyncio.timeout(0.1):
                    heard.append(await receive())
            except TimeoutError:
                heard.append("nothing")

        async def receive():
            return {"type": "http.request", "body": b"x" * 600, "more_body": True}

        asyncio.run(BodyLimit(inner)({"type": "http", "path": "/", "headers": headers}, receive, None))
        assert heard == ["nothing"]

    def test_a_length_that_is_no_number_is_none(self):
        inner, _, _ = run([b"x"], [(b"content-length", b"many")])
        assert inner.read == 1

    def test_uploads_may_carry_a_chunk(self):
        assert bodies.limit_of("/api/v1/uploads/1") == 8 * 1024 * 1024

    def test_a_disconnect_is_passed_on(self):
        seen = []

        async def inner(scope, receive, send):
            seen.append(await receive())

        async def receive():
            return {"type": "http.disconnect"}

        asyncio.run(BodyLimit(inner)({"type": "http", "path": "/", "headers": []}, receive, None))
        assert seen == [{"type": "http.disconnect"}]

    def test_sockets_are_no_business_of_this(self):
        seen = []

        async def inner(scope, receive, send):
            seen.append(scope["type"])

        asyncio.run(BodyLimit(inner)({"type": "websocket"}, None, None))
        assert seen == ["websocket"]


class TestInside:
    def look(self, rf, path, length, **scope):
        request = rf.generic("POST", path, b"", CONTENT_LENGTH=str(length))
        if scope:
            request.scope = scope
        middleware = BodyLimitMiddleware(lambda request: None)
        assert middleware(request) is None
        return middleware.process_view(request, None, (), {})

    def test_what_fits_goes_on(self, rf):
        assert self.look(rf, "/api/v1/videos/upload", 1000) is None

    def test_the_api_answers_in_its_format(self, rf):
        answer = self.look(rf, "/api/v1/videos/upload", 1001)
        found = json.loads(answer.content)
        assert (answer.status_code, found["error"], found["details"]["max_bytes"]) == (413, "too_large", LIMIT)
        assert "the limit is 1000 bytes" in found["message"]

    def test_a_chunk_says_its_own_limit(self, rf):
        found = json.loads(self.look(rf, "/api/v1/uploads/x", 9 * 1024 * 1024).content)
        assert found["details"]["max_chunk_bytes"] == 8 * 1024 * 1024

    def test_what_was_refused_in_front_is_answered_here(self, rf):
        assert self.look(rf, "/api/v1/videos/upload", 0, body_refused=True).status_code == 413

    def test_people_get_a_page(self, cast, client):
        client.force_login(cast.alice)
        answer = client.post("/videos/upload/", b"x" * 1001, content_type="multipart/form-data; boundary=x")
        assert answer.status_code == 413
        assert "This file is too large: the limit is 1000 bytes." in answer.content.decode()
