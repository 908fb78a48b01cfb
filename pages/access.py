"""Who may open a page: signed-in people with a workspace; everybody else is led to the sign-in page."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import Preferences, User
from core.actor import Actor
from core.errors import ValidationFailed

View = Callable[..., HttpResponseBase]


class SignedIn(HttpRequest):
    """What a page gets behind `signed_in`: a request whose user, preferences and actor are known."""

    user: User
    preferences: Preferences
    actor: Actor
    htmx: Any


def signed_in(view: View) -> View:
    """Lead visitors to the sign-in page and back; an htmx request is told to go there as a whole."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "actor", None) is not None:
            return view(request, *args, **kwargs)
        if request.user.is_authenticated:
            return render(request, "errors/no_workspace.html", status=403)
        if request.headers.get("HX-Request"):
            response = HttpResponse(status=401)
            back = request.headers.get("HX-Current-URL", "")
            response["HX-Redirect"] = f"{settings.LOGIN_URL}?{urlencode({'next': back})}"
            return response
        return redirect_to_login(_way_back(request))

    return inner


def _way_back(request: HttpRequest) -> str:
    """Where to go after the sign-in: for a form the page that holds it; its address may take only what is sent."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return settings.LOGIN_REDIRECT_URL
    parts = urlsplit(page)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def add_errors(form: Form, error: ValidationFailed) -> None:
    """Put a service's refusal where the person looks: at its field, else above the form."""
    for name, sentences in error.fields.items():
        form.add_error(name if name in form.fields else None, sentences)
    if not error.fields:
        form.add_error(None, error.message)
