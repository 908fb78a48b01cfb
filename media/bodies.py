"""How large a request's body may be, told before a byte of it is kept.

Under ASGI, Django writes a whole body to disk before any view or middleware is called. `BodyLimit` stands in front of
it: a body that announces itself too large never arrives, one that turns out too large is cut off, and Django is told by
`scope["body_refused"]`. Under WSGI nothing has been read when `BodyLimitMiddleware` looks at the announced length. Both
ways the middleware gives the answer, in the API's format or as a page.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from core.errors import DomainError, TooLarge
from media.errors import MediaError
from media.uploads import CHUNK_BYTES
from media.words import size_words

# What multipart wraps around a file.
OVERHEAD = 1024 * 1024
# A client that does not listen while it sends gets this long to finish, so that it sees the answer and not a reset.
_LINGER_S = 20.0

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def limit_of(path: str) -> int:
    """The most bytes that a request to this path may carry."""
    if path.startswith("/api/v1/uploads"):
        return CHUNK_BYTES
    return int(settings.MAX_UPLOAD_BYTES) + OVERHEAD


def refusal(path: str) -> TooLarge:
    """The sentence for a body that is too large."""
    if path.startswith("/api/v1/uploads"):
        return TooLarge(
            MediaError.CHUNK_TOO_LARGE,
            f"A chunk may have {size_words(CHUNK_BYTES)}. Send smaller chunks.",
            {"max_chunk_bytes": CHUNK_BYTES},
        )
    return TooLarge(
        MediaError.TOO_LARGE,
        f"This file is too large: the limit is {size_words(settings.MAX_UPLOAD_BYTES)}. Export it smaller or split it.",
        {"max_bytes": settings.MAX_UPLOAD_BYTES},
    )


def announced(value: str | bytes | None) -> int | None:
    """Content-Length as a number; None when it is absent or none."""
    try:
        return int(value) if value else None
    except ValueError:
        return None


class BodyLimit:
    """ASGI: keeps bodies that are too large away from Django."""

    def __init__(self, inner: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        limit = limit_of(scope["path"])
        length = announced(dict(scope["headers"]).get(b"content-length"))
        if length is not None and length > limit:
            await self._refuse(scope, receive, send)
            return
        scope = {**scope, "body_refused": False}
        await self.inner(scope, self._counted(scope, receive, limit), _lingering(scope, receive, send))

    def _counted(self, scope: Scope, receive: Receive, limit: int) -> Receive:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            if scope["body_refused"]:
                await _nothing_more()
            message = await receive()
            if message["type"] != "http.request":
                return message
            seen += len(message.get("body", b""))
            if seen > limit:
                scope["body_refused"] = True
                return {"type": "http.request", "body": b"", "more_body": False}
            return message

        return counted

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = False

        async def empty() -> Message:
            nonlocal given
            if given:
                await _nothing_more()
            given = True
            return {"type": "http.request", "body": b"", "more_body": False}

        headers = [pair for pair in scope["headers"] if pair[0] not in (b"content-length", b"transfer-encoding")]
        scope = {**scope, "headers": headers, "body_refused": True}
        await self.inner(scope, empty, _lingering(scope, receive, send))


def _lingering(scope: Scope, receive: Receive, send: Send) -> Send:
    """Give the refusal at once, but end the answer only when the client has stopped sending."""

    async def lingering(message: Message) -> None:
        is_end = message["type"] == "http.response.body" and not message.get("more_body")
        if not is_end or not scope["body_refused"]:
            await send(message)
            return
        await send({**message, "more_body": True})
        await _discard(receive)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    return lingering


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
    """Answers requests whose body is too large, before anything (CSRF included) reads their body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: Any) -> HttpResponse | None:
        """Before the view, and before the CSRF check, which reads forms."""
        refused = getattr(request, "scope", {}).get("body_refused", False)
        length = announced(request.META.get("CONTENT_LENGTH"))
        if not refused and (length is None or length <= limit_of(request.path)):
            return None
        error = refusal(request.path)
        if request.path.startswith("/api/"):
            return JsonResponse(error.as_dict(), status=error.status)
        return page(request, error)


def page(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The refusal as a page."""
    context = {
        "title": "That is too large",
        "status": error.status,
        "message": error.message,
        "request_id": getattr(request, "request_id", ""),
    }
    return render(request, "errors/refused.html", context, status=error.status)
