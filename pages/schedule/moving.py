"""Moving a post on the calendar: by drag or key (JSON), by the form "Move to…" as dialog or page; taking it back."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from core import clock, dates, timezones
from core.errors import Conflict, ValidationFailed
from pages.access import SignedIn, signed_in
from pages.forms.times import MoveForm
from pages.schedule.chips import clock_words
from pages.schedule.query import day, instant
from pages.schedule.views import UNDO
from publishing import selectors
from publishing.errors import PublishingError
from publishing.models import Post
from publishing.schedule import walltime
from publishing.services import moving
from publishing.services.moving import Moved

# What the form offers for a draft: the next day at a time at which people are awake.
_MORNING = time(9)


@signed_in
def post_move(request: SignedIn, post_id: UUID) -> HttpResponse:
    """Give a post another time: everything of it that goes out at the instant `seen`, or a draft its first time."""
    post = selectors.post(request.actor, post_id)
    seen = instant(request.POST.get("seen") or request.GET.get("seen") or "")
    zone = _zone(request)
    if request.method == "POST" and "application/json" in request.headers.get("Accept", ""):
        return _dragged(request, post, seen, zone)
    form = MoveForm(request.POST if request.method == "POST" else None, initial=_initial(request, seen, zone))
    conflicts: list[Any] = []
    problem, status = "", 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _done(request, _moved(request, post, seen, form.cleaned_data), form.cleaned_data["timezone"])
            except ValidationFailed as error:
                if "scheduled_at" in error.fields:
                    form.add_error("wall_time", error.message)
                else:
                    problem = error.message
            except Conflict as error:
                conflicts, status = error.details.get("conflicts", []), 409
                problem = "" if conflicts else error.message
    context = {
        "post": post, "form": form, "seen": seen, "zone": zone, "conflicts": conflicts, "problem": problem,
    }  # fmt: skip
    template = "publishing/calendar/_move_form.html" if request.htmx else "publishing/calendar/move.html"
    # htmx takes a refused form for the answer only with this status.
    response = render(request, template, context, status=422 if request.htmx and status != 200 else status)
    patch_vary_headers(response, ["HX-Request", "Accept"])
    return response


@require_POST
@signed_in
def schedule_undo(request: SignedIn) -> HttpResponse:
    """Take a move back, by the key that the page was given."""
    key = request.POST.get("key") or request.GET.get("key") or ""
    post = moving.undo(actor=request.actor, key=key)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"words": "Moved back.", "post": str(post.pk)})
    messages.success(request, "Moved back.")
    return HttpResponse(status=204, headers={"HX-Refresh": "true"}) if request.htmx else redirect("schedule")


def _dragged(request: SignedIn, post: Post, seen: datetime | None, zone: str) -> HttpResponse:
    """A drop or a key: a day, and a time where it was dropped on an hour; conflicts are told, not asked about."""
    to = _day(request.POST.get("date", ""))
    at = _time(request.POST.get("time", ""))
    if seen is not None:
        moved = moving.move_entry(actor=request.actor, post_id=post.pk, seen=seen, to=to, at=at, zone=zone)
    elif at is not None:
        moved = moving.schedule_draft(actor=request.actor, post_id=post.pk, to=to, at=at, zone=zone)
    else:
        raise ValidationFailed(PublishingError.DUE_IN_PAST, "Choose a time for this draft.")
    return JsonResponse(_told(request, moved, zone))


def _moved(request: SignedIn, post: Post, seen: datetime | None, data: dict[str, Any]) -> Moved:
    wall, zone = data["wall_time"], data["timezone"]
    given: dict[str, Any] = {
        "actor": request.actor, "post_id": post.pk, "to": wall.date(), "at": wall.time(), "zone": zone,
        "accept_conflicts": "accept_conflicts" in request.POST,
    }  # fmt: skip
    return moving.move_entry(seen=seen, **given) if seen is not None else moving.schedule_draft(**given)


def _done(request: SignedIn, moved: Moved, zone: str) -> HttpResponse:
    told = _told(request, moved, zone)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"schedule:moved": told})})
    for note in moved.notes:
        messages.warning(request, note)
    address = f"{reverse('schedule_undo')}?{urlencode({'key': moved.undo})}"
    request.session[UNDO] = {"text": told["words"], "url": address}
    return redirect("schedule")


def _told(request: SignedIn, moved: Moved, zone: str) -> dict[str, Any]:
    """What the page says and needs after a move."""
    wall = walltime.to_wall(moved.at, zone)
    words = f"Moved to {wall:%a} {wall.day} {wall:%b}, {clock_words(wall, request.preferences.time_format)} ({zone})."
    return {"at": moved.at.isoformat(), "words": words, "notes": list(moved.notes), "undo": moved.undo}


def _initial(request: SignedIn, seen: datetime | None, zone: str) -> dict[str, str]:
    if seen is not None:
        wall = walltime.to_wall(seen, zone)
    else:
        on = walltime.to_wall(clock.now(), zone).date()
        asked = request.GET.get("day", "")
        wall = datetime.combine(day(asked, on + timedelta(days=1)), _MORNING)
    return {"wall_time": f"{wall:%Y-%m-%dT%H:%M}", "timezone": zone}


def _zone(request: SignedIn) -> str:
    given = request.POST.get("timezone") or request.POST.get("tz") or request.GET.get("tz") or ""
    return timezones.canonical(given) or timezones.canonical(request.preferences.timezone) or "UTC"


def _day(text: str) -> date:
    try:
        return dates.day(text)
    except dates.DateRefused as refused:
        raise ValidationFailed("date_invalid", str(refused), fields={"date": [str(refused)]}) from None


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        raise ValidationFailed("time_invalid", "This is not a time like 18:30.", fields={"time": [text[:20]]}) from None
