"""How often a client may ask."""

from typing import TYPE_CHECKING

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
