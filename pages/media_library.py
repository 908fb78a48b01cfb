"""The media library: pictures and videos for posts."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_POST

from accounts.policy import Action, may
from core.errors import DomainError, NotFound
from media import body_limit, form_uploads, quota, selectors
from pages.access import SignedIn, signed_in
from pages.file_cards import cards
from publishing.services import files

PER_PAGE = 24
_UNDO = "media_undo"


class UploadForm(forms.Form):
    """One file, for people without scripts."""

    file = forms.FileField(label="Picture or video", widget=forms.FileInput(attrs={"accept": "image/*,video/*"}))


def _shown(request: SignedIn) -> dict[str, Any]:
    query = request.GET
    shape = query.get("kind", "")
    return {
        "kind": shape if shape in selectors.SHAPES else "",
        "search": query.get("q", "")[:200].replace("\x00", ""),
    }


@signed_in
@require_GET
def index(request: SignedIn) -> HttpResponse:
    """`/media/`: pictures and videos, newest first, filtered as the address says."""
    response = _page(request, UploadForm())
    patch_vary_headers(response, ["HX-Request"])
    return response


def _page(request: SignedIn, form: UploadForm, status: int = 200) -> HttpResponse:
    shown = _shown(request)
    rows = selectors.library(request.actor, shape=shown["kind"], search=shown["search"])
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        **shown,
        "page": page,
        "cards": cards(request.actor, page.object_list, with_uses=True),
        "narrow": bool(shown["kind"] or shown["search"]),
        "may_write": bool(may(request.actor, Action.WRITE)),
    }
    if request.htmx:
        return render(request, "media/_list.html", context)
    context |= {
        "form": form,
        "undo": request.session.pop(_UNDO, None),
        "max_bytes": settings.MAX_UPLOAD_BYTES,
        "room": quota.usage(request.actor.workspace_id),
    }
    return render(request, "media/index.html", context, status=status)


@body_limit.takes(body_limit.file)
@signed_in
@require_POST
def upload(request: SignedIn) -> HttpResponse:
    """One file by a plain form."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, 422)
    try:
        file = form_uploads.store_upload(actor=request.actor, file=form.cleaned_data["file"])
    except DomainError as error:
        if error.status == 403:
            raise
        form.add_error("file", error.message)
        return _page(request, form, error.status)
    messages.success(request, f"“{file}” is uploaded.")
    return redirect("media_library")


@signed_in
@require_POST
def delete(request: SignedIn, pk: UUID) -> HttpResponse:
    """Delete a file; the next page offers to take it back."""
    try:
        file = files.delete_file(actor=request.actor, file_id=pk)
    except NotFound:
        raise
    except DomainError as error:
        if error.status != 409 or "uses" in error.details:
            raise
        messages.error(request, error.message)
    else:
        request.session[_UNDO] = {"text": f"“{file}” is deleted.", "id": str(file.pk)}
    return redirect("media_library")


@signed_in
@require_POST
def restore(request: SignedIn, pk: UUID) -> HttpResponse:
    """Undo a deletion."""
    file = files.restore_file(actor=request.actor, file_id=pk)
    messages.success(request, f"“{file}” is back.")
    return redirect("media_library")


urlpatterns = [
    path("media/", index, name="media_library"),
    path("media/upload/", upload, name="media_upload"),
    path("media/<uuid:pk>/delete/", delete, name="media_delete"),
    path("media/<uuid:pk>/restore/", restore, name="media_restore"),
]
