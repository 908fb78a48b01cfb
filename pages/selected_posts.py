"""What is done to the posts that are chosen in a list, and taking it back. Plain forms: POST, then a redirect."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.policy import Action, require
from core.errors import DomainError, PermissionDenied, ValidationFailed
from core.formatting import counted, excerpt
from core.ids import uuid7
from pages.access import SignedIn, signed_in
from pages.query_params import ids
from publishing import selectors
from publishing.services import bulk
from publishing.services.bulk import Change, Results

# Where a session keeps what can be taken back.
_UNDO = "posts_undo"
# More sentences about posts that stayed as they are would hide the first ones.
_MOST_SENTENCES = 8
_LONGEST_CAMPAIGN = 80


def offered(request: SignedIn) -> dict[str, Any]:
    """For a list's page: the key of its form, and what the last change offers to take back (once)."""
    return {"bulk_key": uuid7().hex, "bulk_undo": request.session.pop(_UNDO, None) if not request.htmx else None}


def offer_undo(request: SignedIn, text: str, key: str, then: str) -> None:
    """The next list of posts says what happened and offers to take it back; after that it is shown `then`."""
    request.session[_UNDO] = {"text": text, "key": key, "next": then}


@require_POST
@signed_in
def change(request: SignedIn) -> HttpResponse:
    """One change to all chosen posts; what could not be done is said by name and stops nothing else."""
    require(request.actor, Action.WRITE)
    chosen, form = ids(request.POST.getlist("post")), request.POST
    try:
        asked, done = _asked(form)
        found = bulk.apply(actor=request.actor, post_ids=chosen, change=asked, key=form.get("key", "")[:64])
    except PermissionDenied:
        raise
    except DomainError as error:
        messages.error(request, error.message)
        return _back(request)
    if found.items and all(item.repeated for item in found.items):
        messages.info(request, "This was done already, so nothing was changed again.")
    elif found.done:
        offer_undo(request, f"{_share(found)} {done}.", found.undo, form.get("next", ""))
    _say(request, found)
    return _back(request)


@require_POST
@signed_in
def undo(request: SignedIn) -> HttpResponse:
    """Take a change back, by the key that the page was given."""
    require(request.actor, Action.WRITE)
    try:
        found = bulk.undo(actor=request.actor, key=request.POST.get("key", ""))
    except ValidationFailed as error:
        messages.error(request, error.message)
        return _back(request)
    if found.done:
        messages.success(request, f"{_share(found)} as before.")
    _say(request, found)
    return _back(request)


def _asked(form: Mapping[str, Any]) -> tuple[Change, str]:
    """The change that a form asks for, and how to say that it was done."""
    match form.get("do", ""):
        case "move":
            days = _number(form.get("days", ""))
            return bulk.MoveByDays(days), f"moved by {counted(days, 'day')}"
        case "unschedule":
            return bulk.Unschedule(), "without a time again"
        case "duplicate":
            return bulk.Duplicate(), "copied as drafts"
        case "campaign":
            name = " ".join(form.get("campaign", "").split())
            if len(name) > _LONGEST_CAMPAIGN:
                raise ValidationFailed("campaign", f"A campaign's name has {_LONGEST_CAMPAIGN} characters at most.")
            return bulk.SetCampaign(name), f"in the campaign “{name}”" if name else "taken out of their campaigns"
        case "delete":
            return bulk.Delete(), "deleted"
    raise ValidationFailed("verb", "Choose what to do with the posts.")


def _number(text: str) -> int:
    try:
        return int(text[:5])
    except ValueError:
        return 0


def _share(found: Results) -> str:
    if not found.refused:
        return counted(found.done, "post")
    return f"{found.done} of {counted(len(found.items), 'post')}"


def _say(request: SignedIn, found: Results) -> None:
    """What was refused, and what a person should read of what was done, each sentence with its posts."""
    about: dict[tuple[bool, str], list[UUID]] = {}
    for item in found.items:
        for sentence in [item.message, *item.notes]:
            if sentence:
                about.setdefault((item.done, sentence), []).append(item.post_id)
    names = selectors.names(request.actor, {keys[0] for keys in about.values()}) if about else {}
    for (done, sentence), keys in list(about.items())[:_MOST_SENTENCES]:
        more = f" and {len(keys) - 1} more" if len(keys) > 1 else ""
        name = names.get(keys[0])
        words = f"“{excerpt(name, 40)}”{more}: {sentence}" if name else sentence
        (messages.warning if done else messages.error)(request, words)
    if len(about) > _MOST_SENTENCES:
        messages.warning(request, f"{len(about) - _MOST_SENTENCES} more of these sentences are not shown.")


def _back(request: SignedIn) -> HttpResponse:
    """To the list that the form says, if it is one of ours."""
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts=None) and target.startswith(
        ("/posts/", "/schedule/")
    )
    return redirect(target if is_ours else "posts")


urlpatterns = [
    path("posts/selected/", change, name="posts_selected"),
    path("posts/selected/undo/", undo, name="posts_selected_undo"),
]
