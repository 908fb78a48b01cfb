"""A post of each of many videos: files, accounts, a pattern of times and words; a table to change; one press."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from accounts.policy import Action, require
from core import clock, dates, timezones
from core.errors import DomainError, NotFound, ValidationFailed
from core.formatting import counted, noun
from core.ids import uuid7
from flows import selectors as flows
from flows.batches import planning, writing
from flows.batches.planning import Batch, Item, Wording
from flows.batches.writing import CheckedRow
from flows.spreadsheets.plan import Mistake
from library import selectors as library
from library.content import content_of
from media import selectors as media
from media.models import MediaFile
from pages import selected_posts
from pages.access import SignedIn, signed_in
from pages.file_cards import cards
from pages.forms.batches import BatchForm
from pages.forms.spreadsheets import ChoicesForm
from pages.query_params import ids
from platforms import PLATFORMS
from publishing import selectors as publishing
from publishing.models import SocialAccount
from publishing.posts import sources
from publishing.schedule import walltime
from publishing.services.schedule import When
from videos import selectors as videos


@signed_in
def post_batch(request: SignedIn) -> HttpResponse:
    """Choose, look and change, press once."""
    require(request.actor, Action.PUBLISH)
    accounts = list(publishing.accounts(request.actor, connected_only=True))
    verb = request.POST.get("do", "")
    if verb in ("check", "all", "right"):
        return _table(request, accounts, verb)
    files = _files(request)
    form = _form(request, accounts, files)
    if request.method == "POST" and form.is_valid():
        try:
            return _planned(request, accounts, form)
        except (ValidationFailed, NotFound) as error:
            _explain(form, error)
    return _first(request, accounts, files, form)


def _form(request: SignedIn, accounts: Sequence[SocialAccount], files: Sequence[MediaFile]) -> BatchForm:
    return BatchForm(
        request.POST if request.method == "POST" else None,
        files=files,
        accounts=accounts,
        templates=[(str(row.pk), row.name) for row in library.templates(request.actor)[:200]],
        zone=request.preferences.timezone,
        today=walltime.to_wall(clock.now(), request.preferences.timezone).date().isoformat(),
        initial={"media": [str(key) for key in _asked(request)]},
    )


def _asked(request: SignedIn) -> list[UUID]:
    """The files that the address asks for, by `?media=` and `?video=`, any number of each."""
    of_videos = ids(request.GET.getlist("video"))
    known = sources.files_of(request.actor, of_videos) if of_videos else {}
    return [*ids(request.GET.getlist("media")), *(known[key] for key in of_videos if key in known)][: planning.MOST]


def _files(request: SignedIn) -> list[MediaFile]:
    newest = publishing.publishable(request.actor, without=videos.put_away(request.actor))
    named = [*_asked(request), *ids(request.POST.getlist("media"))]
    missing = set(named) - {file.pk for file in newest}
    return [*media.files_by_id(request.actor, missing), *newest]


def _choices(request: SignedIn, accounts: Sequence[SocialAccount]) -> list[ChoicesForm]:
    """A form for each platform of these accounts that asks for something."""
    found = []
    for key in PLATFORMS:
        sent = any(name.startswith(f"choices-{key}-") for name in request.POST)
        form = ChoicesForm(request.POST if sent else None, platform=key)
        if form.fields and any(account.platform == key for account in accounts):
            found.append(form)
    return found


def _first(
    request: SignedIn, accounts: Sequence[SocialAccount], files: Sequence[MediaFile], form: BatchForm
) -> HttpResponse:
    place = {str(key): number for number, key in enumerate(form.chosen_media())}
    drawn = sorted(cards(request.actor, files), key=lambda card: place.get(card.key, len(place)))
    context = {
        "form": form,
        "cards": [(card, card.key in place) for card in drawn],
        "accounts": accounts,
        "choices": _choices(request, accounts),
        "asks": _asks(request),
        "most": planning.MOST,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "publishing/batch/choose.html", context, status=status)


def _asks(request: SignedIn) -> list[dict[str, str]]:
    """The variables of the chosen template, with what was given for them."""
    chosen = next(iter(ids([request.POST.get("template", "")])), None)
    if chosen is None:
        return []
    try:
        found = content_of(library.template(request.actor, chosen)).variables()
    except NotFound:
        return []
    return [
        {"name": each.name, "value": request.POST.get(f"value-{each.name}", each.default or "")}
        for each in found
        if each.name != planning.TITLE
    ]


def _explain(form: BatchForm, error: DomainError) -> None:
    """A refusal at the field that can put it right."""
    fields = {"media_ids": "media", "account_ids": "accounts", "weekdays": "weekdays", "every_hours": "every_hours"}
    named = getattr(error, "fields", {})
    name = next((fields.get(key, key) for key in named), "")
    form.add_error(name if name in form.fields else None, error.message)


def _planned(request: SignedIn, accounts: Sequence[SocialAccount], form: BatchForm) -> HttpResponse:
    """The table as the pattern and the words make it."""
    data = form.cleaned_data
    values = {each["name"]: each["value"] for each in _asks(request)}
    template_id = form.template_id()
    wording = Wording("" if template_id else data["text"], template_id, values, data["optimize"])
    batch = _batch(request, accounts, form.account_ids(), data["campaign"])
    items = planning.plan(
        actor=request.actor,
        media_ids=form.chosen_media(),
        batch=batch,
        pattern=form.pattern(),
        wording=wording,
    )
    return _second(request, accounts, batch, items, data["timezone"])


def _batch(request: SignedIn, accounts: Sequence[SocialAccount], chosen: Sequence[UUID], campaign: str) -> Batch:
    template_id = next(iter(ids([request.POST.get("template", "")])), None)
    options: dict[str, Mapping[str, Any]] = planning.template_options(
        request.actor, Wording(template_id=template_id)
    )  # fmt: skip
    for form in _choices(request, [account for account in accounts if account.pk in chosen]):
        options[form.platform] = {**options.get(form.platform, {}), **form.options()}
    return Batch(chosen, options, campaign[:80])


def _table(request: SignedIn, accounts: Sequence[SocialAccount], verb: str) -> HttpResponse:
    """The table as a person left it: looked at again, or made posts of."""
    zone = timezones.canonical(request.POST.get("timezone", "")) or request.preferences.timezone
    batch = _batch(request, accounts, ids(request.POST.getlist("accounts")), request.POST.get("campaign", ""))
    items, unread = _items(request, zone)
    if not items or not batch.account_ids:
        messages.error(request, "Nothing was left to plan. Choose videos and accounts again.")
        return redirect("post_batch")
    return _second(request, accounts, batch, items, zone, unread, verb)


def _items(request: SignedIn, zone: str) -> tuple[list[Item], list[Mistake]]:
    """The rows of the table that are not left out, and times that cannot be read."""
    form = request.POST
    items: list[Item] = []
    unread = []
    for place in range(planning.MOST):
        media_id = next(iter(ids([form.get(f"row-{place}-media", "")])), None)
        if media_id is None or f"row-{place}-drop" in form:
            continue
        when, wall = None, form.get(f"row-{place}-wall", "").strip()
        if wall:
            try:
                when = When(wall=dates.wall_time(wall), zone=zone)
            except dates.DateRefused as refused:
                unread.append(Mistake(len(items) + 1, "time", "time_unreadable", str(refused)))
        text = form.get(f"row-{place}-text", "").replace("\r\n", "\n")
        given = {key: form.get(f"row-{place}-own-{key}", "").replace("\r\n", "\n") for key in PLATFORMS}
        own = {key: said for key, said in given.items() if said.strip() and said != text}
        items.append(Item(media_id, when, text, own, form.get(f"row-{place}-title", "")[:200]))
    return items, unread


def _second(
    request: SignedIn,
    accounts: Sequence[SocialAccount],
    batch: Batch,
    items: Sequence[Item],
    zone: str,
    unread: Sequence[Mistake] = (),
    verb: str = "",
) -> HttpResponse:
    rows = writing.check(actor=request.actor, items=items, batch=batch)
    for mistake in unread:
        rows[mistake.row - 1].mistakes.insert(0, mistake)
    wrong = [row for row in rows if row.mistakes]
    if verb == "right" or (verb == "all" and not wrong):
        return _make(request, rows)
    chosen = [account for account in accounts if account.pk in batch.account_ids]
    files = [row.file for row in rows if row.file is not None]
    titles = flows.titles_of_files(request.actor, files)
    pictures = {card.key: card.picture for card in cards(request.actor, files)}
    own = sorted({key for row in rows for key in row.item.own})
    context = {
        "rows": [_row(row, zone, titles, pictures, own) for row in rows],
        "accounts": chosen,
        "choices": _choices(request, chosen),
        "zone": zone,
        "campaign": batch.campaign,
        "template": request.POST.get("template", ""),
        "key": request.POST.get("key", "")[:64] or uuid7().hex,
        "wrong": len(wrong),
        "right": len(rows) - len(wrong),
        "mistakes": sum(len(row.mistakes) for row in wrong),
    }
    return render(request, "publishing/batch/table.html", context, status=422 if verb and wrong else 200)


def _row(
    row: CheckedRow, zone: str, titles: Mapping[UUID, str], pictures: Mapping[str, str], own: Sequence[str]
) -> dict[str, Any]:
    instant = row.item.when.resolve(zone) if row.item.when else None
    return {
        "place": row.number - 1,
        "number": row.number,
        "media": row.item.media_id,
        "name": titles.get(row.item.media_id, "—"),
        "picture": pictures.get(str(row.item.media_id), ""),
        "wall": f"{instant.wall:%Y-%m-%dT%H:%M}" if instant else "",
        "text": row.item.text,
        "title": row.item.title,
        "own": [(key, PLATFORMS[key].label, row.item.own.get(key, "")) for key in own],
        "mistakes": row.mistakes,
        "notes": row.notes,
    }


def _make(request: SignedIn, rows: Sequence[CheckedRow]) -> HttpResponse:
    done = writing.write(actor=request.actor, rows=rows, key=request.POST.get("key", "")[:64], only_right=True)
    if done.made:
        text = f"{counted(len(done.made), 'post')} planned."
        selected_posts.offer_undo(request, text, done.undo, reverse("posts"))
    if done.left:
        numbers = sorted({mistake.row for mistake in done.left})
        which = ", ".join(map(str, numbers))
        messages.warning(request, f"Left out: {noun(len(numbers), 'row')} {which}. {done.left[0].message}")
    return redirect("posts")


urlpatterns = [path("posts/bulk/", post_batch, name="post_batch")]
