"""The API of use cases that cross apps."""

from typing import Any

from rest_framework import serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.viewsets import OpenView
from core import clock
from core.api import endpoint
from flows import health


class HealthSerializer(serializers.Serializer[Any]):
    """Whether the product works; `checks` has one word for each area, `details` only for operators."""

    status = serializers.CharField(help_text="healthy, degraded or unhealthy")
    timestamp = serializers.DateTimeField()
    checks = serializers.DictField(child=serializers.CharField())
    details = serializers.DictField(required=False)


_ANSWERS = {200: HealthSerializer, 503: HealthSerializer}


class Health(OpenView):
    """Alive: 503 only without the database. Open to everybody; operators who are signed in see the details."""

    authentication_classes = (SessionAuthentication,)
    throttle_classes = ()

    def perform_authentication(self, request: Request) -> None:
        """Who asks is looked at only for the details: without a database nobody could be known."""

    @endpoint(auth=[], responses=_ANSWERS)
    def get(self, request: Request) -> Response:
        """Whether the product works: the database decides, the rest is told."""
        found = health.look()
        return self.answer(request, found, serves=found.alive)

    @staticmethod
    def answer(request: Request, found: health.Health, *, serves: bool) -> Response:
        body: dict[str, Any] = {"status": found.status, "timestamp": clock.now(), "checks": found.checks}
        if found.alive and getattr(request.user, "is_staff", False):
            body["details"] = found.details
        return Response(body, status=200 if serves else 503)


class Ready(Health):
    """Ready: 503 without the database or the file store. Without cache or broker the product degrades and serves."""

    @endpoint(auth=[], responses=_ANSWERS)
    def get(self, request: Request) -> Response:
        """Whether requests may be sent here."""
        found = health.look()
        return self.answer(request, found, serves=found.ready)
