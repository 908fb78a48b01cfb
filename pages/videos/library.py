"""The library's list and the upload page."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_http_methods

from accounts.policy import Action, may
from core.errors import DomainError
from media import body_limit, quota
from media.formatting import size_words
from media.signed_urls import signed_path
from pages.access import SignedIn, signed_in
from pages.forms.videos import UploadForm
from pages.videos.cards import cards
from videos import selectors
from videos.models import Video
from videos.selectors import SORTS, Filters
from videos.services import intake
from videos.services import library as videos_library

PER_PAGE = 24
_SORT_LABELS = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "title": "Title A–Z",
    "longest": "Longest first",
    "shortest": "Shortest first",
    "largest": "Largest first",
}


@dataclass(frozen=True, slots=True)
class LibraryView:
    """What the address asks for, in the library's words."""

    filters: Filters
    sort: str
    view: str


def asked(request: SignedIn) -> LibraryView:
    """The filters in the address; unknown values mean the ordinary ones."""
    query = request.GET
    sort = query.get("sort", "")
    sort = sort if sort in SORTS else "newest"
    status = query.get("status", "")
    place = query.get("place", "")
    filters = Filters(
        search=query.get("q", "")[:200].replace("\x00", ""),
        status=status if status in Video.Status.values else "",
        folder=query.get("folder", ""),
        tag=query.get("tag", ""),
        place=place if place in ("archived", "trash") else "all",
        order=SORTS[sort],
    )
    return LibraryView(filters, sort, "list" if query.get("view") == "list" else "grid")


def _address(request: SignedIn, **changes: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        if value:
            query[name] = value
        else:
            query.pop(name, None)
    return f"?{query.urlencode()}"


@signed_in
@require_GET
def index(request: SignedIn) -> HttpResponse:
    """`/videos/`: the library, filtered as the address says."""
    shown = asked(request)
    found = selectors.library(request.actor, shown.filters)
    paginator = Paginator(found, PER_PAGE)
    paginator.count, in_trash = selectors.counts(request.actor, found)
    page = paginator.get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "shown": shown,
        "page": page,
        "cards": cards(request.actor, page.object_list),
        "may_write": bool(may(request.actor, Action.WRITE)),
        "grid_url": _address(request, view=""),
        "list_url": _address(request, view="list"),
        "max_words": size_words(settings.MAX_UPLOAD_BYTES),
    }
    if not page.paginator.count and not shown.filters.is_narrow and shown.filters.place == "all":
        context["is_new"] = selectors.is_empty(request.actor)
    template = "videos/_list.html"
    if not request.htmx:
        template = "videos/index.html"
        context |= _frame(request, shown) | {"trash_count": in_trash}
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _frame(request: SignedIn, shown: LibraryView) -> dict[str, Any]:
    tree = selectors.folder_tree(request.actor)
    tags = selectors.tags(request.actor)
    return {
        "tag": next((tag for tag in tags if str(tag.pk) == shown.filters.tag), None),
        "room": quota.usage(request.actor.workspace_id),
        "folders": tree,
        "folder": next((node.folder for node in tree if str(node.folder.pk) == shown.filters.folder), None),
        "tags": tags,
        "statuses": Video.Status.choices,
        "sorts": _SORT_LABELS.items(),
        "undo": request.session.pop("videos_undo", None),
        "max_bytes": settings.MAX_UPLOAD_BYTES,
    }


@signed_in
@require_GET
def card(request: SignedIn, pk: UUID) -> HttpResponse:
    """One card, fetched again after a change."""
    video = videos_library.get(request.actor, pk)
    (made,) = cards(request.actor, [video])
    context = {"card": made, "view": request.GET.get("view"), "may_write": bool(may(request.actor, Action.WRITE))}
    template = "videos/_row.html" if request.GET.get("view") == "list" else "videos/_card.html"
    return render(request, template, context)


@signed_in
@require_GET
def preview(request: SignedIn, pk: UUID) -> HttpResponse:
    """A player with the chips of the card, for the library's dialog."""
    video = videos_library.get(request.actor, pk)
    (made,) = cards(request.actor, [video])
    return render(request, "videos/_preview.html", {"card": made, "source": signed_path(video.media)})


@body_limit.takes(body_limit.file)
@signed_in
@require_http_methods(["GET", "POST"])
def upload(request: SignedIn) -> HttpResponse:
    """`/videos/upload/`: the tray for many files; without scripts a plain form for one."""
    form = UploadForm(request.POST or None, request.FILES or None, folders=selectors.folders(request.actor))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            video = intake.upload(
                actor=request.actor,
                file=form.cleaned_data["file"],
                title=form.cleaned_data["title"],
                folder_id=form.cleaned_data["folder"].pk if form.cleaned_data["folder"] else None,
            )
        except DomainError as error:
            if error.status == 403:
                raise
            form.add_error("file", error.message)
            status = error.status
        else:
            messages.success(request, f"“{video.title}” is uploaded. It is being checked now.")
            return redirect("video_detail", pk=video.pk)
    elif request.method == "POST":
        status = 422
    context = {
        "form": form,
        "may_write": bool(may(request.actor, Action.WRITE)),
        "max_bytes": settings.MAX_UPLOAD_BYTES,
        "room": quota.usage(request.actor.workspace_id),
    }
    return render(request, "videos/upload.html", context, status=status)
