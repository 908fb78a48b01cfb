"""The outermost frame of a request (its id, its log context, its scope, tolerant API paths), and clean text in it."""

import re
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from core import client_address, scope
from core import logging as log
from core.ids import uuid7
from core.serializers import has_control_character, without_control_characters

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
        named = {"request": request.request_id, "client": client_address.address(request)}  # type: ignore[attr-defined]
        if any(map(has_control_character, request.COOKIES.values())):
            request.COOKIES = {name: text for name, text in request.COOKIES.items() if not has_control_character(text)}
        with scope.request(), log.context(**named):
            response = self.get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response


class CleanText:
    """Keeps control characters away from pages: no database and no document takes them.

    The API refuses them by the field's name. On a page a pasted one (slides write line breaks as vertical tabs) must
    not cost what was typed, so that it is dropped. An address with one leads nowhere.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if has_control_character(request.path_info):
            raise Http404
        if not request.path_info.startswith("/api/") and "%" in request.META.get("QUERY_STRING", ""):
            request.GET = _clean(request.GET)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: Any) -> None:
        """After the CSRF check, which has read the form anyway."""
        if request.method == "POST" and not request.path_info.startswith("/api/"):
            request.POST = _clean(request.POST)


def _clean(given: Any) -> Any:
    if not any(has_control_character([name, *values]) for name, values in given.lists()):
        return given
    found: Any = QueryDict(mutable=True, encoding=given.encoding)
    for name, values in given.lists():
        found.setlist(without_control_characters(name), [without_control_characters(value) for value in values])
    found._mutable = False
    return found
