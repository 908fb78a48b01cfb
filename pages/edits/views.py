"""The views of edits: the list, and a workflow of four steps: source, formats, preview, making and results."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.policy import Action, may
from core.errors import Conflict, DomainError, PermissionDenied, ValidationFailed
from editing import selectors, services
from editing.errors import EditingError
from editing.models import Edit
from editing.planners import Wish
from editing.requests import EditRequest
from editing.selectors import Filters
from editing.services.renders import expected_duration
from jobs.models import UNFINISHED, Job
from pages import edit_conflicts
from pages.access import SignedIn, add_errors, signed_in
from pages.edits import results
from pages.forms.edits import DEFAULT_FORMATS, FormatsForm, SourceForm, initial_formats, initial_source
from scripts_app import selectors as script_selectors
from videos import selectors as video_selectors

PER_PAGE: Final = 24
STEPS: Final = ("source", "formats", "preview", "making")
STEP_LABELS: Final = "Source and script|Formats|Preview|Make it"


@signed_in
@require_GET
def index(request: SignedIn) -> HttpResponse:
    """`/edits/`: all edits, filtered as the address says."""
    state = request.GET.get("state", "")
    filters = Filters(search=request.GET.get("q", "")[:200], state=state if state in Edit.State.values else "")
    page = Paginator(selectors.edits(request.actor, filters), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "cards": [(edit, results.poster(edit), results.ready(edit)) for edit in page],
        "filters": filters,
        "states": Edit.State.choices,
        "may_write": bool(may(request.actor, Action.WRITE)),
    }
    response = render(request, "edits/_list.html" if request.htmx else "edits/list.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """`/edits/new/?video=&script=`: the first step; what comes of it is a draft."""
    initial = {"video": request.GET.get("video"), "script": request.GET.get("script")}
    form = _source_form(request, initial)
    if request.method == "POST" and form.is_valid():
        wishes = [Wish(aspect) for aspect in DEFAULT_FORMATS]
        try:
            edit = services.draft(actor=request.actor, request=form.request(wishes))
        except DomainError as error:
            _explain(form, error)
        else:
            return redirect(_address(edit, "formats"))
    videos = form.fields["video"].queryset  # type: ignore[attr-defined]
    context = {"form": form, "has_videos": videos.exists(), "steps": STEP_LABELS, "step": "source", "number": 1}
    return render(request, "edits/new.html", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def show(request: SignedIn, edit_id: UUID) -> HttpResponse:
    """`/edits/<id>/`: the step that the edit is at, or the one that `?step=` asks for."""
    edit = selectors.edit(request.actor, edit_id)
    return _page(request, edit, _step(edit, request.GET.get("step", "")))


@signed_in
@require_POST
def source(request: SignedIn, edit_id: UUID) -> HttpResponse:
    """Another video, script or length."""
    edit = selectors.edit(request.actor, edit_id)
    former = EditRequest.from_json(edit.request)
    form = _source_form(request, {})
    return _replan(request, edit, form, lambda: form.request(former.formats, former), here="source", then="formats")


@signed_in
@require_POST
def formats(request: SignedIn, edit_id: UUID) -> HttpResponse:
    """Other formats."""
    edit = selectors.edit(request.actor, edit_id)
    form = FormatsForm(request.POST)
    former = EditRequest.from_json(edit.request)
    return _replan(request, edit, form, lambda: form.request(former), here="formats", then="preview")


@signed_in
@require_POST
def preview(request: SignedIn, edit_id: UUID) -> HttpResponse:
    """Make small versions."""
    return _act(request, edit_id, lambda: services.preview(actor=request.actor, edit_id=edit_id), "preview")


@signed_in
@require_POST
def make(request: SignedIn, edit_id: UUID) -> HttpResponse:
    """Render all outputs, or the one that the form names."""
    keys = [request.POST["key"]] if request.POST.get("key") else None
    return _act(request, edit_id, lambda: services.render(actor=request.actor, edit_id=edit_id, keys=keys), "")


@signed_in
@require_POST
def cancel(request: SignedIn, edit_id: UUID) -> HttpResponse:
    """Stop the render."""
    return _act(request, edit_id, lambda: services.cancel(actor=request.actor, edit_id=edit_id), "")


@signed_in
@require_POST
def delete(request: SignedIn, edit_id: UUID) -> HttpResponse:
    """Delete an edit with its files."""
    try:
        services.delete(actor=request.actor, edit_id=edit_id)
    except (Conflict, PermissionDenied) as error:
        if "uses" in error.details:
            raise
        messages.error(request, error.message)
        return redirect("edit_detail", edit_id)
    messages.success(request, "The edit and its files are deleted.")
    return redirect("edits")


@signed_in
@require_GET
def fragment(request: SignedIn, edit_id: UUID) -> HttpResponse:
    """What changes while jobs run: previews in step 3, progress and results in step 4."""
    edit = selectors.edit(request.actor, edit_id)
    step = "preview" if request.GET.get("step") == "preview" else "making"
    template = "edits/_previews.html" if step == "preview" else "edits/_making.html"
    response = render(request, template, _context(request, edit, step))
    patch_vary_headers(response, ["HX-Request"])
    return response


def _page(request: SignedIn, edit: Edit, step: str, form: Form | None = None) -> HttpResponse:
    # What happens between drawing the page and its subscription is not told: the page asks once more after a moment.
    context = _context(request, edit, step) | {"is_page": True}
    if form is not None:
        context["form"] = form
    response = render(request, "edits/edit.html", context, status=422 if form is not None and form.errors else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _context(request: SignedIn, edit: Edit, step: str) -> dict[str, Any]:
    plan = edit.edit_plan
    context: dict[str, Any] = {
        "edit": edit,
        "plan": plan,
        "step": step,
        "number": STEPS.index(step) + 1,
        "steps": STEP_LABELS,
        "may_write": bool(may(request.actor, Action.WRITE)),
        "links": results.links(edit),
    }
    asked = EditRequest.from_json(edit.request)
    if step == "source":
        context["form"] = _source_form(request, dict(initial_source(asked, edit.plan_version)), bind=False)
    elif step == "formats":
        context["form"] = FormatsForm(initial=initial_formats(asked, edit.plan_version))
        context["frames"] = results.frames(edit, plan)
    elif step == "preview":
        context |= {
            "frames": results.frames(edit, plan),
            "job": _running(edit, preview=True),
            "rows": results.rows(plan),
        }
    else:
        job = _running(edit)
        minutes = max(1, round(expected_duration(edit).total_seconds() / 60))
        context |= {"job": job, "results": results.results(edit), "minutes": minutes, "rows": results.rows(plan)}
    return context


def _step(edit: Edit, asked: str) -> str:
    if edit.is_busy:
        return "making"
    if asked in STEPS:
        return asked
    return "formats" if edit.state == Edit.State.DRAFT else "making"


def _replan(
    request: SignedIn, edit: Edit, form: Any, wanted: Callable[[], EditRequest], *, here: str, then: str
) -> HttpResponse:
    if not form.is_valid():
        return _page(request, edit, here, form)
    try:
        changed = services.plan_again(
            actor=request.actor, edit_id=edit.pk, request=wanted(), version=form.cleaned_data.get("version")
        )
    except DomainError as error:
        if isinstance(error, Conflict) and error.code == EditingError.STALE:
            return _both(request, selectors.edit(request.actor, edit.pk), form, error, here)
        _explain(form, error)
        return _page(request, edit, here, form)
    return redirect(_address(changed, then))


def _both(request: SignedIn, edit: Edit, form: Form, error: Conflict, here: str) -> HttpResponse:
    """Somebody planned the edit again meanwhile: their choices beside those of the form."""
    asked = EditRequest.from_json(edit.request)
    theirs: Mapping[str, Any] = (
        initial_source(asked, edit.plan_version) if here == "source" else initial_formats(asked, edit.plan_version)
    )
    edit_conflicts.at_version(form, edit.plan_version)
    rows = edit_conflicts.rows_of(form, theirs)
    context = _context(request, edit, here) | {"is_page": True, "form": form}
    context["stale"] = edit_conflicts.stale(error, edit.plan_version, _address(edit, here), rows)
    return render(request, "edits/edit.html", context, status=422)


def _act(request: SignedIn, edit_id: UUID, act: Callable[[], Edit], step: str) -> HttpResponse:
    try:
        edit = act()
    except DomainError as error:
        messages.error(request, error.message)
        edit = selectors.edit(request.actor, edit_id)
    return redirect(_address(edit, step))


def _explain(form: Form, error: DomainError) -> None:
    if isinstance(error, ValidationFailed):
        add_errors(form, error)
    else:
        form.add_error(None, error.message)


def _source_form(request: SignedIn, initial: dict[str, Any], *, bind: bool = True) -> SourceForm:
    # An archived video is not offered; an edit that is made from one keeps it.
    kept = initial.get("video") if initial.get("version") else None
    videos = video_selectors.editable(request.actor, with_archived=kept)
    scripts = script_selectors.scripts(request.actor, status="ready")
    data = request.POST if bind and request.method == "POST" else None
    return SourceForm(data, initial=initial, videos=videos, scripts=scripts)


def _running(edit: Edit, *, preview: bool = False) -> Job | None:
    job = selectors.job_of(edit, preview=preview)
    return job if job is not None and job.status in UNFINISHED else None


def _address(edit: Edit, step: str) -> str:
    url = reverse("edit_detail", args=[edit.pk])
    return f"{url}?step={step}" if step else url
