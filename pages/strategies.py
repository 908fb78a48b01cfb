"""Pages of strategies: asking for one, its sections, and comparing its versions."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.policy import Action, may, require
from ai import gateway
from core.actor import Actor
from core.errors import Conflict, NotFound, ValidationFailed
from jobs.models import Job
from pages import edit_conflicts, strategy_sections, video_choices
from pages.access import SignedIn, add_errors, signed_in
from pages.documents import DocumentPages
from pages.forms.strategies import StrategyForm
from pages.query_params import ids
from pages.workflow_steps import steps_of
from patterns.selectors import analysed_videos
from scripts_app import selectors as scripts
from strategies import selectors, services
from strategies.document import STRATEGY, Shown
from strategies.errors import StrategyError
from strategies.purpose import PURPOSE
from strategies.schema import SECTIONS


class StrategyPages(DocumentPages):
    """Strategies; `?edit=` opens a section's form."""

    kind = STRATEGY
    rows = staticmethod(selectors.strategies)
    participle = "made"
    searched = "Title, niche"
    compares = True

    def index(self, request: SignedIn) -> HttpResponse:
        """The list; `?video=` leads on to the form with that video chosen."""
        if request.GET.get("video"):
            return redirect(f"{reverse('strategy_new')}?{request.GET.urlencode()}")
        return super().index(request)

    def context(
        self,
        request: SignedIn,
        shown: Shown,
        *,
        job: Job | None,
        error: Exception | None = None,
        edit: str | None = None,
        typed: Any = None,
        focus: str = "",
    ) -> dict[str, Any]:
        may_edit = shown.newest and bool(may(request.actor, Action.WRITE))
        edit = request.GET.get("edit", "") if edit is None else edit
        edit = edit if edit in SECTIONS and may_edit else ""
        content = shown.version.content if shown.version else {}
        version, stale = shown.strategy.version, None
        if isinstance(error, Conflict) and edit:
            version = edit_conflicts.current(error, version)
            address = reverse("strategy_detail", args=[shown.strategy.pk])
            stale = edit_conflicts.stale(error, version, f"{address}#{edit}", _both(edit, content, typed))
        return {
            "sections": SECTIONS.items(),
            "videos": {video.video_id: video.title for video in shown.request.videos} if shown.request else {},
            "may_edit": may_edit and job is None,
            "edit": edit,
            "edit_rows": strategy_sections.rows(edit, content, typed) if edit else [],
            "edit_version": version,
            "stale": stale,
            "focus": focus,
            "links": _links(request.actor, shown),
            "ahead": {"script": f"{reverse('script_new')}?strategy={shown.strategy.pk}"},
        }


pages = StrategyPages()


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """`/strategies/new/`: choose videos, platforms and goals. A model's answer is waited for on the strategy's page."""
    require(request.actor, Action.WRITE)
    chosen = ids(request.POST.getlist("videos") if request.method == "POST" else request.GET.getlist("video"))
    form = StrategyForm(request.POST or None, videos=analysed_videos(request.actor, archived=False))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.generate(actor=request.actor, wait_s=0.0, **form.inputs())
        except ValidationFailed as error:
            add_errors(form, error)
        else:
            if made.job is None:
                messages.success(request, "The strategy is ready.")
            return redirect("strategy_detail", pk=made.strategy.pk)
    context = {
        "form": form,
        "choices": video_choices.choices(request.actor, chosen),
        "offline": gateway.is_offline(PURPOSE),
    }
    return render(request, "strategies/new.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def save(request: SignedIn, pk: UUID, key: str) -> HttpResponse:
    """Save one section."""
    shown = selectors.shown(request.actor, pk)
    if key not in SECTIONS or shown.version is None:
        raise NotFound()
    try:
        value = strategy_sections.read(key, shown.version.content, request.POST)
        saved = services.edit(
            actor=request.actor,
            document_id=pk,
            version=edit_conflicts.sent(request.POST) or shown.strategy.version,
            changes={key: value},
        )
    except (ValidationFailed, Conflict) as error:
        # After a conflict the newest is shown, of which this request may have read the one before.
        shown = selectors.shown(request.actor, pk)
        return pages.page(request, shown, error=error, edit=key, typed=request.POST)
    is_new = saved.version != shown.strategy.version
    messages.success(request, f"{SECTIONS[key]}: saved as a new version." if is_new else "Nothing was changed.")
    return _done(request, pk, key)


@signed_in
@require_POST
def regenerate(request: SignedIn, pk: UUID, key: str) -> HttpResponse:
    """Make one section again."""
    try:
        made = services.regenerate(
            actor=request.actor,
            document_id=pk,
            section=key,
            version=edit_conflicts.sent(request.POST) or selectors.strategy(request.actor, pk).version,
            wait_s=0.0,
        )
    except Conflict as error:
        if error.code != StrategyError.NOTHING_NEW:
            raise
        messages.info(request, error.message)
    else:
        if made.job is None:
            messages.success(request, f"{SECTIONS[key]}: made again from the newest measurements.")
    return _done(request, pk, key)


def _done(request: SignedIn, pk: UUID, key: str) -> HttpResponse:
    return pages.done(request, pk, f"#{key}", edit="", focus=key)


def _both(key: str, content: Mapping[str, Any], typed: Mapping[str, str]) -> Iterable[tuple[str, str, str]]:
    """A section's inputs as they were typed, and as they were saved."""
    typed_rows = {row.name: row.value for each in strategy_sections.rows(key, content, typed) for row in each.inputs}
    for each in strategy_sections.rows(key, content):
        for row in each.inputs:
            label = row.field.label if not each.legend else f"{each.legend}: {row.field.label}"
            yield label, typed_rows[row.name], row.value


def _links(actor: Actor, shown: Shown) -> dict[str, str]:
    """The pages of what the strategy was made from, and of the newest script made from it."""
    video, script = scripts.around(actor, shown)
    return {**steps_of(video), **({"script": reverse("script_detail", args=[script])} if script else {})}


urlpatterns = pages.urls(
    path("strategies/new/", new, name="strategy_new"),
    path("strategies/<uuid:pk>/sections/<slug:key>/", save, name="strategy_section"),
    path("strategies/<uuid:pk>/sections/<slug:key>/regenerate/", regenerate, name="strategy_regenerate"),
)
