"""How large a request's body may be, decided before a byte of it is kept.

    no such address              nothing: the body is thrown away as it comes
    anybody                      VISITOR_BYTES
    a signed-in person           PERSON_BYTES
    routes that take files       what `takes` says, for those it lets send, and nothing for anyone else

Under ASGI, Django writes a whole body to disk before any view or middleware is called. `BodyLimit` stands in front of
it: it finds the route, asks who is sending once a body is larger than any stranger's may be, cuts off what is too much
or too slow, and tells Django by `scope["body_refused"]`. Under WSGI nothing has been read when `BodyLimitMiddleware`
looks at the announced length. Both ways the middleware gives the answer, in the API's format or as a page.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeVar

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch, resolve

from accounts.authentication import is_signed_in
from core import outages
from core import scope as scopes
from core.api import api_not_found
from core.errors import AuthenticationFailed, DomainError, NotFound, TooLarge, TooSlow, Unavailable
from core.middleware import tolerant_path
from core.outages import Away
from core.views import service_away
from media import presigned_uploads
from media.errors import MediaError
from media.formatting import size_words
from media.resumable_uploads import CHUNK_BYTES

logger = logging.getLogger(__name__)

VISITOR_BYTES = 64 * 1024
PERSON_BYTES = 1024 * 1024
# What multipart wraps around a file.
OVERHEAD = 1024 * 1024
# A body has this long, and a second more for each so many bytes that came; and no pause may be longer.
GRACE_S, LEAST_BYTES_PER_S, LONGEST_PAUSE_S = 30.0, 500, 30.0
# A client that does not listen while it sends gets this long to finish, so that it sees the answer and not a reset.
_LINGER_S = 20.0

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many bytes a request may carry, and what is said of more."""

    most: int
    error: DomainError


Rule = Callable[..., Allowance]
"""`(request, **names in the path)`; called only for a body that is larger than VISITOR_BYTES, without that body."""


def takes(rule: Rule) -> Callable[[View], View]:
    """Give a route a limit of its own. Put it around the view in the list of addresses, or first on a page."""

    def mark(view: View) -> View:
        vars(view)["body_rule"] = rule
        return view

    return mark


def _too_large(most: int) -> Allowance:
    sentence = f"This request is too large: the limit is {size_words(most)}."
    return Allowance(most, TooLarge(MediaError.TOO_LARGE, sentence, {"max_bytes": most}))


def ordinary(request: HttpRequest, **_: Any) -> Allowance:
    """Forms and JSON."""
    return _too_large(PERSON_BYTES if is_signed_in(request) else VISITOR_BYTES)


def _of_people(request: HttpRequest, most: int, error: TooLarge) -> Allowance:
    if is_signed_in(request):
        return Allowance(most, error)
    return Allowance(
        0, AuthenticationFailed("not_signed_in", "Sign in to upload files: the sign-in is missing or over.")
    )


def file(request: HttpRequest, **_: Any) -> Allowance:
    """A form with one file."""
    most = int(settings.MAX_UPLOAD_BYTES)
    sentence = f"This file is too large: the limit is {size_words(most)}. Export it smaller or split it."
    return _of_people(request, most + OVERHEAD, TooLarge(MediaError.TOO_LARGE, sentence, {"max_bytes": most}))


def chunk(request: HttpRequest, **_: Any) -> Allowance:
    """A piece of a resumable upload."""
    sentence = f"A chunk may have {size_words(CHUNK_BYTES)}. Send smaller chunks."
    error = TooLarge(MediaError.CHUNK_TOO_LARGE, sentence, {"max_chunk_bytes": CHUNK_BYTES})
    return _of_people(request, CHUNK_BYTES, error)


def announced_file(request: HttpRequest, *, upload_id: Any, token: str, name: str) -> Allowance:
    """A signed PUT: the path is the permission, and says how many bytes."""
    with scopes.system("signed upload"):
        upload = presigned_uploads.find_signed(upload_id=upload_id, token=token, name=name)
    if upload is None:
        return Allowance(0, NotFound("upload_unknown", presigned_uploads.UNKNOWN))
    sentence = f"This address takes exactly {upload.size_bytes} bytes."
    return Allowance(upload.size_bytes, TooLarge(MediaError.DIFFERENT, sentence, {"max_bytes": upload.size_bytes}))


def announced(value: str | bytes | None) -> int | None:
    """Content-Length as a number; None when it is absent or none."""
    text = value.decode("latin-1") if isinstance(value, bytes) else value or ""
    return int(text[:19]) if text.isascii() and text.isdigit() else None


def _rule_of(view: Any) -> Rule:
    rule: Rule = getattr(view, "body_rule", ordinary)
    return rule


