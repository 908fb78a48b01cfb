"""Answers to failures that happen before any view: API paths get JSON, people get a page."""

import sys
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from core import outages
from core.outages import Away

_SENTENCES = {
    400: ("validation_error", "The request could not be understood."),
    403: ("permission_denied", "You may not do this."),
    404: ("not_found", "This does not exist, or it belongs to another workspace."),
    500: ("internal_error", "Something went wrong on our side. It was logged; try again in a moment."),
}


def _failure(request: HttpRequest, status: int, template: str) -> HttpResponse:
    error, message = _SENTENCES[status]
    request_id = getattr(request, "request_id", "")
    if request.path.startswith("/api/"):
        return JsonResponse({"error": error, "message": message, "details": {"request_id": request_id}}, status=status)
    return render(request, template, {"message": message, "request_id": request_id}, status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _failure(request, 400, "errors/400.html")


def permission_denied(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _failure(request, 403, "errors/403.html")


def page_not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _failure(request, 404, "errors/404.html")


def server_error(request: HttpRequest) -> HttpResponse:
    """The answer to an error that nobody expected, and to one that a service caused by being away."""
    away = outages.of(sys.exc_info()[1])
    return service_away(request, away) if away else _failure(request, 500, "errors/500.html")


def service_away(request: HttpRequest, away: Away) -> HttpResponse:
    """503 with the time to come back. The page stands alone: its usual frame asks the database."""
    request_id = getattr(request, "request_id", "")
    response: HttpResponse
    if request.path.startswith("/api/") or request.headers.get("HX-Request"):
        body = away.as_dict()
        body["details"]["request_id"] = request_id
        response = JsonResponse(body, status=away.status)
    else:
        context = {"message": away.message, "request_id": request_id}
        response = HttpResponse(render_to_string("errors/503.html", context), status=away.status)
    response["Retry-After"] = str(away.retry_after_s)
    response["Cache-Control"] = "no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if request.path.startswith("/api/"):
        message = "The session changed. Reload the page and try again."
        return JsonResponse({"error": "permission_denied", "message": message, "details": {"code": "csrf"}}, status=403)
    return render(request, "errors/csrf.html", {"reason": reason}, status=403)
