"""Another time for one account's share of a post, from the post's own page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.errors import Conflict, ValidationFailed
from pages import edit_conflicts
from pages.access import SignedIn, signed_in
from pages.forms.times import MoveForm
from publishing import selectors
from publishing.errors import PublishingError
from publishing.models import PostTarget
from publishing.services import schedule
from publishing.services.schedule import When
from publishing.states import EDITABLE


def _both_times(error: Conflict, row: PostTarget, mine: When) -> edit_conflicts.Stale:
    """The time that a person chose beside the one that was set meanwhile."""
    theirs = When(at=row.due_at, zone=row.zone) if row.due_at else None
    address = reverse("schedule_move", args=[row.post_id, row.pk])
    return edit_conflicts.stale(error, 0, address, [("Time", _time_words(mine), _time_words(theirs))])


def _time_words(when: When | None) -> str:
    if when is None:
        return "No time: it is a draft again"
    instant = when.resolve("UTC")
    return f"{instant.wall:%d %B %Y, %H:%M} ({instant.zone})"


@signed_in
def schedule_move(request: SignedIn, post_id: UUID, target_id: UUID) -> HttpResponse:
    """Another time for one account, with what it would meet there."""
    row = selectors.target(request.actor, post_id, target_id)
    if row.state not in EDITABLE:
        messages.warning(request, "This is already going out, so its time cannot be changed any more.")
        return redirect("post_detail", post_id)
    zone = row.zone or request.preferences.timezone
    form = MoveForm(
        request.POST if request.method == "POST" else None, initial={"wall_time": row.wall_time, "timezone": zone}
    )
    seen = request.POST.get("seen", schedule.time_read(row))
    stale: edit_conflicts.Stale | None = None
    conflicts: list[Any] = []
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            when = When(wall=form.cleaned_data["wall_time"], zone=form.cleaned_data["timezone"])
            try:
                moved, notes = schedule.reschedule_target(
                    actor=request.actor,
                    post_id=post_id,
                    target_id=target_id,
                    when=when,
                    accept_conflicts="accept_conflicts" in request.POST,
                    seen=seen,
                )
            except ValidationFailed as error:
                form.add_error("wall_time", error.message)
            except Conflict as error:
                if error.code == PublishingError.STALE_VERSION:
                    row = selectors.target(request.actor, post_id, target_id)
                    seen, stale = schedule.time_read(row), _both_times(error, row, when)
                elif error.code == PublishingError.SCHEDULE_CONFLICT:
                    conflicts, status = error.details["conflicts"], 409
                else:
                    raise
            else:
                for note in notes:
                    messages.warning(request, note)
                messages.success(request, f"{moved.account.handle} has its new time.")
                return redirect("post_detail", post_id)
    context = {
        "form": form, "row": row, "seen": seen, "stale": stale, "conflicts": conflicts,
    }  # fmt: skip
    return render(request, "publishing/calendar/target_move.html", context, status=status)
