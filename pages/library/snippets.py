"""Hashtag groups and signatures: a list with a form for a new one, one to change, and what the composer inserts."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.policy import Action, may, require
from core.errors import Conflict, ValidationFailed
from library import hashtags, selectors
from library.models import HashtagGroup, Signature
from library.services import hashtag_groups, signatures
from library.services.signatures import SignatureContent
from pages import edit_conflicts
from pages.access import SignedIn, add_errors, signed_in
from pages.forms.library import HashtagGroupForm, SignatureForm, group_label, signature_label
from publishing import selectors as publishing

PER_PAGE, MOST_OFFERED = 20, 100


class Snippets(ABC):
    """The pages of one kind. `name` is its address and the name of its templates, `noun` what it is called."""

    name: ClassVar[str]
    noun: ClassVar[str]
    route: ClassVar[str]

    def __init__(self) -> None:
        self.index: Callable[..., Any] = signed_in(require_http_methods(["GET", "POST"])(self._index))
        self.edit: Callable[..., Any] = signed_in(require_http_methods(["GET", "POST"])(self._edit))
        self.delete: Callable[..., Any] = signed_in(require_POST(self._delete))

    @abstractmethod
    def rows(self, request: SignedIn, search: str) -> QuerySet[Any]:
        """The list."""

    @abstractmethod
    def row(self, request: SignedIn, pk: UUID) -> Any:
        """One of them."""

    @abstractmethod
    def form(self, request: SignedIn, row: Any = None) -> Any:
        """The form, of a new one or of `row`."""

    @abstractmethod
    def initial(self, row: Any) -> dict[str, Any]:
        """The form's fields of a saved one."""

    @abstractmethod
    def put(self, request: SignedIn, form: Any, row: Any = None) -> Any:
        """Make one, or change `row`."""

    @abstractmethod
    def remove(self, request: SignedIn, pk: UUID) -> Any:
        """Delete one."""

    @abstractmethod
    def line(self, row: Any) -> dict[str, Any]:
        """What the list shows of a row."""

    def _index(self, request: SignedIn) -> HttpResponse:
        writes = bool(may(request.actor, Action.WRITE))
        if request.method == "POST":
            require(request.actor, Action.WRITE)
        form = self.form(request)
        if request.method == "POST" and self._saved(request, form):
            return redirect(f"library_{self.name}")
        search = request.GET.get("q", "")[:80]
        page = Paginator(self.rows(request, search), PER_PAGE).get_page(request.GET.get("page"))
        context = {
            "tab": self.name, "noun": self.noun, "route": self.route, "page": page, "search": search, "form": form,
            "rows": [self.line(row) for row in page], "may_write": writes,
        }  # fmt: skip
        status = 422 if request.method == "POST" else 200
        return render(request, f"library/{self.name}.html", context, status=status)

    def _edit(self, request: SignedIn, **address: UUID) -> HttpResponse:
        (pk,) = address.values()
        row = self.row(request, pk)
        require(request.actor, Action.WRITE)
        form, stale = self.form(request, row), None
        if request.method == "POST":
            try:
                if self._saved(request, form, row):
                    return redirect(f"library_{self.name}")
            except Conflict as error:
                theirs = self.row(request, pk)
                differences = edit_conflicts.rows_of(form, self.initial(theirs))
                edit_conflicts.at_version(form, theirs.version)
                stale = edit_conflicts.stale(error, theirs.version, reverse(self.route, args=[pk]), differences)
        context = {"tab": self.name, "noun": self.noun, "route": self.route, "row": row, "form": form, "stale": stale}
        return render(request, "library/snippet.html", context, status=422 if request.method == "POST" else 200)

    def _saved(self, request: SignedIn, form: forms.Form, row: Any = None) -> bool:
        if not form.is_valid():
            return False
        try:
            saved = self.put(request, form, row)
        except ValidationFailed as error:
            add_errors(form, error)
            return False
        messages.success(request, f"“{saved.name}” is saved.")
        return True

    def _delete(self, request: SignedIn, **address: UUID) -> HttpResponse:
        (pk,) = address.values()
        row = self.remove(request, pk)
        messages.success(request, f"“{row.name}” is deleted. Posts keep what came from it.")
        return redirect(f"library_{self.name}")


