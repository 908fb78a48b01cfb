"""Small actions of the page frame: the theme and the workspace in use."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts import actors
from accounts.middleware import SESSION_KEY
from accounts.models import Preferences, User
from accounts.services import profile
from core.actor import Actor, ActorKind
from media import quota
from pages.access import SignedIn, signed_in
from pages.page_frame import THEME_COOKIE, THEMES

# Where a page may show the quota; a page that shows it twice names both.
QUOTA_PLACES = ("page", "small", "wide")
YEAR_S = 365 * 24 * 3600


def back(request: HttpRequest, otherwise: str = "/") -> str:
    """Where the person came from, when that is ours."""
    target = request.POST.get("next") or request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return otherwise


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or like the device: kept in a cookie, so that the first paint is already right.

    For someone signed in it is a preference too, and holds on their other devices.
    """
    response: HttpResponse = HttpResponseRedirect(back(request))
    chosen = request.POST.get("theme", "")
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None and chosen in Preferences.Theme.values:
        profile.update_preferences(actor=actor, theme=chosen)
    if chosen in THEMES:
        response.set_cookie(THEME_COOKIE, chosen, max_age=YEAR_S, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response


@signed_in
def quota_left(request: SignedIn) -> HttpResponse:
    """How much the workspace stores, fetched again when something was uploaded or deleted."""
    where = request.GET.get("where", "")
    room = quota.usage(request.actor.workspace_id)
    context = {"room": room, "where": where if where in QUOTA_PLACES else QUOTA_PLACES[0]}
    return render(request, "partials/_quota.html", context)


@login_required
@require_POST
def workspace_switch(request: HttpRequest) -> HttpResponse:
    """Go on in another of one's workspaces. One that is not theirs does not exist."""
    assert isinstance(request.user, User)
    wanted = actors.parse_workspace(request.POST.get("workspace"))
    actor = actors.resolve(request.user, wanted, kind=ActorKind.USER)
    if actor is not None:
        request.session[SESSION_KEY] = str(actor.workspace_id)
    return redirect("dashboard")
