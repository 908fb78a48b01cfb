"""One template: made, changed, filled with values, and saved from what was written elsewhere."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.policy import Action, may, require
from core.errors import Conflict, NotFound, ValidationFailed
from library import selectors, using
from library.content import PlatformPart, TemplateContent, content_of
from library.models import Template
from library.services import drafts, templates
from library.using import Extras
from media import selectors as media
from pages import edit_conflicts
from pages.access import SignedIn, signed_in
from pages.compose import Composer
from pages.file_cards import cards
from pages.forms.library import PlatformForm, TemplateForm, UseForm, explain
from pages.query_params import ids
from platforms import PLATFORMS
from publishing import selectors as publishing
from publishing.errors import PublishingError
from videos import selectors as videos


class Editor:
    """The forms of one template: new, or one that is there."""

    def __init__(self, request: SignedIn, template: Template | None) -> None:
        self.request, self.template = request, template
        self.content = content_of(template) if template else TemplateContent("")
        data = request.POST if request.method == "POST" else None
        named = [*self.content.media_ids, *ids(data.getlist("media") if data else request.GET.getlist("media"))]
        found = list(publishing.publishable(request.actor, without=videos.put_away(request.actor)))
        known = {file.pk for file in found}
        missing = media.files_by_id(request.actor, [key for key in named if key not in known])
        self.files = [*missing, *found]
        self.form = TemplateForm(data, files=self.files, initial=self.initial(template, named))
        self.parts = [
            PlatformForm(data, platform=platform, part=self.content.platforms.get(key))
            for key, platform in PLATFORMS.items()
        ]
        self.stale: edit_conflicts.Stale | None = None

    def initial(self, template: Template | None, named: Sequence[UUID]) -> dict[str, Any]:
        """The form's fields of a saved template."""
        found = content_of(template) if template else self.content
        return {
            "name": found.name, "text": found.text, "title": found.title, "notes": found.notes,
            "tags": ", ".join(found.tags), "media": [str(key) for key in named],
            "version": template.version if template else None,
        }  # fmt: skip

    def valid(self) -> bool:
        """Everything is checked, so that everything wrong is told at once."""
        return all([self.form.is_valid(), *(part.is_valid() for part in self.parts if part.chosen)])

    def saved(self) -> Template | None:
        """Save; None when the forms are to be shown again with what stands in the way."""
        content = self.form.content(self.parts)
        try:
            if self.template is None:
                return templates.create(actor=self.request.actor, content=content)
            changes = {name: getattr(content, name) for name in TemplateContent.__dataclass_fields__}
            return templates.update(
                actor=self.request.actor,
                template_id=self.template.pk,
                version=edit_conflicts.sent(self.request.POST),
                changes=changes,
            )
        except ValidationFailed as error:
            explain(self.form, self.parts, error)
        except Conflict as error:
            self._meet(error)
        return None

    def _meet(self, error: Conflict) -> None:
        assert self.template is not None
        theirs = selectors.template(self.request.actor, self.template.pk)
        rows = edit_conflicts.rows_of(self.form, self.initial(theirs, content_of(theirs).media_ids))
        edit_conflicts.at_version(self.form, theirs.version)
        address = reverse("library_template_edit", args=[theirs.pk])
        self.stale = edit_conflicts.stale(error, theirs.version, address, rows)

    def answer(self) -> HttpResponse:
        """The page with its forms."""
        places = {str(key): number for number, key in enumerate(self.form.chosen_media())}
        drawn = sorted(cards(self.request.actor, self.files), key=lambda card: places.get(card.key, len(places)))
        context = {
            "template": self.template,
            "form": self.form,
            "parts": self.parts,
            "stale": self.stale,
            "cards": [(card, card.key in places) for card in drawn],
            "errors": sum(len(part.errors) for part in self.parts if part.is_bound and part.chosen),
        }
        status = 422 if self.request.method == "POST" else 200
        return render(self.request, "library/edit.html", context, status=status)


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: SignedIn) -> HttpResponse:
    """`/library/new/`: write a template."""
    require(request.actor, Action.WRITE)
    return _edit(request, None)


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: SignedIn, pk: UUID) -> HttpResponse:
    """Change a template."""
    template = selectors.template(request.actor, pk)
    require(request.actor, Action.WRITE)
    return _edit(request, template)


