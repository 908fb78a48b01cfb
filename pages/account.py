"""Signing up, in and out; passwords; e-mail proof; invitations."""

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import rate_limits
from accounts.middleware import SESSION_KEY
from accounts.models import User, normalise_email
from accounts.services import addresses, passwords, registration, workspaces
from core import client_address
from core.errors import DomainError, Throttled, ValidationFailed
from pages.access import add_errors
from pages.forms.account import ForgotForm, LoginForm, ResetForm, SignUpForm

BACKEND = "django.contrib.auth.backends.ModelBackend"


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    # A word without a slash would be taken for the name of a view.
    safe = "/" in wanted and url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else reverse("dashboard")


@sensitive_post_parameters("password")
@never_cache
def signup(request: HttpRequest) -> HttpResponse:
    """A new person with a personal workspace; an invited address joins the inviter's workspace next."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(_next(request))
    form = SignUpForm(request.POST or None, initial={"email": request.GET.get("email", "")})
    if request.method == "POST" and not rate_limits.within(
        rate_limits.SIGN_UPS_OF_CLIENT, client_address.network(request)
    ):
        return _too_often(request, rate_limits.SIGN_UPS_OF_CLIENT.seconds)
    if request.method == "POST" and form.is_valid():
        try:
            user = registration.register(**form.cleaned_data)
        except ValidationFailed as error:
            add_errors(form, error)
        else:
            login(request, user, backend=BACKEND)
            messages.success(request, "Welcome. We sent you a link to confirm your e-mail address.")
            return HttpResponseRedirect(_next(request))
    status = 422 if form.is_bound else 200
    return render(request, "account/signup.html", {"form": form, "next": _next(request)}, status=status)


@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """By e-mail and password; one sentence whichever of the two is wrong."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(_next(request))
    form = LoginForm(request.POST or None)
    if request.method == "POST" and not rate_limits.within(
        rate_limits.SIGN_INS_OF_CLIENT, client_address.network(request)
    ):
        return _too_often(request, rate_limits.SIGN_INS_OF_CLIENT.seconds)
    if request.method == "POST" and form.is_valid():
        user = authenticate(
            request,
            username=normalise_email(form.cleaned_data["email"]),
            password=form.cleaned_data["password"],
        )
        if isinstance(user, User):
            login(request, user)
            return HttpResponseRedirect(_next(request))
        form.add_error(None, "The e-mail address or the password is not right.")
    status = 422 if form.is_bound else 200
    return render(request, "account/login.html", {"form": form, "next": _next(request)}, status=status)


def _too_often(request: HttpRequest, seconds: int) -> HttpResponse:
    message = f"Too many tries from here. Try again in {seconds // 60} minutes."
    response = render(request, "account/locked.html", {"message": message}, status=Throttled.status)
    response["Retry-After"] = str(seconds)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("landing")


def password_reset(request: HttpRequest) -> HttpResponse:
    """Ask for a reset link; the answer never tells whether the address is known."""
    form = ForgotForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        passwords.forgot(email=form.cleaned_data["email"], client=client_address.network(request))
        return render(request, "account/password_reset_sent.html", {"email": form.cleaned_data["email"]})
    status = 422 if form.is_bound else 200
    return render(request, "account/password_reset.html", {"form": form}, status=status)


@sensitive_post_parameters("password")
@never_cache
def password_reset_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a new password with the mailed link."""
    try:
        passwords.user_of_reset_token(token)
    except ValidationFailed as error:
        return render(request, "account/link_dead.html", {"message": error.message}, status=410)
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            passwords.reset(token=token, password=form.cleaned_data["password"])
        except ValidationFailed as error:
            add_errors(form, error)
        else:
            messages.success(request, "Your password is set. Sign in with it.")
            return redirect("login")
    status = 422 if form.is_bound else 200
    return render(request, "account/password_reset_confirm.html", {"form": form}, status=status)


def verify_email(request: HttpRequest, token: str) -> HttpResponse:
    """The proof link. Opening it twice is harmless, so a GET may do it."""
    try:
        addresses.prove(token=token)
    except ValidationFailed as error:
        return render(request, "account/link_dead.html", {"message": error.message}, status=410)
    messages.success(request, "Your e-mail address is confirmed.")
    return redirect("dashboard" if request.user.is_authenticated else "login")


def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites to what, and accept."""
    try:
        found = workspaces.open_invitation(token)
        if request.method == "POST" and isinstance(request.user, User):
            membership = workspaces.accept(user=request.user, token=token)
            request.session[SESSION_KEY] = str(membership.workspace_id)
            messages.success(request, f"You joined {found.workspace.name} as {membership.get_role_display().lower()}.")
            return redirect("dashboard")
    except DomainError as error:
        return render(request, "account/link_dead.html", {"message": error.message}, status=error.status)
    return render(request, "account/invitation.html", {"invitation": found, "token": token})


urlpatterns = [
    path("account/signup/", signup, name="signup"),
    path("account/login/", sign_in, name="login"),
    path("account/logout/", sign_out, name="logout"),
    path("account/password/reset/", password_reset, name="password_reset"),
    path("account/password/reset/<str:token>/", password_reset_confirm, name="password_reset_confirm"),
    path("account/verify-email/<str:token>/", verify_email, name="verify_email"),
    path("account/invite/<str:token>/", invitation, name="invitation"),
]
