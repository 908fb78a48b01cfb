"""Pages of scripts: the list, asking for one, and one with its two-column table, versions and exports."""

from collections.abc import Mapping
from itertools import zip_longest
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.policy import Action, may, require
from ai import gateway
from core.errors import Conflict, DomainError, NotFound, ValidationFailed
from jobs import selectors as jobs
from jobs.models import UNFINISHED
from pages import measured, versions
from pages.access import SignedIn, add_errors, signed_in
from pages.forms.strategies import PLATFORMS, ScriptForm
from pages.journey import steps_of
from pages.queries import whole
from scripts_app import segments, selectors, services
from scripts_app.models import Script
from scripts_app.purpose import PURPOSE
from scripts_app.schema import Role, ScriptContent, Segment
from scripts_app.selectors import Shown
from strategies import selectors as strategies
from strategies.models import Strategy
from strategies.viewsets import file_response

PER_PAGE = 20
UNDO_KEY = "script_undo"
ROLES = [(role.value, {"cta": "Call to action"}.get(role.value, role.value.capitalize())) for role in Role]
_MOST_ROWS = 120


@signed_in
@require_GET
def index(request: SignedIn) -> HttpResponse:
    """`/scripts/`: the list."""
    search, platform = request.GET.get("q", "")[:200], request.GET.get("platform", "")
    rows = selectors.scripts(request.actor, search=search, platform=platform)
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "search": search,
        "platform": platform,
        "platforms": PLATFORMS,
        "is_narrow": bool(search or platform),
        "may_write": bool(may(request.actor, Action.WRITE)),
        "undo": request.session.pop(UNDO_KEY, None) if not request.htmx else None,
    }
    response = render(request, "scripts/_list.html" if request.htmx else "scripts/list.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """`/scripts/new/?video=&strategy=`: concept, platform, length, and what to follow."""
    require(request.actor, Action.WRITE)
    chosen = set(request.POST.getlist("videos") if request.method == "POST" else request.GET.getlist("video"))
    known = strategies.strategies(request.actor, status=Strategy.Status.READY)
    strategy = request.GET.get("strategy", "")
    initial = {"strategy": strategy} if known.filter(pk__in=_uuids([strategy])).exists() else {}
    if initial and not chosen:
        chosen = {str(pk) for pk in known.filter(pk=strategy).values_list("videos", flat=True) if pk}
    form = ScriptForm(request.POST or None, initial=initial, videos=measured.videos(request.actor), strategies=known)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.generate(actor=request.actor, wait_s=0.0, **form.inputs())
        except ValidationFailed as error:
            add_errors(form, error)
        else:
            if not made.jobs:
                count = len(made.scripts)
                messages.success(request, "The script is ready." if count == 1 else f"{count} variations are ready.")
            return redirect("script_detail", pk=made.scripts[0].pk)
    context = {
        "form": form,
        "choices": measured.choices(request.actor, chosen),
        "offline": gateway.is_offline(PURPOSE),
    }
    return render(request, "scripts/new.html", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def show(request: SignedIn, pk: UUID) -> HttpResponse:
    """`/scripts/<id>/`: the table; `?version=` shows a former one."""
    shown = selectors.shown(request.actor, pk, number=whole(request.GET.get("version")))
    return _page(request, shown)


@signed_in
@require_POST
def save(request: SignedIn, pk: UUID) -> HttpResponse:
    """Save the table, or (with `do`) change its rows without saving yet."""
    require(request.actor, Action.WRITE)
    shown = selectors.shown(request.actor, pk)
    if shown.content is None:
        raise NotFound()
    expected = versions.sent(request.POST) or shown.script.version
    typed = read(shown.content, request.POST)
    if not typed.segments:
        refusal = ValidationFailed("script_segments_invalid", "A script needs at least one segment.")
        return _page(request, shown, version=expected, error=refusal)
    if request.POST.get("do"):
        return _page(request, shown, typed=_changed(typed, request.POST["do"]), version=expected, dirty=True)
    try:
        saved = services.edit(
            actor=request.actor,
            script_id=pk,
            version=expected,
            changes=typed.model_dump(mode="json", include={"title", "segments", "music"}),
        )
    except (ValidationFailed, Conflict) as refused:
        if isinstance(refused, Conflict):
            expected = versions.current(refused, expected)
            shown = selectors.shown(request.actor, pk)
        return _page(request, shown, typed=typed, version=expected, error=refused, dirty=True)
    is_new = saved.version != shown.script.version
    messages.success(request, "Saved as a new version." if is_new else "Nothing was changed.")
    return _done(request, pk)


@signed_in
@require_POST
def restore(request: SignedIn, pk: UUID, number: int) -> HttpResponse:
    """Make a former version the newest."""
    services.restore(actor=request.actor, script_id=pk, number=number)
    messages.success(request, f"Version {number} is the newest again, as a new version.")
    return redirect("script_detail", pk=pk)


@signed_in
@require_POST
def retry(request: SignedIn, pk: UUID) -> HttpResponse:
    """Try a failed generation again."""
    services.retry(actor=request.actor, script_id=pk)
    return _done(request, pk)


@signed_in
@require_GET
def export(request: SignedIn, pk: UUID, format_: str) -> HttpResponse:
    """`/scripts/<id>/export/<md|pdf|docx>/`."""
    wanted = whole(request.GET.get("version"))
    return file_response(selectors.export(request.actor, pk, format_=format_, number=wanted))


@signed_in
@require_POST
def delete(request: SignedIn, pk: UUID) -> HttpResponse:
    """Into the trash, with a way back on the list."""
    script = selectors.script(request.actor, pk)
    services.delete(actor=request.actor, script_id=pk)
    request.session[UNDO_KEY] = {"id": str(pk), "title": script.title}
    return redirect("scripts")


@signed_in
@require_POST
def undo(request: SignedIn, pk: UUID) -> HttpResponse:
    """Back from the trash."""
    services.undelete(actor=request.actor, script_id=pk)
    messages.success(request, "The script is back.")
    return redirect("script_detail", pk=pk)


def _uuids(values: list[str]) -> list[UUID]:
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found


def read(content: ScriptContent, data: Mapping[str, str]) -> ScriptContent:
    """The table as it was typed, timed by its lengths; not judged yet, so that a refusal can show it again."""
    count = min(_MOST_ROWS, whole(data.get("rows")) or 0)
    rows = [_row(data, index) for index in range(count)]
    lengths = [_number(data.get(f"seconds-{index}", "")) for index in range(count)]
    return ScriptContent.model_construct(
        title=data.get("title", content.title).strip(),
        segments=segments.retimed(rows, lengths) if rows else [],
        music=data.get("music", content.music).strip(),
        notes=content.notes,
        reasons=content.reasons,
    )


def _row(data: Mapping[str, str], index: int) -> Segment:
    role = data.get(f"role-{index}", "")
    return Segment.model_construct(
        start_time=0.0,
        end_time=1.0,
        role=Role(role) if role in Role._value2member_map_ else Role.POINT,
        visual=data.get(f"visual-{index}", "").strip(),
        audio=data.get(f"audio-{index}", "").strip(),
        text_overlay=data.get(f"overlay-{index}", "").strip(),
    )


def _number(text: str) -> float:
    try:
        return min(600.0, max(0.5, float(text.replace(",", "."))))
    except ValueError:
        return segments.NEW_SEGMENT_S


def _changed(content: ScriptContent, wish: str) -> ScriptContent:
    """`up:2`, `down:2`, `remove:2`, `add:2` (below row 2)."""
    what, _, where = wish.partition(":")
    found = whole(where)
    index = -1 if found is None else found
    rows = content.segments
    changed = {
        "up": lambda: segments.moved(rows, index, -1),
        "down": lambda: segments.moved(rows, index, 1),
        "remove": lambda: segments.removed(rows, index),
        "add": lambda: segments.added(rows, index),
    }.get(what, lambda: rows)()
    return content.model_copy(update={"segments": changed[:_MOST_ROWS]})


def _done(request: SignedIn, pk: UUID) -> HttpResponse:
    if request.htmx:
        return _page(request, selectors.shown(request.actor, pk))
    return redirect("script_detail", pk=pk)


def _page(
    request: SignedIn,
    shown: Shown,
    *,
    typed: ScriptContent | None = None,
    version: int = 0,
    error: DomainError | None = None,
    dirty: bool = False,
) -> HttpResponse:
    script = shown.script
    may_write = bool(may(request.actor, Action.WRITE))
    content = typed or shown.content
    rate = shown.words_per_min
    job = jobs.jobs_about(request.actor, ("script", script.pk)).filter(status__in=UNFINISHED).first()
    context = {
        "shown": shown,
        "script": script,
        "content": content,
        "rows": [(row, segments.words_that_fit(row.seconds, rate)) for row in content.segments] if content else [],
        "total_fit": segments.words_that_fit(content.duration, rate) if content else 0,
        "rate": rate,
        "roles": ROLES,
        "warnings": segments.warnings(content, rate) if content else [],
        "versions": list(selectors.versions(request.actor, script)),
        "variations": list(selectors.variations(request.actor, script)),
        "may_write": may_write,
        "may_edit": may_write and shown.newest,
        "version": version or script.version,
        "error": error,
        "stale": _stale(error, version, shown, typed),
        "dirty": dirty,
        "job": job,
        "offline": bool(shown.version and shown.version.provenance.get("offline")),
        "edit_url": _edit_url(script),
        "links": _links(script),
        "ahead": {"edit": edit_url} if (edit_url := _edit_url(script)) else {},
    }
    if request.htmx and request.GET.get("waiting") and content and job is None:
        # The page's head has other actions now; only a whole load shows them.
        return HttpResponse(headers={"HX-Refresh": "true"})
    template = "scripts/_script.html" if request.htmx else "scripts/detail.html"
    response = render(request, template, context, status=422 if error else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _stale(error: DomainError | None, version: int, shown: Shown, typed: ScriptContent | None) -> versions.Stale | None:
    """Both tables, when somebody saved meanwhile."""
    if not isinstance(error, Conflict) or typed is None or shown.content is None:
        return None
    rows = zip_longest(map(_said, typed.segments), map(_said, shown.content.segments), fillvalue="")
    both = [
        ("Title", typed.title, shown.content.title),
        ("Music", typed.music, shown.content.music),
        *((f"Segment {number}", yours, theirs) for number, (yours, theirs) in enumerate(rows, start=1)),
    ]
    return versions.stale(error, version, reverse("script_detail", args=[shown.script.pk]), both)


def _said(segment: Segment) -> str:
    """A row in lines: its length and part, then what is said, shown and written."""
    parts = {"Said": segment.audio, "Shown": segment.visual, "On screen": segment.text_overlay}
    head = f"{segment.seconds:g} s, {dict(ROLES)[segment.role.value]}"
    return "\n".join([head, *(f"{label}: {text}" for label, text in parts.items() if text)])


def _edit_url(script: Script) -> str:
    """Where the script becomes an edit; the page of edits takes the script and its video."""
    video = f"&video={script.video_id}" if script.video_id else ""
    return f"{reverse('edit_new')}?script={script.pk}{video}"


def _links(script: Script) -> dict[str, str]:
    """The pages of what the script was made from."""
    found = steps_of(script.video)
    if script.strategy is not None and script.strategy.deleted_at is None:
        found["strategy"] = reverse("strategy_detail", args=[script.strategy_id])
    return found


urlpatterns = [
    path("scripts/", index, name="scripts"),
    path("scripts/new/", new, name="script_new"),
    path("scripts/<uuid:pk>/", show, name="script_detail"),
    path("scripts/<uuid:pk>/save/", save, name="script_save"),
    path("scripts/<uuid:pk>/versions/<int:number>/restore/", restore, name="script_restore"),
    path("scripts/<uuid:pk>/export/<slug:format_>/", export, name="script_export"),
    path("scripts/<uuid:pk>/retry/", retry, name="script_retry"),
    path("scripts/<uuid:pk>/delete/", delete, name="script_delete"),
    path("scripts/<uuid:pk>/undo/", undo, name="script_undo"),
]
