"""How often a client may ask, and what a person sees after too many wrong passwords."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

from core import cache, client_address
from core.outages import Away, Service

if TYPE_CHECKING:
    # The framework's views import its throttles, which the settings name from here.
    from rest_framework.views import APIView


class UserThrottle(UserRateThrottle):
    """Every request of the API, by person, else by the client's network."""

    def get_ident(self, request: Request) -> str:
        return client_address.network(request._request)


class AuthThrottle(AnonRateThrottle):
    """Sign-up, sign-in, tokens and links, by the client's network. While tries cannot be counted, nobody tries."""

    scope = "auth"

    def get_ident(self, request: Request) -> str:
        return client_address.network(request._request)

    def allow_request(self, request: Request, view: "APIView") -> bool:
        allowed = super().allow_request(request, view)
        if not cache.available():
            raise Away(Service.CACHE)
        return allowed


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
