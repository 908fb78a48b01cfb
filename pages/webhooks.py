"""Webhooks: which addresses hear of events, and what became of every message. For admins."""

import json
from datetime import datetime, time
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST

from accounts import policy
from accounts.policy import Action
from core.errors import Conflict, DomainError, ValidationFailed
from core.formatting import counted
from pages.access import SignedIn, add_errors, signed_in
from pages.forms.webhooks import ALL, SOME, EndpointForm, ReplayForm
from webhooks import catalog, selectors, signing
from webhooks.models import DeliveryState, WebhookEndpoint
from webhooks.services import deliveries, endpoints
from webhooks.services.endpoints import MOST_ENDPOINTS

PER_PAGE = 20
NEWEST = 5
# The endpoint whose secret the next page shows, once; the secret itself is kept nowhere but in its row.
_SHOWN_ONCE = "webhook_shown_once"


@signed_in
def webhooks_page(request: SignedIn) -> HttpResponse:
    """Every endpoint, with how it is."""
    rows = list(selectors.endpoints(request.actor))
    counts = selectors.counts([row.pk for row in rows])
    context = {"rows": [(row, counts.get(row.pk, {})) for row in rows], "most": MOST_ENDPOINTS}
    return render(request, "webhooks/list.html", context)


@signed_in
def webhook_new(request: SignedIn) -> HttpResponse:
    """A new endpoint; the page after it shows its secret."""
    policy.require(request.actor, Action.MANAGE_WEBHOOKS)
    form = EndpointForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            row, _ = endpoints.create(actor=request.actor, **form.values())
        except DomainError as error:
            _add(form, error)
        else:
            request.session[_SHOWN_ONCE] = str(row.pk)
            messages.success(request, "The endpoint is ready. Copy its secret now: it is not shown again.")
            return redirect("webhook_detail", row.pk)
    return render(request, "webhooks/new.html", {"form": form}, status=422 if form.is_bound else 200)


@signed_in
def webhook_edit(request: SignedIn, endpoint_id: UUID) -> HttpResponse:
    """Another address, description or choice of events."""
    row = selectors.endpoint(request.actor, endpoint_id)
    initial = {
        "url": row.url, "description": row.description, "scope": SOME if row.events else ALL, "events": row.events,
    }  # fmt: skip
    form = EndpointForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            endpoints.update(actor=request.actor, endpoint_id=endpoint_id, **form.values())
        except DomainError as error:
            _add(form, error)
        else:
            messages.success(request, "The endpoint is saved.")
            return redirect("webhook_detail", endpoint_id)
    return render(request, "webhooks/edit.html", {"form": form, "row": row}, status=422 if form.is_bound else 200)


def _add(form: EndpointForm, error: DomainError) -> None:
    if isinstance(error, ValidationFailed):
        add_errors(form, error)
    else:
        form.add_error(None, error.message)


@signed_in
def webhook_detail(request: SignedIn, endpoint_id: UUID) -> HttpResponse:
    """One endpoint: what it is sent, how it is, and what can be done with it."""
    row = selectors.endpoint(request.actor, endpoint_id)
    secret = _secret_to_show(request, row)
    context = {
        "row": row,
        "secret": secret,
        "events": [each for each in catalog.types().values() if row.wants(each.name)],
        "counts": selectors.counts([row.pk]).get(row.pk, {}),
        "newest": selectors.deliveries(request.actor, endpoint_id=row.pk)[:NEWEST],
        "replay_form": ReplayForm(),
    }
    response = render(request, "webhooks/detail.html", context)
    if secret:
        response["Cache-Control"] = "no-store"
    return response


def _secret_to_show(request: SignedIn, row: WebhookEndpoint) -> str:
    if request.session.get(_SHOWN_ONCE) != str(row.pk):
        return ""
    del request.session[_SHOWN_ONCE]
    return signing.secret_of(row)


@require_POST
@signed_in
def webhook_rotate(request: SignedIn, endpoint_id: UUID) -> HttpResponse:
    """A new secret, shown by the page after this."""
    row, _ = endpoints.rotate(actor=request.actor, endpoint_id=endpoint_id)
    request.session[_SHOWN_ONCE] = str(row.pk)
    messages.success(request, "Copy the new secret now: it is not shown again. The former one signs for 24 more hours.")
    return redirect("webhook_detail", endpoint_id)


@require_POST
@signed_in
def webhook_pause(request: SignedIn, endpoint_id: UUID) -> HttpResponse:
    endpoints.pause(actor=request.actor, endpoint_id=endpoint_id)
    messages.success(request, "It is paused. What happens meanwhile is sent when you resume it.")
    return redirect("webhook_detail", endpoint_id)


