"""Page manners: local time, the workspace stamp, refusals as pages, and messages as toasts."""

import re
import zoneinfo
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import User
from accounts.selectors import preferences_of
from core import outages
from core.errors import Conflict, DomainError
from core.views import service_away
from pages import errors

GetResponse = Callable[[HttpRequest], HttpResponse]
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
STAMP_HEADER = "X-Workspace"
STAMP_FIELD = "_workspace"
# The browser's name for its copy of a form (`frontend/src/lib/keep.js`), repeated once the form was taken.
KEPT_FIELD = "_kept"
KEPT_COOKIE = "kept"
KEPT_S = 600
_KEPT_TOKEN = re.compile(r"[0-9a-zA-Z-]{8,64}")
_NOT_PAGES = ("/api/", "/admin/", "/static/", "/sandbox/", "/m/", "/health")


def is_page(request: HttpRequest) -> bool:
    """Whether a person's browser asked for HTML of ours."""
    return not request.path.startswith(_NOT_PAGES)


class PageMiddleware:
    """Renders in the person's own timezone, refuses writes stamped with another workspace, translates refusals.

    Two tabs may show two workspaces while the session knows one. Every page carries its workspace and every write of it
    sends that stamp back, so a form of one client can never be saved into another.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_page(request):
            return self.get_response(request)
        with timezone.override(self._zone(request)):
            if self._foreign(request):
                text = "You switched workspace in another tab. Reload this page, then try again: nothing was changed."
                return errors.answer(request, Conflict("workspace_changed", text))
            return self._taken(request, self.get_response(request))

    @staticmethod
    def _taken(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Tell the browser that a form has arrived, so that it drops its copy of what was typed."""
        location = response.get("Location", "")
        if request.method in SAFE or not location or location.startswith(settings.LOGIN_URL):
            return response
        token = request.POST.get(KEPT_FIELD, "")
        if _KEPT_TOKEN.fullmatch(token):
            secure = settings.SESSION_COOKIE_SECURE
            response.set_cookie(KEPT_COOKIE, token, max_age=KEPT_S, samesite="Lax", secure=secure)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        away = outages.of(exception)
        if away is not None:
            return service_away(request, away)
        if isinstance(exception, DomainError) and is_page(request):
            return errors.answer(request, exception)
        return None

    def _zone(self, request: HttpRequest) -> zoneinfo.ZoneInfo:
        user = request.user
        if isinstance(user, User) and user.is_authenticated:
            preferences = preferences_of(user)
            request.preferences = preferences  # type: ignore[attr-defined]
            try:
                return zoneinfo.ZoneInfo(preferences.timezone)
            except (zoneinfo.ZoneInfoNotFoundError, ValueError):
                return zoneinfo.ZoneInfo("UTC")
        return zoneinfo.ZoneInfo("UTC")

    def _foreign(self, request: HttpRequest) -> bool:
        actor: Any = getattr(request, "actor", None)
        if request.method in SAFE or actor is None:
            return False
        stamp = request.headers.get(STAMP_HEADER, "")
        if not stamp and request.content_type == "application/x-www-form-urlencoded":
            stamp = request.POST.get(STAMP_FIELD, "")
        return bool(stamp) and stamp != str(actor.workspace_id)


class ToastMiddleware:
    """Hands Django's messages to htmx answers as out-of-band toasts. Full pages draw them themselves."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.headers.get("HX-Request") or not self._swapped(response):
            return response
        waiting = list(get_messages(request))
        if waiting:
            html = render_to_string("partials/_toasts_oob.html", {"messages": waiting}, request=request)
            response.content = response.content + html.encode()
            if response.has_header("Content-Length"):
                response["Content-Length"] = str(len(response.content))
        return response

    @staticmethod
    def _swapped(response: HttpResponse) -> bool:
        """Whether htmx will put this body on the page. Anything else keeps its messages for the next page."""
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return False
        if any(response.has_header(name) for name in ("HX-Redirect", "HX-Refresh", "HX-Location", "Location")):
            return False
        return response.status_code == 422 or (200 <= response.status_code < 300 and response.status_code != 204)
