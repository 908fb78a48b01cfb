"""Every component in every state on one page. Only served in DEBUG; the browser tests look at it too."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core import clock
from core.errors import Conflict, DomainError, NotFound, PermissionDenied
from pages import chips
from platforms import CONNECTORS, choices

_LEVELS = {"info": messages.INFO, "success": messages.SUCCESS, "warning": messages.WARNING, "error": messages.ERROR}


class SampleForm(forms.Form):
    """One field of every kind the field component draws."""

    title = forms.CharField(max_length=60, help_text="People see this first.")
    caption = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    email = forms.EmailField(label="E-mail")
    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    goal = forms.ChoiceField(choices=[("reach", "Reach"), ("sales", "Sales")])
    platforms = forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, required=False)
    pace = forms.ChoiceField(choices=[("slow", "Slow"), ("fast", "Fast")], widget=forms.RadioSelect)
    file = forms.FileField(required=False)
    agree = forms.BooleanField(label="Keep me informed", help_text="At most one e-mail a week.", required=False)


def _context() -> dict[str, Any]:
    bad = SampleForm({"title": "x" * 70, "email": "not an address", "platforms": ["none"]})
    bad.is_valid()
    return {
        "empty_form": SampleForm(prefix="a"),
        "bad_form": bad,
        "states": list(chips.STATES),
        "platforms": list(CONNECTORS),
        "page": Paginator(range(470), 20).page(7),
        "now": clock.now() + timedelta(hours=3),
        "flow_links": {"video": "#", "strategy": "#"},
        "tokens": ("base-100", "base-200", "base-300", "primary", "accent", "success", "warning", "error", "info"),
    }


def styleguide(request: HttpRequest) -> HttpResponse:
    """The whole kit."""
    if level := request.GET.get("toast"):
        messages.add_message(request, _LEVELS.get(level, messages.INFO), f"A message of level {level}.")
    return render(request, "pages/styleguide.html", _context())


def fragment(request: HttpRequest) -> HttpResponse:
    """What an htmx request gets: the fragment, with messages as toasts."""
    messages.success(request, "The fragment was replaced.")
    return render(request, "pages/_styleguide_fragment.html", {"at": clock.now()})


def fail(request: HttpRequest, status: int) -> HttpResponse:
    """Raise a refusal, to see it as a page or as a toast."""
    errors: dict[int, DomainError] = {
        403: PermissionDenied("role", "Only admins connect accounts. Ask an admin of this workspace."),
        404: NotFound(),
        409: Conflict("stale", "Someone else saved this script a minute ago. Reload to see their version."),
    }
    raise errors.get(status) or RuntimeError("A failure on purpose.")
