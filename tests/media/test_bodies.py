"""Bodies that are too large, too slow, or sent by somebody who may not, in front of Django and inside."""

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings as configured
from django.contrib.auth.models import AnonymousUser
from django.core.asgi import get_asgi_application
from django.urls import resolve
from django.urls.resolvers import URLPattern, URLResolver, get_resolver

from accounts.services import tokens
from core.errors import TooLarge
from media import body_limit, presigned_uploads
from media.body_limit import PERSON_BYTES, VISITOR_BYTES, BodyLimit, BodyLimitMiddleware
from tests.waits import VirtualTime, pause

LIMIT = 3 * 1024 * 1024
KIB = 1024
FORM, API, FILE, CHUNK = "/account/login/", "/api/v1/auth/login", "/api/v1/videos/upload", "/api/v1/uploads/"
CHUNK += "01890000-0000-7000-8000-000000000000"


@pytest.fixture(autouse=True)
def small(settings, monkeypatch):
    settings.MAX_UPLOAD_BYTES = LIMIT
    monkeypatch.setattr(body_limit, "OVERHEAD", 0)
    monkeypatch.setattr(body_limit, "_LINGER_S", 0.2)


@pytest.fixture
def known(monkeypatch):
    """Who sends, and how often that was asked."""
    asked = []

    def say(signed_in):
        monkeypatch.setattr(body_limit, "is_signed_in", lambda request: asked.append(request.path) or signed_in)
        return asked

    return say


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
        refused = scope.get("body_refused")
        await send({"type": "http.response.start", "status": refused.status if refused else 200, "headers": []})
        await send({"type": "http.response.body", "body": b"part", "more_body": True})
        await send({"type": "http.response.body", "body": b"answer"})


def scope_of(path, headers=(), method="POST"):
    return {"type": "http", "method": method, "path": path, "query_string": b"", "headers": list(headers)}


def run(pieces, headers=(), path=FORM, ends=True, method="POST"):
    inner, sent, waiting = Inner(), [], list(pieces)

    async def receive():
        if not waiting:
            if ends:
                return {"type": "http.disconnect"}
            await asyncio.Event().wait()
        piece = waiting.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(waiting) or not ends}

    async def send(message):
        sent.append(message)

    asyncio.run(BodyLimit(inner)(scope_of(path, headers, method), receive, send))
    return inner, sent, waiting


def length(n):
    return [(b"content-length", str(n).encode()), (b"x-y", b"z")]


CHUNKED = [(b"transfer-encoding", b"chunked")]
PIECE = b"x" * (32 * KIB)


def pieces(n):
    return [PIECE] * (n // len(PIECE))


class TestStrangers:
    def test_a_form_of_64_kb_passes_and_nobody_is_asked(self, known):
        asked = known(False)
        inner, sent, _ = run(pieces(VISITOR_BYTES), length(VISITOR_BYTES))
        assert (inner.read, sent[0]["status"], asked) == (VISITOR_BYTES, 200, [])

    @pytest.mark.parametrize("path", [FORM, API, "/", "/dashboard/", "/admin/login/"])
    def test_an_announced_excess_never_arrives(self, known, path):
        known(False)
        inner, sent, waiting = run(pieces(128 * KIB), length(128 * KIB), path)
        assert (inner.read, sent[0]["status"], waiting) == (0, 413, [])
        assert inner.scope["headers"] == [(b"x-y", b"z")]
        assert b"".join(message.get("body", b"") for message in sent[1:]) == b"partanswer"
        assert [message["more_body"] for message in sent[1:]] == [True, True, False]

    @pytest.mark.parametrize("path", [FORM, API])
    def test_an_excess_that_was_not_announced_is_cut_off(self, known, path):
        known(False)
        inner, sent, waiting = run(pieces(512 * KIB), CHUNKED, path)
        assert (inner.read, sent[0]["status"], waiting) == (VISITOR_BYTES, 413, [])
        assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}

    @pytest.mark.parametrize("path", [FILE, "/api/v1/media", "/api/v1/posts/upload-media", CHUNK, "/videos/upload/"])
    @pytest.mark.parametrize("headers", [length(2 * 1024 * KIB), CHUNKED])
    def test_an_upload_is_not_taken(self, known, path, headers):
        known(False)
        inner, sent, _ = run(pieces(2 * 1024 * KIB), headers, path)
        assert sent[0]["status"] == 401
        assert inner.read <= VISITOR_BYTES

    @pytest.mark.parametrize("path", ["/nowhere", "/api/v1/nowhere", "/m/a/b/c/d", "/static/x.js", "/%00"])
    @pytest.mark.parametrize("headers", [length(128 * KIB), length(32 * KIB), CHUNKED])
    def test_an_address_that_does_not_exist_takes_nothing_from_anybody(self, known, path, headers):
        asked = known(True)
        inner, sent, waiting = run(pieces(128 * KIB), headers, path)
        assert (inner.read, asked, waiting) == (0, [], [])
        assert inner.scope["body_refused"] is None
        assert (b"connection", b"close") in sent[0]["headers"]


