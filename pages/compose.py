"""The composer: the forms of one post, what the platforms would say to it, and the draft that is saved meanwhile."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core import clock, dates
from core.errors import Conflict, DomainError, NotFound, ValidationFailed
from core.ids import uuid7
from library import selectors as library
from library.using import signed
from media import selectors as media
from media.models import MediaFile
from pages import edit_conflicts
from pages.access import SignedIn, signed_in
from pages.connections import WAITING_POST
from pages.file_cards import FileCard, cards
from pages.forms.publishing import AccountForm, PostForm, place_problem
from pages.query_params import ids
from publishing import selectors
from publishing.errors import PublishingError
from publishing.models import Post
from publishing.platforms.registry import ADAPTERS
from publishing.posts import sources
from publishing.services import captions, creator_options, drafts, preflight, sending
from publishing.services.posts import Content
from publishing.states import PostState
from videos import selectors as videos

# Which hidden field becomes the text when a proposal is taken, or taken back. Any other step leaves the text as it is.
_STEPS = {"take": "proposal", "undo": "former"}


class Composer:
    """The forms of one post: new, or one that has not gone out."""

    def __init__(
        self, request: SignedIn, post: Post | None, *, ask: bool = True, data: QueryDict | None = None
    ) -> None:
        self.request, self.post = request, post
        self.data: QueryDict | None = data or (request.POST if request.method == "POST" else None)
        # The id of the draft that this page makes; it stays the same while the page is there.
        self.key = key_of(self.data) or uuid7()
        known = {row.account_id: row for row in post.targets.all()} if post else {}
        self.files = self._files()
        self.form = PostForm(self.data, files=self.files, zone=request.preferences.timezone, initial=self._initial())
        self.conflicts: list[Mapping[str, Any]] = []
        self.version = post.version if post else drafts.FIRST_VERSION
        if self.data is not None:
            self.version = edit_conflicts.sent(self.data) or self.version
        self.stale: edit_conflicts.Stale | None = None
        self.notes: dict[UUID, str] = {}
        self.parts: dict[UUID, AccountForm] = {}
        for account in selectors.accounts(request.actor, connected_only=True):
            if account.platform in ADAPTERS:
                found = creator_options.choices(account) if ask else creator_options.remembered(account)
                self.notes[account.pk] = found.problem
                self.parts[account.pk] = AccountForm(
                    self.data, account=account, choices=found.options, target=known.get(account.pk)
                )
        self._offer_pictures()

    def _offer_pictures(self) -> None:
        pictures = [file for file in self.files if file.content_type.startswith("image/")]
        for part in self.parts.values():
            part.offer_pictures(pictures)

    def _files(self) -> list[MediaFile]:
        files = selectors.publishable(self.request.actor, without=videos.put_away(self.request.actor))
        extra = [row.file for row in self.post.media.all()] if self.post else []
        named = [*self._named(), *self._thumbnails()]
        if self.data is not None:
            named.extend(ids(self.data.getlist("media")))
        missing = [key for key in named if key not in {file.pk for file in [*files, *extra]}]
        extra.extend(media.files_by_id(self.request.actor, missing))
        return list({file.pk: file for file in [*extra, *files]}.values())

    def _thumbnails(self) -> list[UUID]:
        """Pictures that saved options name."""
        rows = self.post.targets.all() if self.post else []
        return ids(str(row.options.get("thumbnail_file_id") or "") for row in rows)

    def _named(self) -> list[UUID]:
        """The files that the address asks for: `?media=` (any number), `?video=` or `?rendition=`."""
        query = self.request.GET
        found = ids(query.getlist("media"))
        try:
            for name in sources.RELATIONS:
                if query.get(name.removesuffix("_id")):
                    key = UUID(query[name.removesuffix("_id")])
                    found.append(sources.file_of(self.request.actor, name, key))
        except (ValueError, NotFound):
            messages.warning(self.request, "The file in this address is not here any more. Choose another.")
        return found

    def _asked_day(self) -> dict[str, str]:
        """The time to begin with: `?day=` of the calendar, in the morning; else now."""
        try:
            on = dates.day(self.request.GET.get("day", ""))
        except dates.DateRefused:
            return {"when": "now"}
        return {"when": "later", "wall_time": f"{on.isoformat()}T09:00"}

    def cards(self) -> list[tuple[FileCard, bool]]:
        """The files to choose from, each with whether it is chosen; the chosen ones come first, in their order."""
        place = {str(key): number for number, key in enumerate(self.form.chosen_media())}
        drawn = sorted(cards(self.request.actor, self.files), key=lambda card: place.get(card.key, len(place)))
        return [(card, card.key in place) for card in drawn]

    def reports(self) -> list[preflight.PreflightReport]:
        """What the platforms would say to what is written so far."""
        self.form.is_valid()
        data = self.form.cleaned_data
        by_id = {file.pk: file for file in self.files}
        files = [by_id[key] for key in self.form.chosen_media()]
        shares = []
        for part in self.chosen():
            part.is_valid()
            given = part.target(data.get("text", ""))
            shares.append(preflight.Share(part.account, given.text, given.title, given.options))
        return preflight.inspect_unsaved(self.request.actor, data.get("text", ""), files, shares)

    def _initial(self) -> dict[str, Any]:
        if self.post is None:
            return {
                "media": [str(key) for key in self._named()],
                "text": self._first_text(),
                **self._asked_day(),
            }
        first = next((row for row in self.post.targets.all() if row.wall_time), None)
        return {
            "media": [str(row.file_id) for row in self.post.media.all()],
            "text": self.post.text,
            "campaign": self.post.campaign,
            "when": "later" if first else "now",
            "wall_time": first.wall_time if first else "",
            "timezone": first.zone if first else "",
        }

    def _first_text(self) -> str:
        """What stands in a new post from the beginning: the text of the address, and the default signature."""
        given, signature = self.request.GET.get("text", ""), library.default_signature(self.request.actor)
        return signed(given, signature) if given.strip() or not signature else f"\n\n{signature}"

    def chosen(self) -> list[AccountForm]:
        return [part for part in self.parts.values() if part.chosen]

    def valid(self) -> bool:
        """Everything is checked, so that everything wrong is shown at once."""
        results = [self.form.is_valid(), *(part.is_valid() for part in self.chosen())]
        if not self.chosen() and self.form.data.get("action") != "draft":
            self.form.add_error(None, "Choose at least one account to publish to.")
            return False
        return all(results)

    def content(self) -> Content:
        """What a valid form says, without its time."""
        data = self.form.cleaned_data
        wanted = [part.target(data["text"]) for part in self.chosen()]
        return Content(data["text"], self.form.chosen_media(), wanted, data["campaign"])

    def send(self) -> sending.Sent:
        """Save, and schedule or publish as the pressed button says."""
        action = self.request.POST.get("action", "draft")
        timing: sending.Timing = sending.Draft()
        if action == "queue":
            timing = sending.Queued(accept_conflicts="accept_conflicts" in self.request.POST)
        elif action == "schedule" or (action != "draft" and self.form.cleaned_data.get("when") == "later"):
            timing = sending.At(self.form.time(), accept_conflicts="accept_conflicts" in self.request.POST)
        elif action != "draft":
            timing = sending.Now()
        return sending.send(
            actor=self.request.actor,
            content=self.content(),
            timing=timing,
            key=f"compose {self.key}",
            post_id=self.post.pk if self.post else None,
            version=edit_conflicts.sent(self.request.POST),
            draft_id=self.key,
        )

    def meet(self, error: Conflict) -> None:
        """Somebody saved the post meanwhile: what both say, and the version that the next press replaces."""
        theirs = selectors.post(self.request.actor, self.post.pk if self.post else self.key)
        self.version = theirs.version
        address = reverse("compose_post", args=[theirs.pk])
        self.stale = edit_conflicts.stale(error, theirs.version, address, self._differences(theirs))

    def _differences(self, theirs: Post) -> Iterable[tuple[str, str, str]]:
        data = self.form.cleaned_data
        names = {file.pk: file.original_name for file in self.files}
        known = {row.account_id: row for row in theirs.targets.all()}
        yield "Text", data.get("text", ""), theirs.text
        yield "Campaign", data.get("campaign", ""), theirs.campaign
        yield (
            "Files",
            "\n".join(names[key] for key in self.form.chosen_media()),
            "\n".join(row.file.original_name for row in theirs.media.all()),
        )
        yield (
            "Accounts",
            ", ".join(sorted(part.account.handle for part in self.chosen())),
            ", ".join(sorted(row.account.handle for row in known.values())),
        )
        for part in self.chosen():
            row = known.get(part.account.pk)
            if row is not None:
                yield f"Text for {part.account.handle}", part.cleaned_data.get("text") or "", row.text or ""

    def explain(self, error: ValidationFailed) -> None:
        """A refusal of the service, at the fields that can put it right."""
        problems: list[Mapping[str, Any]] = error.details.get("problems", [])
        for problem in problems:
            account_id, sentence = UUID(problem["account_id"]), problem["message"]
            if not place_problem(self.parts, account_id, problem["field"], sentence):
                self.form.add_error("media" if problem["field"] == "media" else None, sentence)
        if not problems:
            name = "wall_time" if "scheduled_at" in error.fields else None
            self.form.add_error(name, error.message)


def key_of(data: QueryDict | None) -> UUID | None:
    """The id that a page gave its draft."""
    return next(iter(ids([data.get("draft", "")])), None) if data else None


@require_POST
@signed_in
def compose_check(request: SignedIn, post_id: UUID | None = None) -> HttpResponse:
    """What the platforms would say to the form as it stands; nothing is saved."""
    post = selectors.post(request.actor, post_id) if post_id else None
    composer = Composer(request, post, ask=False)
    reports = composer.reports()
    count = sum(len(report.problems) for report in reports)
    return render(request, "publishing/_preflight.html", {"reports": reports, "count": count})


@require_POST
@signed_in
def compose_text(request: SignedIn, account_id: UUID) -> HttpResponse:
    """A proposal of one account's text, or (by `step`) the field with it taken over or put back; nothing is saved."""
    account = selectors.account(request.actor, account_id)
    part = AccountForm(request.POST, account=account, choices={})
    own, step = part["text"].value() or "", request.POST.get("step", "")
    context: dict[str, Any] = {"part": part}
    if step:
        text = request.POST.get(part.add_prefix(_STEPS.get(step, "text")), "")
        context["part"] = AccountForm(account=account, choices={}, initial={"text": text})
        context |= {"taken": step == "take", "former": own}
    else:
        try:
            text = own if own.strip() else request.POST.get("text", "")
            written = captions.propose(actor=request.actor, text=text, platform=account.platform)
            context |= {"written": written, "proposal": written.text}
        except DomainError as error:
            context["problem"] = error.message
    response = render(request, "publishing/_own_text.html", context)
    if step:
        response["HX-Trigger-After-Settle"] = "written"
    return response