@require_POST
@signed_in
def webhook_resume(request: SignedIn, endpoint_id: UUID) -> HttpResponse:
    endpoints.resume(actor=request.actor, endpoint_id=endpoint_id)
    messages.success(request, "It is active, and gets what waited for it.")
    return redirect("webhook_detail", endpoint_id)


@require_POST
@signed_in
def webhook_test(request: SignedIn, endpoint_id: UUID) -> HttpResponse:
    """A message that says nothing, to see whether it arrives."""
    try:
        row = endpoints.test(actor=request.actor, endpoint_id=endpoint_id)
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("webhook_detail", endpoint_id)
    messages.success(request, "The test event is on its way. This page says what becomes of it.")
    return redirect("webhook_delivery", row.pk)


@require_POST
@signed_in
def webhook_delete(request: SignedIn, endpoint_id: UUID) -> HttpResponse:
    endpoints.delete(actor=request.actor, endpoint_id=endpoint_id)
    messages.success(request, "The endpoint is deleted, with its deliveries.")
    return redirect("webhooks")


@require_POST
@signed_in
def webhook_replay_failed(request: SignedIn, endpoint_id: UUID) -> HttpResponse:
    """Everything that failed since a day begins again."""
    form = ReplayForm(request.POST)
    since = form.cleaned_data["since"] if form.is_valid() else None
    at = timezone.make_aware(datetime.combine(since, time.min)) if since else None
    try:
        count = deliveries.replay_failed(actor=request.actor, endpoint_id=endpoint_id, since=at)
    except Conflict as error:
        messages.error(request, error.message)
    else:
        sentence = (
            f"{counted(count, 'message is', 'messages are')} sent again." if count else "Nothing failed since then."
        )
        messages.success(request, sentence)
    return redirect("webhook_detail", endpoint_id)


@signed_in
def deliveries_page(request: SignedIn) -> HttpResponse:
    """What was sent, by endpoint, state and event."""
    query = request.GET
    rows = selectors.deliveries(
        request.actor,
        endpoint_id=_id(query.get("endpoint", "")),
        status=query.get("status", ""),
        event=query.get("event", ""),
    )
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(query.get("page")),
        "endpoints": selectors.endpoints(request.actor),
        "states": DeliveryState.choices,
        "events": [*catalog.types(), catalog.TEST],
        "filtered": any(query.get(name) for name in ("endpoint", "status", "event")),
    }
    template = "webhooks/_deliveries.html" if request.htmx else "webhooks/deliveries.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@signed_in
def delivery_page(request: SignedIn, delivery_id: UUID) -> HttpResponse:
    """The receipt: the message, and every try with what was answered."""
    row = selectors.delivery(request.actor, delivery_id)
    context = {"row": row, "body": json.dumps(json.loads(row.event.body), ensure_ascii=False, indent=2)}
    response = render(request, "webhooks/_receipt.html" if request.htmx else "webhooks/receipt.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@signed_in
def delivery_replay(request: SignedIn, delivery_id: UUID) -> HttpResponse:
    """One message again."""
    try:
        deliveries.replay(actor=request.actor, delivery_id=delivery_id)
    except Conflict as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "The message is sent again, with its former id.")
    return redirect("webhook_delivery", delivery_id)


_ENDPOINT = "settings/webhooks/<uuid:endpoint_id>/"
_DELIVERY = "settings/webhooks/deliveries/<uuid:delivery_id>/"

urlpatterns = [
    path("settings/webhooks/", webhooks_page, name="webhooks"),
    path("settings/webhooks/new/", webhook_new, name="webhook_new"),
    path("settings/webhooks/deliveries/", deliveries_page, name="webhook_deliveries"),
    path(_DELIVERY, delivery_page, name="webhook_delivery"),
    path(f"{_DELIVERY}replay/", delivery_replay, name="webhook_delivery_replay"),
    path(_ENDPOINT, webhook_detail, name="webhook_detail"),
    path(f"{_ENDPOINT}edit/", webhook_edit, name="webhook_edit"),
    path(f"{_ENDPOINT}rotate/", webhook_rotate, name="webhook_rotate"),
    path(f"{_ENDPOINT}pause/", webhook_pause, name="webhook_pause"),
    path(f"{_ENDPOINT}resume/", webhook_resume, name="webhook_resume"),
    path(f"{_ENDPOINT}test/", webhook_test, name="webhook_test"),
    path(f"{_ENDPOINT}delete/", webhook_delete, name="webhook_delete"),
    path(f"{_ENDPOINT}replay/", webhook_replay_failed, name="webhook_replay_failed"),
]
