"""Connected platforms: what is connected and how it is, connect, reconnect, disconnect."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from accounts.policy import Action, may
from core.errors import Conflict, DomainError, NotFound, Unavailable, ValidationFailed
from media.signed_urls import signed_path
from pages.access import SignedIn, signed_in
from pages.forms.connections import KeyForm
from publishing import selectors
from publishing.models import AccountStatus, OAuthState, SocialAccount
from publishing.platforms.declared import Consent, Guide
from publishing.platforms.registry import CONNECTORS, SERVICES, adapter_for
from publishing.services import api_keys, connections, social_accounts

LISTED = 50
# The address of a post that somebody began before there was an account to send it to.
WAITING_POST = "waiting_post"


@dataclass(frozen=True, slots=True)
class Card:
    """One account as the page shows it."""

    account: SocialAccount
    state: str
    sentence: str
    avatar: str
    missing: list[str]
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """One platform with its accounts and how to connect one; `ways` are those that this product has an app for."""

    name: str
    label: str
    ways: list[Consent]
    imitated: bool
    cards: list[Card]
    guide: Guide
    key: KeyForm | None = None
    """The form of a service that is connected by an API key instead of a consent page."""

    @property
    def configured(self) -> bool:
        return bool(self.ways) or self.key is not None


def _card(account: SocialAccount) -> Card:
    days, missing = selectors.expires_in_days(account), selectors.missing_permissions(account)
    state, sentence = account.status, account.problem
    if account.status == AccountStatus.CONNECTED:
        if missing:
            state, sentence = (
                "limited",
                "Some permissions were not given, so not everything works. Reconnect to give them.",
            )
        elif days is not None and days <= 7:
            when = "today" if days == 0 else "within a day" if days == 1 else f"within {days} days"
            state, sentence = "expiring", f"You need to reconnect {when}, or posts will wait."
        elif account.problem:
            sentence = account.problem
    elif account.status == AccountStatus.DISCONNECTED:
        sentence = "Not connected any more. Its published posts stay in your history."
    return Card(
        account,
        state,
        sentence,
        signed_path(account.picture) if account.picture else "",
        missing,
        account.grant.ends_at if account.grant else None,
    )


@signed_in
def connections_page(request: SignedIn) -> HttpResponse:
    """Every platform, connected or not, with each account's state in words."""
    return _page(request)


def _page(request: SignedIn, refused: Mapping[str, KeyForm] | None = None) -> HttpResponse:
    """The whole page; `refused` holds key forms with what was wrong."""
    rows = list(selectors.accounts(request.actor))
    forms = {name: (refused or {}).get(name) or KeyForm(service=name) for name in SERVICES}
    shelves = [
        Shelf(
            name,
            adapter.label,
            [] if name in SERVICES else connections.configured(name),
            bool(settings.PLATFORMS[name]["sandbox"]),
            [_card(row) for row in rows if (row.via or row.platform) == name],
            adapter.guide,
            forms.get(name),
        )
        for name, adapter in CONNECTORS.items()
    ]
    decision = may(request.actor, Action.MANAGE_CONNECTIONS)
    has_accounts = any(shelf.cards for shelf in shelves)
    context = {
        "shelves": shelves,
        "has_accounts": has_accounts,
        "waiting_post": request.session.get(WAITING_POST, ""),
        "manages": bool(decision),
        "refusal": decision.reason,
    }
    return render(request, "publishing/connections.html", context, status=422 if refused else 200)


@require_POST
@signed_in
def paste_key(request: SignedIn, service: str) -> HttpResponse:
    """Prove a pasted key, then let the person choose from the accounts behind it."""
    if service not in SERVICES:
        raise NotFound
    form = KeyForm(request.POST, service=service)
    if form.is_valid():
        try:
            given = form.cleaned_data["api_key"]
            found = api_keys.connect(actor=request.actor, service=service, key=given, origin=OAuthState.Origin.SESSION)
        except (ValidationFailed, Unavailable) as error:
            form.add_error("api_key", error.message)
        else:
            return redirect("connection_choose", found.choice_id)
    return _page(request, {service: form})


@require_POST
@signed_in
def start(request: SignedIn, platform: str) -> HttpResponse:
    """To the platform's consent page."""
    login = request.POST.get("login", "")
    found = connections.start(actor=request.actor, platform=platform, login=login, origin=OAuthState.Origin.SESSION)
    return redirect(found.auth_url)


@signed_in
def choose(request: SignedIn, choice_id: UUID) -> HttpResponse:
    """Which of the accounts that a consent reaches are connected: none without being ticked here."""
    try:
        found = connections.pending(actor=request.actor, choice_id=choice_id)
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("connections")
    ticked = {option.info.external_id for option in found.options if option.known}
    problem = ""
    if request.method == "POST":
        ticked = set(request.POST.getlist("account"))
        try:
            done = connections.choose(actor=request.actor, choice_id=choice_id, external_ids=ticked)
        except ValidationFailed as error:
            problem = error.message
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("connections")
        else:
            messages.success(request, connections.sentence(done))
            return redirect("connections")
    adapter = adapter_for(found.platform)
    context = {"choice": found, "label": adapter.label, "ticked": ticked, "problem": problem}
    return render(request, "publishing/choose.html", context, status=422 if problem else 200)


@require_POST
@signed_in
def check(request: SignedIn, account_id: UUID) -> HttpResponse:
    """Ask the platform again."""
    account = social_accounts.refresh_account(actor=request.actor, account_id=account_id)
    messages.success(request, f"{account.handle} works.")
    return redirect("connections")


@require_POST
@signed_in
def make_default(request: SignedIn, account_id: UUID) -> HttpResponse:
    account = social_accounts.make_default(actor=request.actor, account_id=account_id)
    messages.success(request, f"{account.handle} is the default account for {account.get_platform_display()}.")
    return redirect("connections")


@signed_in
def disconnect(request: SignedIn, account_id: UUID) -> HttpResponse:
    """First what it would stop, counted and listed; then, when the person insists, do it."""
    account = selectors.account(request.actor, account_id)
    if request.method == "POST":
        social_accounts.disconnect(actor=request.actor, account_id=account_id, confirmed=True)
        messages.success(request, f"{account.handle} is disconnected.")
        return redirect("connections")
    decision = may(request.actor, Action.MANAGE_CONNECTIONS)
    if not decision:
        messages.error(request, decision.reason)
        return redirect("connections")
    if account.status == AccountStatus.DISCONNECTED:
        messages.info(request, f"{account.handle} is disconnected already.")
        return redirect("connections")
    context = {
        "account": account,
        "stakes": selectors.stakes(request.actor).get(account.pk, selectors.Stakes()),
        "targets": selectors.at_stake(request.actor, account.pk)[:LISTED],
        "listed": LISTED,
    }
    return render(request, "publishing/disconnect.html", context)


urlpatterns = [
    path("settings/connections/", connections_page, name="connections"),
    path("connections/<str:platform>/start/", start, name="connection_start"),
    path("connections/<str:service>/key/", paste_key, name="connection_key"),
    path("connections/choose/<uuid:choice_id>/", choose, name="connection_choose"),
    path("connections/<uuid:account_id>/check/", check, name="connection_check"),
    path("connections/<uuid:account_id>/default/", make_default, name="connection_default"),
    path("connections/<uuid:account_id>/disconnect/", disconnect, name="connection_disconnect"),
]
