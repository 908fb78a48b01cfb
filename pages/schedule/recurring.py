"""Recurring posts: the list of rules, making, changing and stopping one, and the posts that it has made."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts import policy
from accounts.policy import Action
from core import clock
from core.errors import Conflict, ValidationFailed
from core.ids import uuid7
from pages import edit_conflicts
from pages.access import SignedIn, add_errors, signed_in
from pages.forms.recurring import RecurringForm, of_new, of_rule
from pages.query_params import ids
from publishing import selectors
from publishing.errors import PublishingError
from publishing.models import RecurringState
from publishing.schedule import recurring as reading
from publishing.schedule import walltime
from publishing.schedule.recurrence import Pattern
from publishing.services import recurring
from publishing.services.recurring import Changed

PER_PAGE = 20


@signed_in
def recurring_posts(request: SignedIn) -> HttpResponse:
    """Every rule, newest first."""
    page = Paginator(reading.rules(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(rule, Pattern.of(rule)) for rule in page]
    return render(request, "publishing/recurring/list.html", {"page": page, "rows": rows})


@signed_in
def recurring_post(request: SignedIn, rule_id: UUID) -> HttpResponse:
    """One rule with its posts, latest first."""
    rule = reading.rule(request.actor, rule_id)
    page = Paginator(reading.occurrences(request.actor, rule.pk), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "rule": rule, "pattern": Pattern.of(rule), "page": page, "active": rule.state == RecurringState.ACTIVE,
        "may_plan": bool(policy.may(request.actor, Action.PUBLISH)),
    }  # fmt: skip
    return render(request, "publishing/recurring/detail.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def post_repeat(request: SignedIn, post_id: UUID) -> HttpResponse:
    """Repeat a post: the form, and what it makes. The page's key makes a second press the same rule."""
    post = selectors.post(request.actor, post_id)
    policy.require(request.actor, Action.PUBLISH)
    zone = request.preferences.timezone
    form = RecurringForm(
        request.POST if request.method == "POST" else None, zone=zone, texts=1,
        initial=of_new(post.text, walltime.to_wall(clock.now(), zone).date()),
    )  # fmt: skip
    key = next(iter(ids([request.POST.get("key", "")])), None) or uuid7()
    if form.is_bound and form.is_valid():
        try:
            found = recurring.create(
                actor=request.actor, post_id=post.pk, pattern=form.pattern(), texts=form.texts(), rule_id=key
            )
        except ValidationFailed as error:
            _refused(form, error)
        else:
            return _done(request, found, "The first post is planned, and more follow in a moment.")
    context = {"post": post, "form": form, "key": key}
    return render(request, "publishing/recurring/new.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def recurring_edit(request: SignedIn, rule_id: UUID) -> HttpResponse:
    """Change a rule and its posts that are still to come."""
    rule = reading.rule(request.actor, rule_id)
    policy.require(request.actor, Action.PUBLISH)
    data = request.POST if request.method == "POST" else None
    form = RecurringForm(data, zone=rule.zone, texts=len(rule.texts), initial=of_rule(rule))
    version, stale = edit_conflicts.sent(request.POST) or rule.version, None
    if form.is_bound and form.is_valid():
        try:
            found = recurring.update(
                actor=request.actor, rule_id=rule.pk, version=version, pattern=form.pattern(), texts=form.texts()
            )
        except ValidationFailed as error:
            _refused(form, error)
        except Conflict as error:
            if error.code == PublishingError.STALE_VERSION and "current" in error.details:
                theirs = reading.rule(request.actor, rule_id)
                version = theirs.version
                differences = edit_conflicts.rows_of(form, of_rule(theirs))
                address = reverse("recurring_post_edit", args=[rule_id])
                stale = edit_conflicts.stale(error, version, address, differences)
            else:
                form.add_error(None, error.message)
        else:
            return _done(request, found, "Saved. What is planned follows the rule as it is now.")
    context = {"rule": rule, "form": form, "version": version, "stale": stale}
    return render(request, "publishing/recurring/edit.html", context, status=422 if form.is_bound else 200)


@require_POST
@signed_in
def recurring_stop(request: SignedIn, rule_id: UUID) -> HttpResponse:
    """Make no more posts; what is planned is deleted, or kept."""
    keep = request.POST.get("planned") == "keep"
    found = recurring.stop(actor=request.actor, rule_id=rule_id, keep_planned=keep)
    words = "Stopped. What is planned still goes out." if keep else "Stopped. Nothing more of it goes out."
    return _done(request, found, words)


def _done(request: SignedIn, found: Changed, words: str) -> HttpResponse:
    for note in found.notes:
        messages.info(request, note)
    messages.success(request, words)
    return redirect("recurring_post", found.rule.pk)


def _refused(form: RecurringForm, error: ValidationFailed) -> None:
    """At its field where the form has it; what platforms would refuse stands above the form, thing by thing."""
    if error.code == PublishingError.NOT_READY:
        for problem in error.details.get("problems", []):
            form.add_error(None, problem["message"])
    else:
        add_errors(form, error)