@require_POST
@signed_in
def compose_draft(request: SignedIn, post_id: UUID | None = None) -> HttpResponse:
    """Save what is written so far as a draft, without being asked: never a time, never on its way.

    Answers `{"saved": false}` while there is nothing to save, else the draft's address, its version, and whether it
    holds everything (`whole`): a chosen time is saved only when the post is scheduled.
    """
    post = selectors.post(request.actor, post_id) if post_id else drafts.begun(request.actor, key_of(request.POST))
    data = request.POST.copy()
    data.update({"action": "draft", "when": "now", "wall_time": ""})
    composer = Composer(request, post, ask=False, data=data)
    if not composer.valid():
        sentences = [words for part in (composer.form, *composer.chosen()) for words in part.errors.values()]
        raise ValidationFailed(PublishingError.NOT_READY, str(sentences[0][0]))
    saved = drafts.autosave(
        actor=request.actor,
        post_id=post_id,
        key=composer.key,
        version=edit_conflicts.sent(request.POST),
        content=composer.content(),
    )
    if saved is None:
        return JsonResponse({"saved": False})
    address = reverse("compose_post", args=[saved.pk])
    at = timezone.localtime(clock.now())
    whole = request.POST.get("when") != "later"
    words = f"Saved as a draft {at:%H:%M}"
    return JsonResponse({"saved": True, "address": address, "version": saved.version, "words": words, "whole": whole})