class TestPeople:
    @pytest.mark.parametrize("headers", [length(PERSON_BYTES), CHUNKED])
    @pytest.mark.parametrize("path", [API, API + "/", "/scripts/"])
    def test_a_megabyte_of_json_or_text_passes_and_they_are_asked_once(self, known, headers, path):
        asked = known(True)
        inner, sent, _ = run(pieces(PERSON_BYTES), headers, path)
        assert (inner.read, sent[0]["status"], asked) == (PERSON_BYTES, 200, [path])

    @pytest.mark.parametrize("headers", [length(PERSON_BYTES + 32 * KIB), CHUNKED])
    def test_more_is_refused(self, known, headers):
        known(True)
        inner, sent, _ = run(pieces(PERSON_BYTES + 32 * KIB), headers, API)
        assert sent[0]["status"] == 413
        assert inner.read <= PERSON_BYTES

    @pytest.mark.parametrize("headers", [length(LIMIT), CHUNKED])
    @pytest.mark.parametrize("path", [FILE, FILE + "/", "/api/v1/media", "/videos/upload/", "/media/upload/"])
    def test_a_file_passes_where_files_are_taken(self, known, headers, path):
        known(True)
        inner, sent, _ = run(pieces(LIMIT), headers, path)
        assert (inner.read, sent[0]["status"]) == (LIMIT, 200)

    @pytest.mark.parametrize("headers", [length(LIMIT + 32 * KIB), CHUNKED])
    def test_a_file_over_the_limit_is_refused_with_the_limit(self, known, headers):
        known(True)
        inner, sent, _ = run(pieces(LIMIT + 32 * KIB), headers, FILE)
        assert sent[0]["status"] == 413
        assert "the limit is 3 MB" in inner.scope["body_refused"].message

    def test_a_chunk_is_8_mib(self, known, rf):
        known(True)
        assert body_limit.chunk(rf.patch(CHUNK)).most == 8 * 1024 * 1024

    def test_nobody_is_let_in_when_it_cannot_be_asked_who_they_are(self, monkeypatch):
        def broken(request):
            raise OSError("no database")

        monkeypatch.setattr(body_limit, "is_signed_in", broken)
        inner, sent, _ = run(pieces(LIMIT), length(LIMIT), FILE)
        assert (inner.read, sent[0]["status"]) == (0, 503)


@pytest.fixture
def in_virtual_time(monkeypatch):
    """Runs a coroutine on a clock of its own, which the limits read as well."""

    def play(coroutine):
        with asyncio.Runner(loop_factory=VirtualTime) as runner:
            monkeypatch.setattr(body_limit, "time", SimpleNamespace(monotonic=runner.get_loop().time))
            runner.run(coroutine)

    return play


class TestPace:
    @pytest.fixture(autouse=True)
    def _played(self, in_virtual_time):
        self.play = in_virtual_time

    def slow(self, wait_s, count=100, path=FORM, headers=CHUNKED):
        inner, sent = Inner(), []
        ticks = iter(range(count))

        async def receive():
            await pause(wait_s)
            return {"type": "http.request", "body": b"x", "more_body": next(ticks, None) is not None}

        async def send(message):
            sent.append(message)

        self.play(BodyLimit(inner)(scope_of(path, headers), receive, send))
        return inner, sent

    def test_a_body_that_stops_is_answered_408(self, known, monkeypatch):
        known(False)
        monkeypatch.setattr(body_limit, "LONGEST_PAUSE_S", 0.05)
        inner, sent = self.slow(5)
        assert (inner.read, sent[0]["status"]) == (0, 408)
        assert (b"connection", b"close") in sent[0]["headers"]
        assert len(sent) == 3, "the answer ends at once"

    def test_a_body_that_drips_is_answered_408(self, known, monkeypatch):
        known(False)
        monkeypatch.setattr(body_limit, "GRACE_S", 0.05)
        inner, sent = self.slow(0.01)
        assert sent[0]["status"] == 408
        assert 0 < inner.read < 20

    def test_what_came_earns_time(self, known, monkeypatch):
        known(False)
        monkeypatch.setattr(body_limit, "GRACE_S", 0.05)
        monkeypatch.setattr(body_limit, "LEAST_BYTES_PER_S", 10)
        inner, sent = self.slow(0.01, 20)
        assert (sent[0]["status"], inner.read) == (200, 21)

    def test_whoever_only_listens_is_given_all_time(self, known, monkeypatch):
        """The long answer of a stream: Django goes on listening for a disconnect after the body's end."""
        known(False)
        monkeypatch.setattr(body_limit, "LONGEST_PAUSE_S", 0.05)
        heard = []

        async def inner(scope, receive, send):
            while (await receive()).get("more_body"):
                pass
            heard.append(await receive())

        messages = iter([({"type": "http.request", "body": b"x"}, 0), ({"type": "http.disconnect"}, 0.15)])

        async def receive():
            message, wait_s = next(messages)
            await pause(wait_s)
            return message

        self.play(BodyLimit(inner)(scope_of(FORM, CHUNKED), receive, None))
        assert heard == [{"type": "http.disconnect"}]


