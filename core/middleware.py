"""The outermost frame of a request: its id, its log context, its scope, and tolerant API paths."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from core import client, scope
from core import logging as log
from core.ids import uuid7

_REQUEST_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


def tolerant_path(path: str) -> str:
    """The path under which an address is looked up: the API's end with or without a slash."""
    return path.rstrip("/") if path.startswith("/api/") else path


class RequestContext:
    """Names each request, opens an empty scope, and lets API paths end with or without a slash."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request.request_id = given if _REQUEST_ID.match(given) else uuid7().hex  # type: ignore[attr-defined]
        request.path_info = tolerant_path(request.path_info)
        named = {"request": request.request_id, "client": client.address(request)}  # type: ignore[attr-defined]
        with scope.request(), log.context(**named):
            response = self.get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response
