"""What a kind of document is. A new kind is a subclass of `DocumentType`: its rows, its schema and its words."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar, cast

from pydantic import BaseModel, ValidationError

from ai.gateway import Answer
from core.actor import Actor
from core.errors import ValidationFailed
from core.validation import fields_of
from documents.export import Block
from documents.models import Document, DocumentQuerySet, DocumentVersion
from jobs.models import Job

D = TypeVar("D", bound=Document)
C = TypeVar("C", bound=BaseModel)
R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Shown(Generic[D, C, R]):
    """A document with one of its versions, read into its schema; `version` is None while there is none."""

    document: D
    version: DocumentVersion | None = None
    content: C | None = None
    request: R | None = None

    @property
    def newest(self) -> bool:
        """Whether this is the version that can be edited."""
        return self.version is not None and self.version.number == self.document.version

    @property
    def provenance(self) -> dict[str, Any]:
        """Where the version came from; empty while there is none."""
        return self.version.provenance if self.version else {}

    @property
    def offline(self) -> bool:
        """Whether the version was made without a model."""
        return bool(self.provenance.get("offline"))


@dataclass(frozen=True, slots=True)
class Made(Generic[D]):
    """Documents in the order asked for, and the jobs that still work on some of them."""

    documents: list[D]
    jobs: list[Job] = field(default_factory=list)

    @property
    def document(self) -> D:
        """The only document, or the first."""
        return self.documents[0]

    @property
    def job(self) -> Job | None:
        """The first job that still works; None when everything is ready."""
        return self.jobs[0] if self.jobs else None


S = TypeVar("S", bound=Shown[Any, Any, Any])
M = TypeVar("M", bound=Made[Any])


class DocumentType(ABC, Generic[D, S, M]):
    """One kind of document: what `documents` needs to make, change, keep, export and serve it.

    `name` is the noun in sentences, the subject of jobs and audit rows, the first word of audit verbs, and the name of
    the versions' foreign key. `related` are foreign keys of the document that its page shows. `sections`
    are the fields of `content` that can be edited, with their labels; the title always can. `errors` is the app's enum:
    INPUT_INVALID, CONTENT_INVALID, SECTION_UNKNOWN, NOT_READY, STALE, FORMAT_UNKNOWN, NOT_DELETED and CANNOT_RETRY.
    """

    name: ClassVar[str]
    model: type[D]
    version_model: ClassVar[type[DocumentVersion]]
    shown: type[S]
    made: type[M]
    content: ClassVar[type[BaseModel]]
    request: ClassVar[type[BaseModel]]
    errors: ClassVar[Any]
    purpose: ClassVar[str]
    sections: ClassVar[Mapping[str, str]]
    formats: ClassVar[tuple[str, ...]] = ("md", "pdf")
    stage: ClassVar[str] = "Writing"
    related: ClassVar[tuple[str, ...]] = ()
    can_regenerate: ClassVar[bool] = False

    @property
    def objects(self) -> DocumentQuerySet[D]:
        """All documents of the kind, in every workspace."""
        return cast(DocumentQuerySet[D], self.model.objects.all())

    @property
    def job_kind(self) -> str:
        """The kind of the jobs that ask a model."""
        return f"{self.model._meta.app_label}.generate"

    @abstractmethod
    def request_for(self, actor: Actor, document: D) -> BaseModel:
        """What the gateway is asked for a saved document, with the newest facts. No transaction is open."""

    @abstractmethod
    def blocks(self, shown: S) -> list[Block]:
        """A version as a document to export."""

    @abstractmethod
    def search_words(self, document: D) -> Iterable[str]:
        """What the list's search looks in besides the title."""

    def search_text(self, document: D, title: str) -> str:
        """The normalised text of the column `search`."""
        return " ".join([title, *self.search_words(document)]).casefold()

    def columns(self, content: Any) -> dict[str, Any]:
        """Columns of the document that repeat something of its newest content."""
        return {}

    def check(self, content: Any, former: DocumentVersion) -> None:
        """Refuse an edit that fits the schema but is not right."""

    def regenerated(self, former: DocumentVersion, answer: Answer, section: str) -> BaseModel:
        """The former content with one section of a new answer."""
        new = answer.value.model_dump(mode="json")[section]
        return self.content.model_validate({**former.content, section: new})

    def unknown_section(self, key: str) -> str:
        """The sentence for a field that cannot be edited."""
        return f"“{key}” cannot be edited."

    def section_text(self, content: Any, key: str) -> str:
        """A section as plain words, for comparing versions."""
        return "\n".join(leaves(content.model_dump(mode="json")[key]))

    def edit_note(self, changed: Iterable[str]) -> str:
        """What the list of versions says of an edit."""
        return ", ".join(self.sections.get(key, "Title") for key in changed)

    def parse(self, value: Mapping[str, Any], former: DocumentVersion) -> BaseModel:
        """The content of an edit, or a refusal that names what is wrong by field (`segments.2`)."""
        try:
            content = self.content.model_validate(value, extra="forbid")
        except ValidationError as error:
            fields = fields_of(error, self.content)
            name, sentences = next(iter(fields.items()))
            raise ValidationFailed(self.errors.CONTENT_INVALID, f"{name}: {sentences[0]}.", fields=fields) from None
        self.check(content, former)
        return content


def leaves(value: Any) -> Iterator[str]:
    """Everything that is said in a JSON value, in its order."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if parts is None:
        yield str(value)
    else:
        for part in parts:
            yield from leaves(part)