class BodyLimit:
    """ASGI: lets through to Django only what a route takes from this client, as fast as it must come."""

    def __init__(self, inner: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(scope):
            await self.inner(scope, receive, send)
            return
        body = _Body(scope, receive, send)
        await body.open()
        await self.inner(body.scope, body.receive, body.send)


def _has_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        return True
    return headers.get(b"content-length", b"0" if scope["method"] in _BODILESS else b"") != b"0"


class _Body:
    """One body on its way: counted, timed, and cut off."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        self.scope: Scope = {**scope, "body_refused": None}
        self._receive, self._send = receive, send
        self._announced = announced(headers.get(b"content-length"))
        self._allowance = _too_large(VISITOR_BYTES)
        self._asked = self._over = self._dropped = False
        self._listens = b"expect" in headers
        self._seen, self._waited_s = 0, 0.0

    async def open(self) -> None:
        """Refuse what the path and the announced length already tell."""
        if self._match() is None:
            self._drop(None)
        elif self._announced is not None and self._announced > VISITOR_BYTES:
            await self._ask()
            if self._announced > self._allowance.most:
                self._drop(self._allowance.error)

    def _request(self) -> HttpRequest:
        return ASGIRequest(self.scope, BytesIO())

    def _match(self) -> ResolverMatch | None:
        try:
            match = resolve(tolerant_path(self._request().path_info))
        except (Resolver404, UnicodeDecodeError):
            return None
        return None if match.func is api_not_found else match

    async def _ask(self) -> None:
        """How much this sender may send here."""
        self._asked = True
        try:
            async with ThreadSensitiveContext():
                self._allowance = await sync_to_async(self._look, thread_sensitive=True)()
        except Exception as error:
            away = outages.of(error)
            logger.warning("Who sends a large body could not be looked up: %s", error, exc_info=away is None)
            sentence = "This cannot be taken at the moment. Try again in a minute."
            self._allowance = Allowance(0, away or Unavailable("sender_unknown", sentence))

    def _look(self) -> Allowance:
        match = self._match()
        assert match is not None, "a body of an unknown address was dropped before"
        try:
            with scopes.request():
                return _rule_of(match.func)(self._request(), **match.kwargs)
        finally:
            # The thread ends with this question, and its connection with it.
            connections.close_all()

    async def receive(self) -> Message:
        """The next piece, or an empty end when the rest is not wanted."""
        if self._dropped and self._over:
            await _nothing_more()
        if self._dropped or self._over:
            self._over = True
            return _END if self._dropped else await self._receive()
        message = await self._in_time()
        if message["type"] != "http.request" or self._dropped:
            return message
        self._seen += len(message.get("body", b""))
        if self._seen > self._allowance.most and not self._asked:
            await self._ask()
        if self._seen > self._allowance.most:
            self._over = True
            return self._drop(self._allowance.error)
        self._over = not message.get("more_body")
        return message

    async def _in_time(self) -> Message:
        left_s = GRACE_S + self._seen / LEAST_BYTES_PER_S - self._waited_s
        began_at = time.monotonic()
        try:
            async with asyncio.timeout(max(0.0, min(left_s, LONGEST_PAUSE_S))):
                message = await self._receive()
        except TimeoutError:
            self._over = self._listens = True
            return self._drop(
                TooSlow("body_slow", "The request came too slowly and was not waited for. Send it again.")
            )
        self._waited_s += time.monotonic() - began_at
        return message

    def _drop(self, error: DomainError | None) -> Message:
        self._dropped = True
        self.scope["body_refused"] = error
        self.scope["headers"] = [pair for pair in self.scope["headers"] if pair[0] not in _LENGTHS]
        return _END

    async def send(self, message: Message) -> None:
        """Answer at once; but end an answer to somebody who is still sending only when they have stopped."""
        if not self._dropped:
            await self._send(message)
        elif message["type"] == "http.response.start":
            await self._send({**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]})
        elif message.get("more_body") or self._listens:
            await self._send(message)
        else:
            await self._send({**message, "more_body": True})
            await _discard(self._receive)
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})


_END: Message = {"type": "http.request", "body": b"", "more_body": False}
_BODILESS = ("GET", "HEAD", "OPTIONS", "DELETE")
_LENGTHS = (b"content-length", b"transfer-encoding")


async def _nothing_more() -> None:
    """What Django hears while it listens for a disconnect: nothing, until it stops listening."""
    await asyncio.sleep(3600)


async def _discard(receive: Receive) -> None:
    try:
        async with asyncio.timeout(_LINGER_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    return
    except TimeoutError:
        return


class BodyLimitMiddleware:
    """Answers requests whose body was refused, before anything (CSRF included) reads their body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, names: dict[str, Any]) -> HttpResponse | None:
        """Before the view, and before the CSRF check, which reads forms."""
        error = self._refused(request, view, names)
        return None if error is None else answer(request, error)

    def _refused(self, request: HttpRequest, view: Any, names: dict[str, Any]) -> DomainError | None:
        scope: Scope = getattr(request, "scope", {})
        if "body_refused" in scope:
            found: DomainError | None = scope["body_refused"]
            return found
        length = announced(request.META.get("CONTENT_LENGTH")) or 0
        if length <= VISITOR_BYTES:
            return None
        allowance = _rule_of(view)(request, **names)
        return allowance.error if length > allowance.most else None


def answer(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The refusal, as whoever asked can read it."""
    if isinstance(error, Away):
        return service_away(request, error)
    if request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse(error.as_dict(), status=error.status)
        if error.status == AuthenticationFailed.status:
            response["WWW-Authenticate"] = 'Bearer realm="api"'
        return response
    if request.path.startswith("/m/"):
        return HttpResponse(error.message + "\n", status=error.status, content_type="text/plain; charset=utf-8")
    if error.status == AuthenticationFailed.status:
        return redirect_to_login(request.get_full_path())
    context = {
        "title": "That took too long" if isinstance(error, TooSlow) else "That cannot be taken",
        "status": error.status,
        "message": error.message,
        "request_id": getattr(request, "request_id", ""),
    }
    if isinstance(error, TooLarge):
        context["title"] = "That is too large"
    return render(request, "errors/refused.html", context, status=error.status)