@signed_in
def compose(request: SignedIn, post_id: UUID | None = None) -> HttpResponse:
    """Write a post and save, schedule or publish it."""
    post = selectors.post(request.actor, post_id) if post_id else drafts.begun(request.actor, key_of(request.POST))
    if post and not selectors.may_change(post):
        return redirect("post_detail", post.pk)
    composer = Composer(request, post)
    if composer.parts:
        request.session.pop(WAITING_POST, None)
    else:
        request.session[WAITING_POST] = request.get_full_path()
    if request.method == "POST" and composer.valid():
        done = _send(request, composer)
        if done is not None:
            return done
    context = {
        "composer": composer,
        "cards": composer.cards(),
        "form": composer.form,
        "parts": [(part, composer.notes[pk]) for pk, part in composer.parts.items()],
        "post": post,
        "check_url": _address("check", post),
        # After a conflict only a press decides which text stays.
        "draft_url": _address("draft", post)
        if composer.stale is None and (post is None or post.state == PostState.DRAFT)
        else "",
        "errors": sum(len(part.errors) for part in composer.chosen() if part.is_bound),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "publishing/compose.html", context, status=status)


def _address(name: str, post: Post | None) -> str:
    """Where the page has a new post, or this one, checked or saved as a draft."""
    return reverse(f"compose_post_{name}", args=[post.pk]) if post else reverse(f"compose_{name}")


def _send(request: SignedIn, composer: Composer) -> HttpResponse | None:
    """Save and send; None when the form is to be shown again with what stands in the way."""
    try:
        found = composer.send()
    except ValidationFailed as error:
        composer.explain(error)
        return None
    except DomainError as error:
        if isinstance(error, Conflict) and error.code == PublishingError.STALE_VERSION:
            composer.meet(error)
            return None
        composer.conflicts = (
            error.details.get("conflicts", []) if error.code == PublishingError.SCHEDULE_CONFLICT else []
        )
        if not composer.conflicts:
            composer.form.add_error(None, error.message)
        return None
    for note in found.notes:
        messages.warning(request, note)
    words = {PostState.DRAFT: "The draft is saved.", PostState.SCHEDULED: "The post is scheduled."}
    messages.success(request, words.get(PostState(found.post.state), "The post is on its way."))
    return redirect("post_detail", found.post.pk)


urlpatterns = [
    path("compose/", compose, name="compose"),
    path("compose/_check/", compose_check, name="compose_check"),
    path("compose/_draft/", compose_draft, name="compose_draft"),
    path("compose/_text/<uuid:account_id>/", compose_text, name="compose_text"),
    path("compose/<uuid:post_id>/", compose, name="compose_post"),
    path("compose/<uuid:post_id>/_check/", compose_check, name="compose_post_check"),
    path("compose/<uuid:post_id>/_draft/", compose_draft, name="compose_post_draft"),
]
