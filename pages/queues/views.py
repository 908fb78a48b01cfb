"""The pages of queues: all of them, and one with its week and what waits in it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.policy import Action, may, require
from core.errors import Conflict, ValidationFailed
from core.formatting import counted
from pages.access import SignedIn, add_errors, signed_in
from pages.forms.queues import BlackoutForm, WeekForm
from publishing import selectors as publishing
from publishing.models import QueuePlace
from publishing.queues import selectors
from publishing.queues.selectors import AccountQueue
from publishing.services import queues, schedule
from publishing.services.queues import Rearrangement

PER_PAGE = 20
# So many moves of a preview are listed; the rest is counted.
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A waiting post as drawn. `earlier`, `later`: before which share it goes when it moves by one; None: it cannot."""

    place: QueuePlace
    number: int
    earlier: str | None
    later: str | None

    @property
    def seen(self) -> str:
        return schedule.time_read(self.place.target)


@signed_in
@require_GET
def index(request: SignedIn) -> HttpResponse:
    """Every account with its queue, and the days without posts."""
    days = list(selectors.blackout_days(request.actor))
    return render(request, "publishing/queues/index.html", _of_index(request, days, BlackoutForm()))


def _of_index(request: SignedIn, days: list[Any], form: BlackoutForm) -> dict[str, Any]:
    return {
        "rows": selectors.account_queues(request.actor, days),
        "days": days,
        "blackout_form": form,
        "may_plan": bool(may(request.actor, Action.PUBLISH)),
    }


@signed_in
@require_http_methods(["GET", "POST"])
def queue(request: SignedIn, account_id: UUID) -> HttpResponse:
    """One account's queue. A changed week is saved at once, or first shows what it would do to what waits."""
    days = list(selectors.blackout_days(request.actor, account_id))
    found = selectors.account_queue(request.actor, account_id, days)
    data = request.POST if request.method == "POST" else None
    form = WeekForm(data, queue=found.queue, zone=request.preferences.timezone)
    if data is not None:
        require(request.actor, Action.PUBLISH)
        done = _saved(request, found, form) if form.is_valid() else None
        if done is not None:
            return done
    context = {
        "found": found,
        "form": form,
        "days": days,
        "blackout_form": BlackoutForm(),
        "may_plan": bool(may(request.actor, Action.PUBLISH)),
        **_lines(request, account_id),
    }
    return render(request, "publishing/queues/queue.html", context, status=200 if data is None else 422)


def _lines(request: SignedIn, account_id: UUID) -> dict[str, Any]:
    """A page of what waits, each line with its neighbours, also those on the pages beside it."""
    order = selectors.order(request.actor, account_id)
    page = Paginator(order, PER_PAGE).get_page(request.GET.get("page"))
    places = {pk: n for n, pk in enumerate(order)}
    lines = []
    for place in selectors.waiting(request.actor, account_id, only=list(page)) if order else []:
        n = places[place.target_id]
        after = str(order[n + 2]) if n + 2 < len(order) else ""
        earlier, later = str(order[n - 1]) if n else None, after if n + 1 < len(order) else None
        lines.append(WaitingLine(place, n + 1, earlier, later))
    return {"page": page, "lines": lines}


def _saved(request: SignedIn, found: AccountQueue, form: WeekForm) -> HttpResponse | None:
    """Save the week, or ask first what becomes of what waits; None when something is wrong with it."""
    move, account_id = request.POST.get("move", ""), found.account.pk
    try:
        week, zone = form.week(), form.cleaned_data["timezone"]
        if not move and found.waiting and found.queue is not None:
            shifts = queues.preview(actor=request.actor, account_id=account_id, week=week, zone=zone)
            if shifts.moving:
                return _ask(request, found, shifts, form)
        _, moved = queues.set_week(
            actor=request.actor, account_id=account_id, week=week, zone=zone,
            version=form.cleaned_data["version"], move=move == "yes",
            seen=request.POST.get("seen") if move == "yes" else None,
        )  # fmt: skip
    except ValidationFailed as error:
        add_errors(form, error)
        return None
    except Conflict as error:
        form.add_error(None, error.message)
        return None
    said = f" {counted(moved, 'post')} moved." if moved else ""
    messages.success(request, f"The times are saved.{said}")
    return redirect("schedule_queue", account_id)


def _ask(request: SignedIn, found: AccountQueue, shifts: Rearrangement, form: WeekForm | None) -> HttpResponse:
    """What would become of what waits, before a person decides."""
    context = {
        "found": found,
        "shifts": shifts.shifts[:_SHOWN],
        "more": max(0, len(shifts.shifts) - _SHOWN),
        "moving": shifts.moving,
        "seen": shifts.seen,
        "form": form,
    }
    return render(request, "publishing/queues/preview.html", context)


def ask_rearranging(request: SignedIn, account_id: UUID) -> HttpResponse | None:
    """What moving everything to the first free times would do; None when nothing would move."""
    found = selectors.account_queue(request.actor, account_id)
    shifts = queues.preview(actor=request.actor, account_id=account_id)
    return _ask(request, found, shifts, None) if shifts.moving else None


@signed_in
@require_GET
def next_free(request: SignedIn) -> HttpResponse:
    """For the composer: the next free time of each account that has queue times."""
    return render(request, "publishing/queues/_next.html", {"rows": selectors.next_slots(request.actor)})


def blackout_refused(request: SignedIn, account_id: UUID | None, form: BlackoutForm) -> HttpResponse:
    """The page from which a day without posts was sent, with what is wrong with it."""
    days = list(selectors.blackout_days(request.actor, account_id))
    if account_id is None:
        return render(request, "publishing/queues/index.html", _of_index(request, days, form), status=422)
    publishing.account(request.actor, account_id)
    found = selectors.account_queue(request.actor, account_id, days)
    context = {
        "found": found,
        "form": WeekForm(queue=found.queue, zone=request.preferences.timezone),
        "days": days,
        "blackout_form": form,
        "may_plan": True,
        **_lines(request, account_id),
    }
    return render(request, "publishing/queues/queue.html", context, status=422)
