"""The bell, the page of notices, and the choice of notifications by event and channel."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST

from accounts.selectors import preferences_of
from accounts.services import profile
from core.errors import ValidationFailed
from notifications import bundles, selectors, services
from notifications.bundles import BundledNotice
from notifications.models import NoticeKind
from pages.access import SignedIn, add_errors, signed_in
from pages.forms.account import NotificationsForm

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice as the page shows it."""

    bundle: BundledNotice
    tone: str
    icon: str


_LOOK = {
    NoticeKind.POST_PUBLISHED: ("success", "circle-check"),
    NoticeKind.POST_PARTLY_OUT: ("info", "hourglass"),
    NoticeKind.POST_PARTLY_FAILED: ("warning", "triangle-alert"),
    NoticeKind.POST_FAILED: ("error", "circle-x"),
    NoticeKind.ACTION_REQUIRED: ("warning", "circle-alert"),
    NoticeKind.CONNECTION_MADE: ("info", "link"),
    NoticeKind.CONNECTION_EXPIRING: ("warning", "clock"),
    NoticeKind.EDIT_FINISHED: ("success", "scissors"),
    NoticeKind.EDIT_FAILED: ("error", "scissors"),
    NoticeKind.ANALYSIS_FAILED: ("error", "clapperboard"),
}


@signed_in
def notices_page(request: SignedIn) -> HttpResponse:
    """All notices of the person in this workspace, newest first; `?unread=1` only what they have not read."""
    return _list(request)


def _list(request: SignedIn) -> HttpResponse:
    unread_only = request.GET.get("unread") == "1"
    rows = selectors.notices(request.actor, unread=unread_only)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [NoticeRow(one, *_LOOK[NoticeKind(one.notice.kind)]) for one in bundles.bundled(page)],
        "unread_only": unread_only,
        "unread": selectors.unread_count(request.actor),
    }
    fragment = bool(request.headers.get("HX-Request"))
    response = render(request, "notices/_list.html" if fragment else "notices/notices.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@signed_in
def bell(request: SignedIn) -> HttpResponse:
    """The bell with its count, fetched again when something changed."""
    return render(request, "partials/_bell.html")


@signed_in
def open_notice(request: SignedIn, notice_id: UUID) -> HttpResponse:
    """To what a notice is about; from then on it counts as read."""
    notice = selectors.notice(request.actor, notice_id)
    (bundle,) = bundles.bundled([notice])
    services.mark_read(actor=request.actor, ids=[notice.pk])
    return redirect(bundle.link or "notices")


@require_POST
@signed_in
def mark_read(request: SignedIn, notice_id: UUID) -> HttpResponse:
    """One notice is read; the list comes back as it is now."""
    services.mark_read(actor=request.actor, ids=[notice_id])
    return _list_again(request)


@require_POST
@signed_in
def mark_all_read(request: SignedIn) -> HttpResponse:
    """All are read."""
    count = services.mark_all_read(actor=request.actor)
    messages.success(request, f"{count} marked as read." if count else "There was nothing unread.")
    return _list_again(request)


def _list_again(request: SignedIn) -> HttpResponse:
    return _list(request) if request.headers.get("HX-Request") else redirect("notices")


@signed_in
def settings_page(request: SignedIn) -> HttpResponse:
    """Notifications by event and channel."""
    form = NotificationsForm(
        request.POST if request.method == "POST" else None,
        chosen=profile.notification_choices(preferences_of(request.user)),
    )
    if form.is_bound and form.is_valid():
        try:
            profile.update_preferences(actor=request.actor, notifications=form.choices())
        except ValidationFailed as error:
            add_errors(form, error)
        else:
            messages.success(request, "Your notification choices are saved.")
            return redirect("notification_settings")
    return render(request, "settings/notifications.html", {"form": form}, status=422 if form.is_bound else 200)


urlpatterns = [
    path("notifications/", notices_page, name="notices"),
    path("notifications/_bell/", bell, name="notices_bell"),
    path("notifications/read/", mark_all_read, name="notices_read"),
    path("notifications/<uuid:notice_id>/", open_notice, name="notice_open"),
    path("notifications/<uuid:notice_id>/read/", mark_read, name="notice_read"),
    path("settings/notifications/", settings_page, name="notification_settings"),
]
