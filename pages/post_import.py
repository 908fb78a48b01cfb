"""Posts in spreadsheets: a file is chosen, its columns and every mistake are shown, then its posts are made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse

from accounts.policy import Action, require
from core import timezones
from core.errors import DomainError, ValidationFailed
from core.formatting import counted, noun
from flows.spreadsheets import checking, columns, exporting, reading, writing
from flows.spreadsheets.columns import LABELS, OPTION, Column
from flows.spreadsheets.plan import Mistake, Plan, PlannedPost
from media import body_limit
from pages import selected_posts
from pages.access import SignedIn, signed_in
from pages.forms.spreadsheets import ChoicesForm, FileForm
from platforms import PLATFORMS

_SALT = "pages.post_import"
_KEPT_S = 24 * 60 * 60
# Rows without a mistake that are shown; those with one are all there.
_SHOWN = 25


@dataclass(frozen=True, slots=True)
class _Held:
    """A file that goes back and forth with the page, so that nothing of it is stored before its posts are made."""

    name: str
    text: str

    def sealed(self) -> str:
        return signing.dumps([self.name, self.text], salt=_SALT, compress=True)

    @classmethod
    def of(cls, sealed: str) -> "_Held":
        try:
            name, text = signing.loads(sealed, salt=_SALT, max_age=_KEPT_S)
        except signing.BadSignature:
            raise ValidationFailed("file_gone", "Choose the file again: it was open for more than a day.") from None
        return cls(name, text)


@body_limit.takes(body_limit.file)
@signed_in
def post_import(request: SignedIn) -> HttpResponse:
    """Choose a file, look at what it would become, and make its posts."""
    require(request.actor, Action.WRITE)
    zone = request.preferences.timezone
    if request.method != "POST":
        return _first(request, FileForm(zone=zone))
    files = request.FILES
    form = FileForm(request.POST, files, zone=zone)
    try:
        held = _held(request, form, files.get("file"))
        if held is None:
            return _first(request, form, 422)
        table = reading.read(held.text)
    except DomainError as error:
        form.is_valid()
        form.add_error("file", error.message)
        return _first(request, form, 422)
    zone = timezones.canonical(request.POST.get("timezone", "")) or zone
    found = columns.chosen(table.headings, _roles(request, len(table.headings)))
    given = {name: ChoicesForm(request.POST, platform=name).options() for name in PLATFORMS}
    problem = ""
    try:
        plan = checking.check(actor=request.actor, table=table, chosen=found, zone=zone, options=given)
    except ValidationFailed as error:
        plan, problem = Plan(table, found, zone, ()), error.message
    verb = request.POST.get("do", "")
    if not problem and (verb == "right" or (verb == "all" and not plan.mistakes)):
        return _make(request, plan)
    return _second(request, held, plan, problem)


def _held(request: SignedIn, form: FileForm, upload: Any) -> _Held | None:
    """The file: one that is chosen now, else the one that the page has."""
    if upload is not None:
        text = reading.text_of(upload.read(reading.MOST_BYTES + 1))
        return _Held(str(upload.name)[:120], text)
    if "held" in request.POST:
        return _Held.of(request.POST["held"])
    form.is_valid()
    return None


def _roles(request: SignedIn, count: int) -> dict[int, str]:
    """What the person says that columns hold, by their places."""
    given = {place: request.POST.get(f"role-{place}") for place in range(count)}
    return {place: role for place, role in given.items() if role is not None and columns.is_role(role)}


def _first(request: SignedIn, form: FileForm, status: int = 200) -> HttpResponse:
    known = [(label, columns.names_of(role)) for role, label in LABELS.items()]
    context = {"form": form, "known": known, "most": reading.MOST_ROWS}
    return render(request, "publishing/import/choose.html", context, status=status)


def _second(request: SignedIn, held: _Held, plan: Plan, problem: str) -> HttpResponse:
    mistakes = plan.mistakes
    wrong, right = plan.in_state("wrong"), plan.in_state("scheduled", "draft")
    shown = [post for post in plan.posts if post.state == "wrong"] + right[:_SHOWN]
    context = {
        "held": held,
        "sealed": held.sealed(),
        "plan": plan,
        "problem": problem,
        "columns": [_column(column) for column in plan.columns],
        "roles": LABELS.items(),
        "options": columns.option_roles().items(),
        "choices": _choices(request, plan),
        "mistakes": len(mistakes),
        "wrong": len(wrong),
        "right": len(right),
        "here": len(plan.in_state("here")),
        "scheduled": len(plan.in_state("scheduled")),
        "drafts": len(plan.in_state("draft")),
        "rows": [_row(post) for post in sorted(shown, key=lambda post: post.rows[0])],
        "unshown": max(0, len(right) - _SHOWN),
    }
    return render(request, "publishing/import/check.html", context, status=422 if problem else 200)


def _column(column: Column) -> dict[str, Any]:
    return {"place": column.place, "heading": column.heading, "role": column.role, "note": column.note}


def _choices(request: SignedIn, plan: Plan) -> list[ChoicesForm]:
    """A form for each platform of the file that asks for choices which no column makes."""
    held = {column.role for column in plan.columns}
    used = {account.platform for post in plan.posts for account in post.accounts}
    found = []
    for key in PLATFORMS:
        without = [role.rpartition(".")[2] for role in held if role.startswith(f"{OPTION}{key}.")]
        sent = any(name.startswith(f"choices-{key}-") for name in request.POST)
        form = ChoicesForm(request.POST if sent else None, platform=key, without=without)
        if key in used and form.fields:
            found.append(form)
    return found


def _row(post: PlannedPost) -> dict[str, Any]:
    return {
        "rows": ", ".join(map(str, post.rows)),
        "state": post.state,
        "text": post.content.text,
        "files": [file.original_name for file in post.files],
        "accounts": post.accounts,
        "times": post.shown,
        "mistakes": post.mistakes,
        "notes": post.notes,
    }


def _make(request: SignedIn, plan: Plan) -> HttpResponse:
    done = writing.write(actor=request.actor, plan=plan, only_right=True)
    if done.made:
        text = f"{counted(len(done.made), 'post')} made of the file."
        selected_posts.offer_undo(request, text, done.undo, reverse("posts"))
    if done.here:
        verb = "was" if len(done.here) == 1 else "were"
        messages.info(request, f"{counted(len(done.here), 'post')} {verb} here already, and left as before.")
    if done.left:
        messages.warning(request, _left(done.left))
    return redirect("posts")


def _left(mistakes: Sequence[Mistake]) -> str:
    rows = sorted({mistake.row for mistake in mistakes})
    shown = ", ".join(map(str, rows[:20])) + (" and more" if len(rows) > 20 else "")
    return (
        f"Left out: {noun(len(rows), 'row')} {shown}. Put them right and choose the file again: nothing is made twice."
    )


@signed_in
def template_file(request: SignedIn) -> HttpResponseBase:
    """A file to begin with."""
    return exporting.template(request.actor)


@signed_in
def export_file(request: SignedIn) -> HttpResponseBase:
    """The posts that the list shows, as a file that can be taken over again."""
    query: Mapping[str, str] = request.GET
    return exporting.export(
        request.actor,
        state=query.get("status", ""),
        platform=query.get("platform", ""),
        campaign=query.get("campaign", ""),
        search=query.get("q", ""),
    )


urlpatterns = [
    path("posts/import/", post_import, name="post_import"),
    path("posts/import/template.csv", template_file, name="post_import_template"),
    path("posts/export.csv", export_file, name="posts_export"),
]
