"""The schedule in other calendars: the address to subscribe to, and what it answers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pages.access import SignedIn, signed_in
from publishing.calendar import feeds


@signed_in
def feed_settings(request: SignedIn) -> HttpResponse:
    """The workspace's address for calendar programs."""
    feed = feeds.of_workspace(request.actor)
    context = {"feed": feed, "address": feeds.address(feed) if feed else ""}
    return render(request, "publishing/calendar/feed.html", context)


@require_POST
@signed_in
def feed_renew(request: SignedIn) -> HttpResponse:
    """A new address; the former one answers no more."""
    feeds.renew(actor=request.actor)
    messages.success(request, "Here is the new address. A former one does not work any more.")
    return redirect("calendar_feed_settings")


@require_POST
@signed_in
def feed_revoke(request: SignedIn) -> HttpResponse:
    feeds.revoke(actor=request.actor)
    messages.success(request, "The address does not work any more.")
    return redirect("calendar_feed_settings")


@never_cache
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The schedule as iCalendar, open to whoever holds the address."""
    response = HttpResponse(feeds.read(token), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="schedule.ics"'
    response["X-Robots-Tag"] = "noindex"
    return response
