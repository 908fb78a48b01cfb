"""Pages that all kinds of documents have: the list, one document, its versions, exports and trash."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_POST

from accounts.policy import Action, may
from core.errors import DomainError
from documents import selectors
from documents.kinds import DocumentType
from documents.models import Document
from documents.services import making, trash, versions
from documents.viewsets import file_response
from jobs import selectors as jobs
from jobs.models import Job
from pages.access import SignedIn, signed_in
from pages.query_params import whole
from platforms import choices

PER_PAGE = 20
VERSIONS_SHOWN, VERSIONS_COMPARED = 12, 200
FORMATS = {"pdf": "PDF", "docx": "Word (DOCX)", "md": "Markdown"}


class DocumentPages(ABC):
    """The pages of one kind of document.

    Its templates are in a folder named like its app: `list.html` with the fragment `_list.html`, and `detail.html` with
    a fragment named like the kind. They extend those of `templates/documents/`.
    """

    kind: ClassVar[DocumentType[Any, Any, Any]]
    rows: ClassVar[Callable[..., QuerySet[Any]]]
    """The selector of the list."""
    participle: ClassVar[str]
    """What happens to a document: “the script is being written”."""
    searched: ClassVar[str]
    """What the search field says it looks in."""
    compares: ClassVar[bool] = False
    """Whether there is a page that compares two versions."""

    def __init__(self) -> None:
        self.name = self.kind.name
        self.plural = self.kind.model._meta.app_label
        self.undo_key = f"{self.name}_undo"
        actions = ("detail", "retry", "restore", "export", "delete", "undo", "new", "versions")
        self.routes = {"list": self.plural, **{action: f"{self.name}_{action}" for action in actions}}
        self.frame = {"name": self.name, "plural": self.plural, "routes": self.routes, "compares": self.compares}

    @abstractmethod
    def context(self, request: SignedIn, shown: Any, *args: Any, **state: Any) -> dict[str, Any]:
        """What the kind's own part of a page needs; `state` is `job`, `error` and what else `page` was given."""

    def urls(self, *more: URLPattern) -> list[URLPattern]:
        """The addresses; those of the kind's own pages come first."""
        one = f"{self.plural}/<uuid:pk>"
        compared = path(f"{one}/versions/", self._get(self.compare), name=f"{self.name}_versions")
        return [
            path(f"{self.plural}/", self._get(self.index), name=self.plural),
            *more,
            *([compared] if self.compares else []),
            path(f"{one}/", self._get(self.show), name=f"{self.name}_detail"),
            path(f"{one}/versions/<int:number>/restore/", self._post(self.restore), name=f"{self.name}_restore"),
            path(f"{one}/export/<slug:format_>/", self._get(self.export), name=f"{self.name}_export"),
            path(f"{one}/retry/", self._post(self.retry), name=f"{self.name}_retry"),
            path(f"{one}/delete/", self._post(self.delete), name=f"{self.name}_delete"),
            path(f"{one}/undo/", self._post(self.undo), name=f"{self.name}_undo"),
        ]

    @staticmethod
    def _get(view: Callable[..., HttpResponse]) -> Any:
        return signed_in(require_GET(view))

    @staticmethod
    def _post(view: Callable[..., HttpResponse]) -> Any:
        return signed_in(require_POST(view))

    def index(self, request: SignedIn) -> HttpResponse:
        """The list."""
        search, platform = request.GET.get("q", "")[:200], request.GET.get("platform", "")
        rows = self.rows(request.actor, search=search, platform=platform)
        context = {
            "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
            "search": search,
            "searched": self.searched,
            "platform": platform,
            "platforms": choices(),
            "is_narrow": bool(search or platform),
            "may_write": bool(may(request.actor, Action.WRITE)),
            "undo": request.session.pop(self.undo_key, None) if not request.htmx else None,
        }
        return self._render(request, "list", "_list", context)

    def show(self, request: SignedIn, pk: UUID) -> HttpResponse:
        """One document; `?version=` shows a former one."""
        number = whole(request.GET.get("version"))
        return self.page(request, selectors.shown(self.kind, request.actor, pk, number=number))

    def compare(self, request: SignedIn, pk: UUID) -> HttpResponse:
        """`?a=&b=`: two versions, word by word; the newest two unless it says which."""
        document = selectors.document(self.kind, request.actor, pk)
        rows = list(selectors.versions(request.actor, document)[:VERSIONS_COMPARED])
        if not rows:
            return redirect(self.routes["detail"], pk=pk)
        later = whole(request.GET.get("b")) or rows[0].number
        earlier = whole(request.GET.get("a")) or max(1, later - 1)
        contents = selectors.contents(self.kind, document, earlier, later)
        context = {
            "document": document,
            "versions": rows,
            "earlier": earlier,
            "later": later,
            "differences": selectors.compare(self.kind, *contents),
        }
        return render(request, "documents/compare.html", {**self.frame, **context})

    def restore(self, request: SignedIn, pk: UUID, number: int) -> HttpResponse:
        """Make a former version the newest."""
        versions.restore(self.kind, actor=request.actor, document_id=pk, number=number)
        messages.success(request, f"Version {number} is restored as a new version.")
        return redirect(self.routes["detail"], pk=pk)

    def retry(self, request: SignedIn, pk: UUID) -> HttpResponse:
        """Try a failed generation again."""
        making.retry(self.kind, actor=request.actor, document_id=pk)
        return self.done(request, pk)

    def export(self, request: SignedIn, pk: UUID, format_: str) -> HttpResponse:
        """A version as a file."""
        number = whole(request.GET.get("version"))
        return file_response(selectors.export(self.kind, request.actor, pk, format_=format_, number=number))

    def delete(self, request: SignedIn, pk: UUID) -> HttpResponse:
        """Into the trash; the list offers to undo it."""
        document = trash.delete(self.kind, actor=request.actor, document_id=pk)
        request.session[self.undo_key] = {"id": str(pk), "title": document.title}
        return redirect(self.plural)

    def undo(self, request: SignedIn, pk: UUID) -> HttpResponse:
        """Back from the trash."""
        trash.undelete(self.kind, actor=request.actor, document_id=pk)
        messages.success(request, f"The {self.name} is back.")
        return redirect(self.routes["detail"], pk=pk)

    def done(self, request: SignedIn, pk: UUID, anchor: str = "", **state: Any) -> HttpResponse:
        """The document after a change: as a fragment, or by a redirect."""
        if request.htmx:
            return self.page(request, selectors.shown(self.kind, request.actor, pk), **state)
        return redirect(f"{reverse(self.routes['detail'], args=[pk])}{anchor}")

    def page(self, request: SignedIn, shown: Any, *, error: DomainError | None = None, **state: Any) -> HttpResponse:
        """A document's page, or the part of it that htmx replaces."""
        document = shown.document
        job = self._job(request, document)
        if request.htmx and request.GET.get("waiting") and shown.content and job is None:
            # The page's head has other actions now; only a whole load shows them.
            return HttpResponse(headers={"HX-Refresh": "true"})
        context = {
            "document": document,
            "shown": shown,
            "content": shown.content,
            "offline": shown.offline,
            "versions": list(selectors.versions(request.actor, document)[:VERSIONS_SHOWN]),
            "may_write": bool(may(request.actor, Action.WRITE)),
            "job": job,
            "error": error,
            "here_url": reverse(self.routes["detail"], args=[document.pk]),
            "participle": self.participle,
            "formats": [(format_, label) for format_, label in FORMATS.items() if format_ in self.kind.formats],
            self.name: document,
            **self.context(request, shown, job=job, error=error, **state),
        }
        return self._render(request, "detail", f"_{self.name}", context, status=422 if error else 200)

    def _job(self, request: SignedIn, document: Document) -> Job | None:
        """The job that works on a document, where there may be one."""
        if document.status != Document.Status.GENERATING and not self.kind.can_regenerate:
            return None
        return jobs.unfinished_about(request.actor, self.name, [document.pk]).get(document.pk)

    def _render(
        self, request: SignedIn, page: str, fragment: str, context: dict[str, Any], *, status: int = 200
    ) -> HttpResponse:
        template = f"{self.plural}/{fragment if request.htmx else page}.html"
        response = render(request, template, {**self.frame, **context}, status=status)
        patch_vary_headers(response, ["HX-Request"])
        return response
