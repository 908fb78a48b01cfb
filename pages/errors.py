"""Refusals as a person meets them: a page for a full load, JSON that becomes a toast for htmx."""

from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from core.errors import DomainError, Throttled

_TEMPLATES: Final[dict[int, str]] = {
    400: "errors/400.html",
    403: "errors/403.html",
    404: "errors/404.html",
    409: "errors/409.html",
}
_TITLES: Final[dict[int, str]] = {
    401: "Please log in",
    402: "Your plan ends here",
    409: "This changed in the meantime",
    413: "That is too large",
    415: "We cannot use this kind of file",
    429: "Too many tries",
    503: "Not available right now",
}


def answer(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The answer to a refusal that no view translated itself. Its sentence is the error's own."""
    request_id = getattr(request, "request_id", "")
    if request.headers.get("HX-Request"):
        body = error.as_dict()
        body["details"]["request_id"] = request_id
        response: HttpResponse = JsonResponse(body, status=error.status)
    else:
        context = {
            "message": error.message,
            "title": _TITLES.get(error.status, ""),
            "status": error.status,
            "request_id": request_id,
            "uses": error.details.get("uses", []),
        }
        template = "errors/in_use.html" if context["uses"] else _TEMPLATES.get(error.status, "errors/refused.html")
        response = render(request, template, context, status=error.status)
    if isinstance(error, Throttled):
        response["Retry-After"] = str(error.retry_after_s)
    return response
