"""The library's lists of drafts and templates, and what is done to their rows."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts.policy import Action, may, require
from core.errors import DomainError, ValidationFailed
from core.formatting import counted
from library import selectors
from library.content import content_of
from library.models import Template
from library.selectors import Filters
from library.services import drafts, templates
from pages.access import SignedIn, signed_in
from pages.forms.library import words
from pages.query_params import ids
from platforms import PLATFORMS, choices
from publishing import selectors as publishing
from publishing.models import Post

PER_PAGE, MOST_AT_ONCE = 20, 100
DRAFT, TEMPLATE = "draft", "template"
SORTS = {"newest": "-created_at", "oldest": "created_at", "changed": "-updated_at"}
SORT_LABELS = {"newest": "Newest first", "oldest": "Oldest first", "changed": "Changed lately"}
_UNDO = "library_undo"


def _asked(request: SignedIn, type_: str) -> Filters:
    """The filters in the address; what cannot be read narrows nothing."""
    query = request.GET
    account = next(iter(ids([query.get("account", "")])), None) if type_ == DRAFT else None
    platform = query.get("platform", "")
    sort = "name" if query.get("sort") == "name" and type_ == TEMPLATE else SORTS.get(query.get("sort", ""), "")
    return Filters(
        search=query.get("q", "")[:200],
        tag=next(iter(ids([query.get("tag", "")])), None),
        platform=platform if platform in PLATFORMS else "",
        campaign=query.get("campaign", "")[:80] if type_ == DRAFT else "",
        account_id=account,
        ordering=sort or SORTS["newest"],
    )


@signed_in
@require_GET
def index(request: SignedIn) -> HttpResponse:
    """`/library/?type=draft|template`: filtered as the address says."""
    type_ = TEMPLATE if request.GET.get("type") == TEMPLATE else DRAFT
    filters = _asked(request, type_)
    rows: Any = (selectors.templates if type_ == TEMPLATE else selectors.draft_lines)(request.actor, filters)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "type": type_,
        "tab": type_,
        "page": page,
        "rows": [_line(row) for row in page],
        "filters": filters,
        "may_write": bool(may(request.actor, Action.WRITE)),
    }
    if not request.htmx:
        context |= {
            "tags": selectors.tags(request.actor),
            "platforms": choices(),
            "sorts": [*SORT_LABELS.items(), *([("name", "Name A–Z")] if type_ == TEMPLATE else [])],
            "sort": request.GET.get("sort", ""),
            "undo": request.session.pop(_UNDO, None),
        }
        if type_ == DRAFT:
            context["campaigns"] = publishing.campaigns(request.actor)
            context["accounts"] = publishing.accounts(request.actor)
    response = render(request, "library/_list.html" if request.htmx else "library/index.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _line(row: Template | Post) -> dict[str, Any]:
    """What a line of a list shows."""
    if isinstance(row, Template):
        asks = [each.name for each in content_of(row).variables()]
        return {"row": row, "tags": selectors.tag_names(row), "asks": asks, "platforms": sorted(row.platforms)}
    return {"row": row, "tags": selectors.tag_names(row)}


def _back(request: SignedIn, type_: str) -> HttpResponse:
    """To the list that the form says, if it is one of ours."""
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts=None) and target.startswith("/library/")
    return redirect(target if is_ours else f"{reverse('library')}?type={type_}")


def _type(request: SignedIn) -> str:
    return TEMPLATE if request.POST.get("type") == TEMPLATE else DRAFT


@signed_in
@require_POST
def bulk(request: SignedIn) -> HttpResponse:
    """One action on all chosen rows; what could not be done is said and stops nothing else."""
    require(request.actor, Action.WRITE)
    type_, chosen, verb = _type(request), ids(request.POST.getlist("item")), request.POST.get("do", "")
    if not 1 <= len(chosen) <= MOST_AT_ONCE or verb not in ("delete", "tag"):
        messages.error(request, f"Choose 1 to {MOST_AT_ONCE} {type_}s, and what to do with them.")
        return _back(request, type_)
    names = words(request.POST.get("tag", ""))
    if verb == "tag" and not names:
        messages.error(request, "Type the tag to add first.")
        return _back(request, type_)
    act = _deleting(request, type_) if verb == "delete" else _tagging(request, names)
    finished, refused = [], []
    for key in chosen:
        try:
            act(key)
            finished.append(key)
        except DomainError as error:
            refused.append(error.message)
    if finished and verb == "delete":
        _offer_undo(request, type_, finished)
    elif finished:
        messages.success(request, f"{counted(len(finished), type_)} tagged.")
    for sentence in dict.fromkeys(refused):
        messages.error(request, sentence)
    return _back(request, type_)


def _deleting(request: SignedIn, type_: str) -> Callable[[UUID], object]:
    if type_ == TEMPLATE:
        return lambda key: templates.delete(actor=request.actor, template_id=key)
    return lambda key: drafts.delete(actor=request.actor, post_id=key)


def _tagging(request: SignedIn, names: list[str]) -> Callable[[UUID], object]:
    def tag(key: UUID) -> object:
        row = selectors.item(request.actor, key)
        all_ = [*selectors.tag_names(row), *names]
        if isinstance(row, Template):
            return templates.update(actor=request.actor, template_id=key, version=row.version, changes={"tags": all_})
        return drafts.put_tags(actor=request.actor, post_id=key, names=all_)

    return tag


def _offer_undo(request: SignedIn, type_: str, chosen: list[UUID]) -> None:
    """The next page of the library says what happened and offers to take it back."""
    text = f"{counted(len(chosen), type_)} deleted."
    request.session[_UNDO] = {"text": text, "type": type_, "ids": [str(key) for key in chosen]}


@signed_in
@require_POST
def delete(request: SignedIn, pk: UUID) -> HttpResponse:
    """Delete one template or draft; the list offers to take it back."""
    type_ = TEMPLATE if isinstance(selectors.item(request.actor, pk), Template) else DRAFT
    _deleting(request, type_)(pk)
    _offer_undo(request, type_, [pk])
    return redirect(f"{reverse('library')}?type={type_}")


@signed_in
@require_POST
def undo(request: SignedIn) -> HttpResponse:
    """Bring back what was deleted."""
    require(request.actor, Action.WRITE)
    type_, chosen = _type(request), ids(request.POST.getlist("item"))[:MOST_AT_ONCE]
    for key in chosen:
        if type_ == TEMPLATE:
            templates.restore(actor=request.actor, template_id=key)
        else:
            drafts.restore(actor=request.actor, post_id=key)
    messages.success(request, f"{counted(len(chosen), type_)} back in the library.")
    return _back(request, type_)


@signed_in
@require_POST
def duplicate(request: SignedIn, pk: UUID) -> HttpResponse:
    """A copy, opened."""
    if isinstance(selectors.item(request.actor, pk), Template):
        made = templates.duplicate(actor=request.actor, template_id=pk)
        messages.success(request, "This is the copy.")
        return redirect("library_template_edit", made.pk)
    post = drafts.duplicate(actor=request.actor, post_id=pk)
    messages.success(request, "This is the copy.")
    return redirect("compose_post", post.pk)


@signed_in
@require_POST
def draft_tags(request: SignedIn, post_id: UUID) -> HttpResponse:
    """The tags of a draft, as its line's field says."""
    try:
        drafts.put_tags(actor=request.actor, post_id=post_id, names=words(request.POST.get("tags", "")))
    except ValidationFailed as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The tags are saved.")
    return _back(request, DRAFT)
