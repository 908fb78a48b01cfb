"""The account area: profile, preferences, team, workspaces."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import selectors
from accounts.middleware import SESSION_KEY
from accounts.models import Role, normalise_email
from accounts.policy import Action, may
from accounts.services import addresses, passwords, profile, registration, workspaces
from core.errors import Conflict, DomainError, ValidationFailed
from pages.access import SignedIn, add_errors, signed_in
from pages.forms.account import (
    InviteForm,
    PasswordForm,
    PreferencesForm,
    ProfileForm,
    WorkspaceForm,
)
from pages.page_frame import THEME_COOKIE


@sensitive_post_parameters("current_password", "new_password", "password_for_email")
@signed_in
def profile_page(request: SignedIn) -> HttpResponse:
    """Name, address and password; two forms on one page, told apart by the button's name."""
    user = request.user
    about = ProfileForm(
        request.POST if "save_profile" in request.POST else None, initial={"name": user.name, "email": user.email}
    )
    secret = PasswordForm(request.POST if "save_password" in request.POST else None)
    try:
        if about.is_bound and about.is_valid():
            messages.success(request, _save_profile(request, about.cleaned_data))
            return redirect("profile")
        if secret.is_bound and secret.is_valid():
            user = passwords.change(
                actor=request.actor,
                current=secret.cleaned_data["current_password"],
                new=secret.cleaned_data["new_password"],
            )
            update_session_auth_hash(request, user)
            messages.success(request, "Your password is changed. API sign-ins made with the old one have ended.")
            return redirect("profile")
    except ValidationFailed as error:
        add_errors(about if about.is_bound else secret, error)
    bad = about.is_bound or secret.is_bound
    context = {"profile_form": about, "password_form": secret}
    return render(request, "settings/profile.html", context, status=422 if bad else 200)


def _save_profile(request: SignedIn, given: dict[str, str]) -> str:
    """Save the name, ask for the new address; the sentence about both."""
    if normalise_email(given["email"]) == request.user.email:
        profile.update_profile(actor=request.actor, name=given["name"])
        return "Your profile is saved."
    field = "password_for_email"
    asked = addresses.ask(actor=request.actor, email=given["email"], password=given[field], field=field)
    profile.update_profile(actor=request.actor, name=given["name"])
    return f"Your profile is saved. We sent a link to {asked}: your address changes when you open it."


@require_POST
@signed_in
def send_verification(request: SignedIn) -> HttpResponse:
    registration.ask_verification(actor=request.actor)
    messages.success(request, f"A new link is on its way to {request.user.email}.")
    return redirect("profile")


@signed_in
def preferences_page(request: SignedIn) -> HttpResponse:
    """Time zone, language, formats, appearance."""
    current = selectors.preferences_of(request.user)
    fields = ("timezone", "language", "week_start", "hour_format", "theme")
    form = PreferencesForm(
        request.POST if "save_preferences" in request.POST else None,
        initial={field: getattr(current, field) for field in fields},
    )
    try:
        if form.is_bound and form.is_valid():
            changed = profile.update_preferences(actor=request.actor, **form.cleaned_data)
            messages.success(request, "Your preferences are saved.")
            response = redirect("preferences")
            _remember_theme(response, changed.theme)
            return response
    except ValidationFailed as error:
        add_errors(form, error)
    context = {"form": form}
    return render(request, "settings/preferences.html", context, status=422 if form.is_bound else 200)


def _remember_theme(response: HttpResponse, theme: str) -> None:
    if theme in ("light", "dark"):
        response.set_cookie(THEME_COOKIE, theme, max_age=365 * 24 * 3600, samesite="Lax")
    else:
        response.delete_cookie(THEME_COOKIE)


@signed_in
def team_page(request: SignedIn) -> HttpResponse:
    """Who works in this workspace, with which role; invite, change, remove."""
    manages = may(request.actor, Action.MANAGE_PEOPLE)
    form = InviteForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            invited = workspaces.invite(actor=request.actor, **form.cleaned_data)
        except ValidationFailed as error:
            add_errors(form, error)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"The invitation for {invited.email} is on its way.")
            return redirect("team")
    context = {
        "form": form,
        "manages": manages,
        "members": selectors.members(request.actor),
        "invitations": selectors.open_invitations(request.actor),
        "roles": Role.choices,
        "workspace_form": WorkspaceForm(initial={"name": selectors.workspace(request.actor).name}),
    }
    return render(request, "settings/team.html", context, status=422 if form.is_bound else 200)


@require_POST
@signed_in
def member_change(request: SignedIn, membership_id: UUID) -> HttpResponse:
    """Another role for a member, or out."""
    try:
        if "remove" in request.POST:
            workspaces.remove(actor=request.actor, membership_id=membership_id)
            messages.success(request, "The member was removed.")
        else:
            changed = workspaces.change_role(
                actor=request.actor, membership_id=membership_id, role=request.POST.get("role", "")
            )
            messages.success(request, f"The role is now {changed.get_role_display().lower()}.")
    except (Conflict, ValidationFailed) as error:
        messages.error(request, error.message)
    return redirect("team")


@require_POST
@signed_in
def workspace_rename(request: SignedIn) -> HttpResponse:
    try:
        workspaces.rename(actor=request.actor, name=request.POST.get("name", ""))
        messages.success(request, "The workspace is renamed.")
    except ValidationFailed as error:
        messages.error(request, error.message)
    return redirect("team")


@require_POST
@signed_in
def workspace_new(request: SignedIn) -> HttpResponse:
    try:
        made = workspaces.create(user=request.user, name=request.POST.get("name", ""))
    except ValidationFailed as error:
        messages.error(request, error.message)
        return redirect("team")
    request.session[SESSION_KEY] = str(made.pk)
    messages.success(request, f"{made.name} is ready.")
    return redirect("dashboard")


urlpatterns = [
    path("settings/profile/", profile_page, name="profile"),
    path("settings/profile/verify/", send_verification, name="send_verification"),
    path("settings/preferences/", preferences_page, name="preferences"),
    path("settings/team/", team_page, name="team"),
    path("settings/team/rename/", workspace_rename, name="workspace_rename"),
    path("settings/team/<uuid:membership_id>/", member_change, name="member_change"),
    path("settings/workspaces/", workspace_new, name="workspace_new"),
]
