"""What a person sees after too many wrong passwords (django-axes counts them)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render


def lockout(
    request: HttpRequest, credentials: dict[str, Any] | None = None, *_args: Any, **_kwargs: Any
) -> HttpResponse:
    """429 with the minutes to wait, as JSON for the API and as the sign-in page for people."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    message = f"Too many wrong passwords for this address. Try again in {seconds // 60} minutes, or reset the password."
    response: HttpResponse
    if request.path.startswith("/api/"):
        body = {"error": "throttled", "message": message, "details": {"retry_after_s": seconds}}
        response = JsonResponse(body, status=429)
    else:
        response = render(request, "account/locked.html", {"message": message}, status=429)
    response["Retry-After"] = str(seconds)
    return response