def _edit(request: SignedIn, template: Template | None) -> HttpResponse:
    editor = Editor(request, template)
    if request.method == "POST" and editor.valid():
        row = editor.saved()
        if row is not None:
            messages.success(request, f"“{row.name}” is saved.")
            return redirect("library_template", row.pk)
    return editor.answer()


@signed_in
@require_GET
def show(request: SignedIn, pk: UUID) -> HttpResponse:
    """A template: what it says, and the form that makes a draft of it."""
    template = selectors.template(request.actor, pk)
    return _shown(request, template, _use_form(request, template))


def _use_form(request: SignedIn, template: Template) -> UseForm:
    return UseForm(
        request.POST if request.method == "POST" else None,
        wanted=content_of(template).variables(),
        signatures=selectors.signatures(request.actor),
        groups=selectors.hashtag_groups(request.actor)[:50],
    )


def _shown(request: SignedIn, template: Template, form: UseForm, status: int = 200) -> HttpResponse:
    context = {
        "template": template,
        "form": form,
        "tags": selectors.tag_names(template),
        "platforms": sorted(template.platforms),
        "may_write": bool(may(request.actor, Action.WRITE)),
        **_filled(request, template, form),
    }
    return render(request, "library/template.html", context, status=status)


def _filled(request: SignedIn, template: Template, form: UseForm) -> dict[str, Any]:
    filled, reports = using.preview(request.actor, template, form.values())
    return {"filled": filled, "reports": reports}


@signed_in
@require_POST
def preview(request: SignedIn, pk: UUID) -> HttpResponse:
    """What the template says with the values typed so far; nothing is saved."""
    template = selectors.template(request.actor, pk)
    context = {"template": template, **_filled(request, template, _use_form(request, template))}
    return render(request, "library/_preview.html", context)


@signed_in
@require_POST
def use(request: SignedIn, pk: UUID) -> HttpResponse:
    """Make a draft, and open it in the composer."""
    template = selectors.template(request.actor, pk)
    require(request.actor, Action.WRITE)
    form = _use_form(request, template)
    if not form.is_valid():
        return _shown(request, template, form, 422)
    groups, signature = form.chosen()
    try:
        made = drafts.use(
            actor=request.actor,
            template_id=pk,
            values={name: value for name, value in form.values().items() if value},
            campaign=form.cleaned_data["campaign"],
            extras=Extras.chosen(request.actor, groups, signature),
        )
    except ValidationFailed as error:
        form.add_error(None, error.message)
        return _shown(request, template, form, 422)
    for note in made.notes:
        messages.warning(request, note)
    messages.success(request, "The draft is made. Check it, then publish or schedule it.")
    return redirect("compose_post", made.post.pk)


@signed_in
@require_POST
def save(request: SignedIn) -> HttpResponse:
    """Save a post (`post`) or a script's opening and call to action (`script`) as a template, and open it."""
    require(request.actor, Action.WRITE)
    posts, scripts = ids([request.POST.get("post", "")]), ids([request.POST.get("script", "")])
    if not posts and not scripts:
        raise NotFound
    template = (
        templates.save_post(actor=request.actor, post_id=posts[0])
        if posts
        else templates.save_script(actor=request.actor, script_id=scripts[0])
    )
    messages.success(request, "Saved as a template. Name it, and write {{hook}} where something is to change.")
    return redirect("library_template_edit", template.pk)


@signed_in
@require_POST
def save_composer(request: SignedIn) -> HttpResponse:
    """Save what the composer holds as a template; the post stays as it is, saved or not."""
    require(request.actor, Action.WRITE)
    data = request.POST.copy()
    data.update({"action": "draft", "when": "now", "wall_time": ""})
    composer = Composer(request, None, ask=False, data=data)
    if not composer.valid():
        sentences = [words for part in (composer.form, *composer.chosen()) for words in part.errors.values()]
        raise ValidationFailed(PublishingError.NOT_READY, str(sentences[0][0]))
    said = composer.content()
    platforms = {account: part.account.platform for account, part in composer.parts.items()}
    shares = [(platforms[row.account_id], PlatformPart(row.text, row.title, row.options)) for row in said.targets]
    template = templates.create(actor=request.actor, content=templates.content_from(said.text, shares, said.media_ids))
    messages.success(request, f"Saved as the template “{template.name}”. It is in your library.")
    return HttpResponse("")
