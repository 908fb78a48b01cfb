"""What is done to queues from their pages; each leads back to the page it came from."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.policy import Action, require
from core.errors import Conflict, ValidationFailed
from core.formatting import counted
from pages.access import SignedIn, add_errors, signed_in
from pages.forms.queues import BlackoutForm
from pages.query_params import ids, whole
from pages.queues.views import ask_rearranging, blackout_refused
from publishing.queues import selectors
from publishing.services import queued_posts, queues


def _back(request: SignedIn, account_id: UUID) -> HttpResponse:
    page = whole(request.POST.get("page"))
    more = f"?page={page}" if page and page > 1 else ""
    return redirect(reverse("schedule_queue", args=[account_id]) + more)


def _do(request: SignedIn, account_id: UUID, act: Callable[[], str]) -> HttpResponse:
    """Do it and say what happened; a refusal is said on the page that follows."""
    try:
        messages.success(request, act())
    except (Conflict, ValidationFailed) as error:
        messages.error(request, error.message)
    return _back(request, account_id)


def _one(request: SignedIn, name: str) -> UUID | None:
    return next(iter(ids([request.POST.get(name, "")])), None)


@signed_in
@require_POST
def place(request: SignedIn, account_id: UUID) -> HttpResponse:
    """Put one waiting post before another one, or last."""
    require(request.actor, Action.PUBLISH)
    selectors.account_queue(request.actor, account_id)
    target_id = _one(request, "target")

    def act() -> str:
        if target_id is None:
            raise queued_posts.stale()
        moved = queued_posts.place(
            actor=request.actor, account_id=account_id, target_id=target_id, before=_one(request, "before"),
            seen=request.POST.get("seen") or None,
        )  # fmt: skip
        return "The order is changed." if moved else "It is there already."

    return _do(request, account_id, act)


@signed_in
@require_POST
def remove(request: SignedIn, account_id: UUID) -> HttpResponse:
    """Take a post out of this queue; it is a draft again."""
    require(request.actor, Action.PUBLISH)
    selectors.account_queue(request.actor, account_id)
    post_id = _one(request, "post")

    def act() -> str:
        if post_id is None:
            raise queued_posts.stale()
        queued_posts.remove(actor=request.actor, post_id=post_id, account_ids=[account_id])
        return "It is out of the queue, and a draft again."

    return _do(request, account_id, act)


@signed_in
@require_POST
def shuffle(request: SignedIn, account_id: UUID) -> HttpResponse:
    """Mix what waits."""

    def act() -> str:
        moved = queued_posts.shuffle(actor=request.actor, account_id=account_id)
        return f"Shuffled: {counted(moved, 'post')} moved." if moved else "There is nothing to mix."

    return _do(request, account_id, act)


@signed_in
@require_POST
def pause(request: SignedIn, account_id: UUID) -> HttpResponse:
    """Let nothing start."""

    def act() -> str:
        waiting = queues.pause(actor=request.actor, account_id=account_id)
        return f"The queue is paused. {counted(waiting, 'post')} in it will wait until you resume it."

    return _do(request, account_id, act)


@signed_in
@require_POST
def resume(request: SignedIn, account_id: UUID) -> HttpResponse:
    """Go on."""

    def act() -> str:
        in_order = request.POST.get("in_order") == "yes"
        moved = queues.resume(actor=request.actor, account_id=account_id, in_order=in_order)
        return f"The queue goes on. {counted(moved, 'post')} got another time."

    return _do(request, account_id, act)


@signed_in
@require_POST
def rearrange(request: SignedIn, account_id: UUID) -> HttpResponse:
    """Show what moving everything to the first free times would do, then do it."""
    require(request.actor, Action.PUBLISH)
    seen = request.POST.get("seen", "")
    if not seen:
        try:
            asked = ask_rearranging(request, account_id)
        except Conflict as error:
            messages.error(request, error.message)
            return _back(request, account_id)
        if asked is not None:
            return asked

    def act() -> str:
        moved = queues.rearrange(actor=request.actor, account_id=account_id, seen=seen or None)
        return f"{counted(moved, 'post')} moved." if moved else "Everything stands at the first free times already."

    return _do(request, account_id, act)


@signed_in
@require_POST
def black_out(request: SignedIn) -> HttpResponse:
    """A day without posts: of the account that the form names, else of the workspace."""
    require(request.actor, Action.PUBLISH)
    account_id, form = _one(request, "account"), BlackoutForm(request.POST)
    if not form.is_valid():
        return blackout_refused(request, account_id, form)
    try:
        row, waiting = queues.black_out(
            actor=request.actor, day=form.cleaned_data["day"], account_id=account_id, note=form.cleaned_data["note"]
        )
    except ValidationFailed as error:
        add_errors(form, error)
        return blackout_refused(request, account_id, form)
    said = f"Queues give out no time on {row.day.day} {row.day:%B %Y}."
    if waiting:
        verb = "stands" if waiting == 1 else "stand"
        messages.warning(request, f"{said} {counted(waiting, 'post')} {verb} on it already: move them if you like.")
    else:
        messages.success(request, said)
    return redirect("schedule_queue", account_id) if account_id else redirect("schedule_queues")


@signed_in
@require_POST
def lift(request: SignedIn, blackout_id: UUID) -> HttpResponse:
    """Let queues give out times on a day again."""
    queues.lift(actor=request.actor, blackout_id=blackout_id)
    messages.success(request, "Queues give out times on that day again.")
    account_id = _one(request, "account")
    return redirect("schedule_queue", account_id) if account_id else redirect("schedule_queues")