class TestConnection:
    def test_a_client_that_never_stops_is_left(self, known):
        known(False)
        _, sent, _ = run([PIECE], length(99999), ends=False)
        assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}

    def test_a_client_that_asks_first_gets_its_answer_at_once(self, known):
        known(False)
        _, sent, waiting = run(pieces(128 * KIB), [*length(128 * KIB), (b"expect", b"100-continue")])
        assert (sent[0]["status"], len(waiting)) == (413, 4)

    @pytest.mark.parametrize("headers", [CHUNKED, length(999999)])
    def test_whoever_listens_for_a_disconnect_hears_nothing_of_the_rest(self, known, headers):
        known(False)
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
            return {"type": "http.request", "body": PIECE, "more_body": True}

        asyncio.run(BodyLimit(inner)(scope_of(FORM, headers), receive, None))
        assert heard == ["nothing"]

    def test_a_disconnect_is_passed_on(self):
        seen = []

        async def inner(scope, receive, send):
            seen.append(await receive())

        async def receive():
            return {"type": "http.disconnect"}

        asyncio.run(BodyLimit(inner)(scope_of(FORM), receive, None))
        assert seen == [{"type": "http.disconnect"}]

    @pytest.mark.parametrize(("method", "headers"), [("GET", []), ("POST", [(b"content-length", b"0")])])
    def test_requests_without_a_body_are_left_alone(self, method, headers):
        _, sent, _ = run([b""], headers, "/nowhere", method=method)
        assert (sent[0]["status"], sent[0]["headers"], len(sent)) == (200, [], 3)

    def test_sockets_are_no_business_of_this(self):
        seen = []

        async def inner(scope, receive, send):
            seen.append(scope["type"])

        asyncio.run(BodyLimit(inner)({"type": "websocket"}, None, None))
        assert seen == ["websocket"]


@pytest.mark.parametrize(
    ("value", "number"),
    [(b"12", 12), ("12", 12), (None, None), ("", None), ("many", None), ("-1", None), ("1_0", None), ("²", None)],
)
def test_reading_an_announced_length(value, number):
    assert body_limit.announced(value) == number


def test_a_length_of_5000_digits_is_very_long():
    assert body_limit.announced("9" * 5000) > 10**18


class TestInside:
    """Under WSGI nothing stands in front."""

    def look(self, rf, path, size, scope=None):
        request = rf.generic("POST", path, b"", CONTENT_LENGTH=str(size))
        request.user = AnonymousUser()
        if scope is not None:
            request.scope = scope
        middleware = BodyLimitMiddleware(lambda request: None)
        assert middleware(request) is None
        match = resolve(path)
        return middleware.process_view(request, match.func, match.args, match.kwargs)

    def test_what_fits_goes_on(self, rf, known):
        known(True)
        assert self.look(rf, FILE, LIMIT) is None

    def test_the_api_answers_in_its_format(self, rf, known):
        known(True)
        answer = self.look(rf, FILE, LIMIT + 1)
        found = json.loads(answer.content)
        assert (answer.status_code, found["error"], found["details"]["max_bytes"]) == (413, "too_large", LIMIT)
        assert "the limit is 3 MB" in found["message"]

    def test_a_chunk_says_its_own_limit(self, rf, known):
        known(True)
        found = json.loads(self.look(rf, CHUNK, 9 * 1024 * 1024).content)
        assert found["details"]["max_chunk_bytes"] == 8 * 1024 * 1024

    def test_a_stranger_is_asked_to_sign_in(self, rf, known):
        known(False)
        answer = self.look(rf, FILE, LIMIT)
        assert (answer.status_code, json.loads(answer.content)["error"]) == (401, "authentication_error")
        assert answer["WWW-Authenticate"].startswith("Bearer")
        page = self.look(rf, "/videos/upload/", LIMIT)
        assert (page.status_code, page["Location"]) == (302, "/account/login/?next=/videos/upload/")

    def test_people_get_a_page(self, rf, known):
        known(False)
        answer = self.look(rf, FORM, VISITOR_BYTES + 1)
        assert answer.status_code == 413
        assert b"the limit is 64 KB" in answer.content

    def test_what_was_found_in_front_counts(self, rf, known):
        asked = known(False)
        refused = TooLarge("too_large", "No.")
        assert self.look(rf, FORM, 0, {"body_refused": refused}).status_code == 413
        assert self.look(rf, FORM, 10**9, {"body_refused": None}) is None
        assert asked == []