class Hashtags(Snippets):
    name, noun, route = "hashtags", "hashtag group", "library_hashtag_group"

    def rows(self, request: SignedIn, search: str) -> QuerySet[HashtagGroup]:
        return selectors.hashtag_groups(request.actor, search)

    def row(self, request: SignedIn, pk: UUID) -> HashtagGroup:
        return selectors.hashtag_group(request.actor, pk)

    def form(self, request: SignedIn, row: HashtagGroup | None = None) -> HashtagGroupForm:
        return HashtagGroupForm(request.POST or None, initial=self.initial(row) if row else None)

    def initial(self, row: HashtagGroup) -> dict[str, Any]:
        return {"name": row.name, "hashtags": hashtags.as_text(row.hashtags), "version": row.version}

    def put(self, request: SignedIn, form: HashtagGroupForm, row: HashtagGroup | None = None) -> HashtagGroup:
        name, tags = form.cleaned_data["name"], hashtags.split(form.cleaned_data["hashtags"])
        if row is None:
            return hashtag_groups.create(actor=request.actor, name=name, tags=tags)
        version = edit_conflicts.sent(request.POST)
        return hashtag_groups.update(actor=request.actor, group_id=row.pk, version=version, name=name, tags=tags)

    def remove(self, request: SignedIn, pk: UUID) -> HashtagGroup:
        return hashtag_groups.delete(actor=request.actor, group_id=pk)

    def line(self, row: HashtagGroup) -> dict[str, Any]:
        return {"row": row, "text": hashtags.as_text(row.hashtags), "notes": hashtags.notes(row.hashtags)}


class Signatures(Snippets):
    name, noun, route = "signatures", "signature", "library_signature"

    def rows(self, request: SignedIn, search: str) -> QuerySet[Signature]:
        return selectors.signatures(request.actor, search)

    def row(self, request: SignedIn, pk: UUID) -> Signature:
        return selectors.signature(request.actor, pk)

    def form(self, request: SignedIn, row: Signature | None = None) -> SignatureForm:
        accounts = publishing.accounts(request.actor)
        return SignatureForm(request.POST or None, accounts=accounts, initial=self.initial(row) if row else None)

    def initial(self, row: Signature) -> dict[str, Any]:
        place = str(row.account_id or row.platform)
        return {
            "name": row.name, "text": row.text, "place": place, "is_default": row.is_default, "version": row.version,
        }  # fmt: skip

    def put(self, request: SignedIn, form: SignatureForm, row: Signature | None = None) -> Signature:
        said = form.fields_of_content()
        if row is None:
            return signatures.create(actor=request.actor, content=SignatureContent(**said))
        version = edit_conflicts.sent(request.POST)
        return signatures.update(actor=request.actor, signature_id=row.pk, version=version, changes=said)

    def remove(self, request: SignedIn, pk: UUID) -> Signature:
        return signatures.delete(actor=request.actor, signature_id=pk)

    def line(self, row: Signature) -> dict[str, Any]:
        return {"row": row}


HASHTAGS, SIGNATURES = Hashtags(), Signatures()


@signed_in
@require_GET
def insert(request: SignedIn) -> HttpResponse:
    """What the composer offers to insert, each with the text that goes in."""
    groups = selectors.hashtag_groups(request.actor)[:MOST_OFFERED]
    signed = selectors.signatures(request.actor)[:MOST_OFFERED]
    context = {
        "groups": [(group_label(row), hashtags.as_text(row.hashtags)) for row in groups],
        # What is meant for one platform or account is offered first to whom it is meant.
        "signatures": [(signature_label(row), row.text) for row in sorted(signed, key=lambda row: not row.is_default)],
    }
    return render(request, "library/_insert.html", context)
