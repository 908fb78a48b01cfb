"""Pages of strategies: the list, asking for one, and one with its sections, versions and exports."""

from collections.abc import Iterable, Mapping
from typing import Any
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
from core.actor import Actor
from core.errors import Conflict, DomainError, NotFound, ValidationFailed
from jobs import selectors as jobs
from jobs.models import UNFINISHED
from pages import measured, sections, versions
from pages.access import SignedIn, add_errors, signed_in
from pages.forms.strategies import PLATFORMS, StrategyForm
from pages.journey import steps_of
from pages.queries import whole
from scripts_app.models import Script
from strategies import selectors, services
from strategies.errors import StrategyError
from strategies.models import Strategy
from strategies.purpose import PURPOSE
from strategies.schema import SECTIONS
from strategies.selectors import Shown
from strategies.viewsets import file_response

PER_PAGE = 20
UNDO_KEY = "strategy_undo"


@signed_in
@require_GET
def index(request: SignedIn) -> HttpResponse:
    """`/strategies/`: the list; `?video=` leads on to the form with that video chosen."""
    if request.GET.get("video"):
        return redirect(f"{reverse('strategy_new')}?{request.GET.urlencode()}")
    search, platform = request.GET.get("q", "")[:200], request.GET.get("platform", "")
    rows = selectors.strategies(request.actor, search=search, platform=platform)
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "search": search,
        "platform": platform,
        "platforms": PLATFORMS,
        "is_narrow": bool(search or platform),
        "may_write": bool(may(request.actor, Action.WRITE)),
        "undo": request.session.pop(UNDO_KEY, None) if not request.htmx else None,
    }
    response = render(request, "strategies/_list.html" if request.htmx else "strategies/list.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """`/strategies/new/`: choose videos, platforms and goals. A model's answer is waited for on the strategy's page."""
    require(request.actor, Action.WRITE)
    chosen = set(request.POST.getlist("videos") if request.method == "POST" else request.GET.getlist("video"))
    form = StrategyForm(request.POST or None, videos=measured.videos(request.actor))
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
        "choices": measured.choices(request.actor, chosen),
        "offline": gateway.is_offline(PURPOSE),
    }
    return render(request, "strategies/new.html", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def show(request: SignedIn, pk: UUID) -> HttpResponse:
    """`/strategies/<id>/`: all sections; `?version=` shows a former one, `?edit=` opens a section's form."""
    shown = selectors.shown(request.actor, pk, number=whole(request.GET.get("version")))
    return _page(request, shown, edit=request.GET.get("edit", ""))


@signed_in
@require_POST
def save(request: SignedIn, pk: UUID, key: str) -> HttpResponse:
    """Save one section."""
    shown = selectors.shown(request.actor, pk)
    if key not in SECTIONS or shown.version is None:
        raise NotFound()
    try:
        value = sections.read(key, shown.version.content, request.POST)
        saved = services.edit(
            actor=request.actor,
            strategy_id=pk,
            version=versions.sent(request.POST) or shown.strategy.version,
            changes={key: value},
        )
    except (ValidationFailed, Conflict) as error:
        # After a conflict the newest is shown, of which this request may have read the one before.
        shown = selectors.shown(request.actor, pk)
        return _page(request, shown, edit=key, typed=request.POST, error=error)
    is_new = saved.version != shown.strategy.version
    messages.success(request, f"{SECTIONS[key]}: saved as a new version." if is_new else "Nothing was changed.")
    return _done(request, pk, key)


@signed_in
@require_POST
def regenerate(request: SignedIn, pk: UUID, key: str) -> HttpResponse:
    """Make one section anew."""
    try:
        made = services.regenerate(
            actor=request.actor,
            strategy_id=pk,
            section=key,
            version=versions.sent(request.POST) or selectors.strategy(request.actor, pk).version,
            wait_s=0.0,
        )
    except Conflict as error:
        if error.code != StrategyError.NOTHING_NEW:
            raise
        messages.info(request, error.message)
        return _done(request, pk, key)
    if made.job is None:
        messages.success(request, f"{SECTIONS[key]}: made anew from the newest measurements.")
    return _done(request, pk, key)


@signed_in
@require_POST
def restore(request: SignedIn, pk: UUID, number: int) -> HttpResponse:
    """Make a former version the newest."""
    services.restore(actor=request.actor, strategy_id=pk, number=number)
    messages.success(request, f"Version {number} is the newest again, as a new version.")
    return _done(request, pk)


@signed_in
@require_POST
def retry(request: SignedIn, pk: UUID) -> HttpResponse:
    """Try a failed generation again."""
    services.retry(actor=request.actor, strategy_id=pk)
    return _done(request, pk)


@signed_in
@require_GET
def compare(request: SignedIn, pk: UUID) -> HttpResponse:
    """`/strategies/<id>/versions/?a=&b=`: two versions, word by word."""
    strategy = selectors.strategy(request.actor, pk)
    rows = list(selectors.versions(request.actor, strategy))
    if not rows:
        return redirect("strategy_detail", pk=pk)
    numbers = [row.number for row in rows]
    later = whole(request.GET.get("b")) or numbers[0]
    earlier = whole(request.GET.get("a")) or max(1, later - 1)
    contents = [selectors.shown(request.actor, pk, number=number).content for number in (earlier, later)]
    assert contents[0] is not None
    assert contents[1] is not None
    context = {
        "strategy": strategy,
        "versions": rows,
        "earlier": earlier,
        "later": later,
        "differences": selectors.compare(contents[0], contents[1]),
    }
    return render(request, "strategies/compare.html", context)


@signed_in
@require_GET
def export(request: SignedIn, pk: UUID, format_: str) -> HttpResponse:
    """`/strategies/<id>/export/<md|pdf>/`."""
    number = whole(request.GET.get("version"))
    return file_response(selectors.export(request.actor, pk, format_=format_, number=number))


@signed_in
@require_POST
def delete(request: SignedIn, pk: UUID) -> HttpResponse:
    """Into the trash, with a way back on the list."""
    strategy = selectors.strategy(request.actor, pk)
    services.delete(actor=request.actor, strategy_id=pk)
    request.session[UNDO_KEY] = {"id": str(pk), "title": strategy.title}
    return redirect("strategies")


@signed_in
@require_POST
def undo(request: SignedIn, pk: UUID) -> HttpResponse:
    """Back from the trash."""
    services.undelete(actor=request.actor, strategy_id=pk)
    messages.success(request, "The strategy is back.")
    return redirect("strategy_detail", pk=pk)


def _done(request: SignedIn, pk: UUID, key: str = "") -> HttpResponse:
    if request.htmx:
        return _page(request, selectors.shown(request.actor, pk), focus=key)
    anchor = f"#{key}" if key else ""
    return redirect(f"{reverse('strategy_detail', args=[pk])}{anchor}")


def _page(
    request: SignedIn,
    shown: Shown,
    *,
    edit: str = "",
    typed: Any = None,
    error: DomainError | None = None,
    focus: str = "",
) -> HttpResponse:
    may_write = bool(may(request.actor, Action.WRITE))
    edit = edit if edit in SECTIONS and may_write and shown.newest else ""
    content = shown.version.content if shown.version else {}
    version = shown.strategy.version
    stale = None
    if isinstance(error, Conflict) and edit:
        version = versions.current(error, version)
        address = reverse("strategy_detail", args=[shown.strategy.pk])
        stale = versions.stale(error, version, f"{address}#{edit}", _both(edit, content, typed))
    job = jobs.jobs_about(request.actor, ("strategy", shown.strategy.pk)).filter(status__in=UNFINISHED).first()
    context = {
        "shown": shown,
        "strategy": shown.strategy,
        "content": shown.content,
        "sections": SECTIONS.items(),
        "videos": {video.video_id: video.title for video in shown.request.videos} if shown.request else {},
        "versions": list(selectors.versions(request.actor, shown.strategy)),
        "may_write": may_write,
        "may_edit": may_write and shown.newest and job is None,
        "edit": edit,
        "edit_rows": sections.rows(edit, content, typed) if edit else [],
        "edit_version": version,
        "error": error,
        "stale": stale,
        "focus": focus,
        "job": job,
        "offline": bool(shown.version and shown.version.provenance.get("offline")),
        "links": _links(request.actor, shown.strategy),
        "ahead": {"script": f"{reverse('script_new')}?strategy={shown.strategy.pk}"},
    }
    if request.htmx and request.GET.get("waiting") and content and job is None:
        # The page's head has other actions now; only a whole load shows them.
        return HttpResponse(headers={"HX-Refresh": "true"})
    template = "strategies/_strategy.html" if request.htmx else "strategies/detail.html"
    response = render(request, template, context, status=422 if error else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _both(key: str, content: Mapping[str, Any], typed: Mapping[str, str]) -> Iterable[tuple[str, str, str]]:
    """A section's inputs as they were typed, and as they were saved."""
    typed_rows = {row.name: row.value for each in sections.rows(key, content, typed) for row in each.inputs}
    for each in sections.rows(key, content):
        for row in each.inputs:
            label = row.field.label if not each.legend else f"{each.legend}: {row.field.label}"
            yield label, typed_rows[row.name], row.value


def _links(actor: Actor, strategy: Strategy) -> dict[str, str]:
    """The pages of what the strategy was made from, and of the newest script made from it."""
    video = strategy.videos.filter(deleted_at__isnull=True).order_by("-created_at", "-id").first()
    scripts = Script.objects.for_workspace(actor.workspace_id).filter(strategy=strategy, deleted_at__isnull=True)
    script = scripts.order_by("-created_at", "-id").values_list("pk", flat=True).first()
    made = {"script": reverse("script_detail", args=[script])} if script else {}
    return {**steps_of(video), **made}


urlpatterns = [
    path("strategies/", index, name="strategies"),
    path("strategies/new/", new, name="strategy_new"),
    path("strategies/<uuid:pk>/", show, name="strategy_detail"),
    path("strategies/<uuid:pk>/sections/<slug:key>/", save, name="strategy_section"),
    path("strategies/<uuid:pk>/sections/<slug:key>/regenerate/", regenerate, name="strategy_regenerate"),
    path("strategies/<uuid:pk>/versions/", compare, name="strategy_versions"),
    path("strategies/<uuid:pk>/versions/<int:number>/restore/", restore, name="strategy_restore"),
    path("strategies/<uuid:pk>/export/<slug:format_>/", export, name="strategy_export"),
    path("strategies/<uuid:pk>/retry/", retry, name="strategy_retry"),
    path("strategies/<uuid:pk>/delete/", delete, name="strategy_delete"),
    path("strategies/<uuid:pk>/undo/", undo, name="strategy_undo"),
]