class TestWithDjango:
    """The whole of it: real tokens, real sessions, the real application."""

    def send(self, path, size, headers=(), method="POST", kind=b"application/json"):
        read, statuses, text = [], [], []
        django = get_asgi_application()

        async def inner(scope, receive, send):
            async def counted():
                message = await receive()
                read.append(len(message.get("body", b"")))
                return message

            await django(scope, counted, send)

        left = [b"x" * size]

        async def receive():
            if left:
                return {"type": "http.request", "body": left.pop(), "more_body": False}
            return await asyncio.Event().wait()

        async def send(message):
            statuses.append(message.get("status"))
            text.append(message.get("body", b""))

        known = [(b"host", b"localhost"), (b"content-length", str(size).encode()), (b"content-type", kind)]
        asyncio.run(BodyLimit(inner)(scope_of(path, [*known, *headers], method), receive, send))
        return statuses[0], sum(read), b"".join(text)

    @pytest.fixture
    def people(self, transactional_db, cast):
        return cast

    def bearer(self, user):
        return [(b"authorization", f"Bearer {tokens.issue(user).access}".encode())]

    def test_a_token_opens_uploads(self, people):
        assert self.send(FILE, 200 * KIB)[:2] == (401, 0)
        assert self.send(FILE, 200 * KIB, [(b"authorization", b"Bearer rubbish")])[:2] == (401, 0)
        status, read, _ = self.send(FILE, 200 * KIB, self.bearer(people.alice))
        assert (status, read) == (415, 200 * KIB), "read, and refused for its type by the endpoint"

    def test_a_session_opens_uploads_until_it_ends(self, people):
        client = people.clients.alice
        cookie = [(b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode())]
        assert self.send("/videos/upload/", 200 * KIB, cookie)[1] == 200 * KIB
        client.logout()
        assert self.send("/videos/upload/", 200 * KIB, cookie)[:2] == (302, 0)

    def test_a_signed_put_takes_the_announced_bytes_and_no_others(self, people):
        size = 200 * KIB
        ticket = presigned_uploads.announce(
            actor=people.alice_actor,
            user_id=people.alice.pk,
            filename="a.mp4",
            content_type="video/mp4",
            size_bytes=size,
        )
        path = presigned_uploads.put_path(ticket.upload)
        wrong = path.replace("/a.mp4", "/b.mp4")
        assert self.send(wrong, size, method="PUT", kind=b"video/mp4")[:2] == (404, 0)
        assert self.send(path, size + 1, method="PUT", kind=b"video/mp4")[:2] == (413, 0)
        assert self.send(path, size, method="PUT", kind=b"video/mp4")[:2] == (200, size)

    def test_a_stranger_who_floods_an_unknown_address_gets_a_404(self, people):
        assert self.send("/nowhere", 200 * KIB)[:2] == (404, 0)


def _views(patterns, prefix=""):
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from _views(entry.url_patterns, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.callback


def test_every_route_that_takes_files_says_so():
    """Without its own limit a route would refuse every file over a megabyte."""
    missing = []
    for path, view in _views(get_resolver().url_patterns):
        parsers = getattr(getattr(view, "cls", None), "parser_classes", ())
        actions = getattr(view, "actions", None) or {}
        reads = any(parser.media_type == "multipart/form-data" for parser in parsers) and "create" in actions.values()
        if reads and not hasattr(view, "body_rule"):
            missing.append(path)
    assert not missing


def test_every_page_that_reads_files_says_so():
    pages = Path(configured.BASE_DIR) / "pages"
    for path in pages.rglob("*.py"):
        source = path.read_text()
        assert source.count("request.FILES") <= source.count("@body_limit.takes(body_limit.file)"), path
