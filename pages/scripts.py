"""Pages of scripts: asking for one, and its two-column table."""

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.policy import Action, may, require
from ai import gateway
from core.errors import Conflict, DomainError, NotFound, ValidationFailed
from jobs.models import Job
from pages import edit_conflicts, video_choices
from pages.access import SignedIn, add_errors, signed_in
from pages.documents import DocumentPages
from pages.forms.strategies import ScriptForm
from pages.query_params import ids, whole
from pages.workflow_steps import steps_of
from patterns.selectors import analysed_videos
from scripts_app import segments, selectors, services
from scripts_app.document import SCRIPT, Shown
from scripts_app.models import Script
from scripts_app.purpose import PURPOSE
from scripts_app.schema import Role, ScriptContent, Segment
from strategies import selectors as strategies
from strategies.models import Strategy

ROLES = [(role.value, {"cta": "Call to action"}.get(role.value, role.value.capitalize())) for role in Role]
_MOST_ROWS = 120


class ScriptPages(DocumentPages):
    """Scripts; the page of an editor is the form of the table."""

    kind = SCRIPT
    rows = staticmethod(selectors.scripts)
    participle = "written"
    searched = "Title, concept"

    def context(
        self,
        request: SignedIn,
        shown: Shown,
        *,
        job: Job | None,
        error: DomainError | None = None,
        typed: ScriptContent | None = None,
        version: int = 0,
        dirty: bool = False,
    ) -> dict[str, Any]:
        script, content, rate = shown.script, typed or shown.content, shown.words_per_min
        edit_url = _edit_url(script)
        return {
            "content": content,
            "rows": [(row, segments.words_that_fit(row.seconds, rate)) for row in content.segments] if content else [],
            "total_fit": segments.words_that_fit(content.duration, rate) if content else 0,
            "rate": rate,
            "roles": ROLES,
            "warnings": segments.warnings(content, rate) if content else [],
            "variations": list(selectors.variations(request.actor, script)),
            "may_edit": shown.newest and bool(may(request.actor, Action.WRITE)),
            "version": version or script.version,
            "stale": _stale(error, version, shown, typed),
            "dirty": dirty,
            "edit_url": edit_url,
            "links": _links(script),
            "ahead": {"edit": edit_url},
        }


pages = ScriptPages()


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """`/scripts/new/?video=&strategy=`: concept, platform, length, and what to follow."""
    require(request.actor, Action.WRITE)
    chosen = ids(request.POST.getlist("videos") if request.method == "POST" else request.GET.getlist("video"))
    strategy = _uuid(request.GET.get("strategy", ""))
    made_from = strategies.video_ids(request.actor, strategy) if strategy else None
    form = ScriptForm(
        request.POST or None,
        initial={} if made_from is None else {"strategy": strategy},
        videos=analysed_videos(request.actor, archived=False),
        strategies=strategies.strategies(request.actor, status=Strategy.Status.READY),
    )
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
        "choices": video_choices.choices(request.actor, chosen or made_from or []),
        "offline": gateway.is_offline(PURPOSE),
    }
    return render(request, "scripts/new.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def save(request: SignedIn, pk: UUID) -> HttpResponse:
    """Save the table, or (with `do`) change its rows without saving yet."""
    require(request.actor, Action.WRITE)
    shown = selectors.shown(request.actor, pk)
    if shown.content is None:
        raise NotFound()
    expected = edit_conflicts.sent(request.POST) or shown.script.version
    typed = read(shown.content, request.POST)
    if not typed.segments:
        refusal = ValidationFailed("script_segments_invalid", "A script needs at least one segment.")
        return pages.page(request, shown, version=expected, error=refusal)
    if request.POST.get("do"):
        return pages.page(request, shown, typed=_changed(typed, request.POST["do"]), version=expected, dirty=True)
    try:
        saved = services.edit(
            actor=request.actor,
            document_id=pk,
            version=expected,
            changes=typed.model_dump(mode="json", include={"title", "segments", "music"}),
        )
    except (ValidationFailed, Conflict) as refused:
        if isinstance(refused, Conflict):
            expected = edit_conflicts.current(refused, expected)
            shown = selectors.shown(request.actor, pk)
        return pages.page(request, shown, typed=typed, version=expected, error=refused, dirty=True)
    is_new = saved.version != shown.script.version
    messages.success(request, "Saved as a new version." if is_new else "Nothing was changed.")
    return pages.done(request, pk)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


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


def _stale(
    error: DomainError | None, version: int, shown: Shown, typed: ScriptContent | None
) -> edit_conflicts.Stale | None:
    """Both tables, when somebody saved meanwhile."""
    if not isinstance(error, Conflict) or typed is None or shown.content is None:
        return None
    rows = zip_longest(map(_said, typed.segments), map(_said, shown.content.segments), fillvalue="")
    both = [
        ("Title", typed.title, shown.content.title),
        ("Music", typed.music, shown.content.music),
        *((f"Segment {number}", yours, theirs) for number, (yours, theirs) in enumerate(rows, start=1)),
    ]
    return edit_conflicts.stale(error, version, reverse("script_detail", args=[shown.script.pk]), both)


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


urlpatterns = pages.urls(
    path("scripts/new/", new, name="script_new"),
    path("scripts/<uuid:pk>/save/", save, name="script_save"),
)
