"""What a template says, apart from its row: for all platforms, and the own part of each chosen one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from library import variables
from library.models import Template


@dataclass(frozen=True, slots=True)
class PlatformPart:
    """One platform's own part. `text` None means the shared one, an empty title the shared title."""

    text: str | None = None
    title: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"text": self.text, "title": self.title, "options": dict(self.options)}


@dataclass(frozen=True, slots=True)
class TemplateContent:
    """Everything that a person may change of a template; `platforms` are the chosen ones by their keys."""

    name: str
    text: str = ""
    title: str = ""
    platforms: Mapping[str, PlatformPart] = field(default_factory=dict)
    media_ids: Sequence[UUID] = ()
    tags: Sequence[str] = ()
    notes: str = ""

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text that may hold variables, by the name of its field."""
        yield "content", self.text
        yield "title", self.title
        for key, part in self.platforms.items():
            if part.text is not None:
                yield f"platforms.{key}.content", part.text
            yield f"platforms.{key}.title", part.title

    def variables(self) -> list[variables.Wanted]:
        """What is asked for when it is used."""
        return variables.wanted(text for _, text in self.texts())


def clean_text(text: str) -> str:
    """A text with the line breaks that the database and the counters know."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parts_of(template: Template) -> dict[str, PlatformPart]:
    """The platforms' own parts as they are saved."""
    return {key: PlatformPart(**part) for key, part in template.platforms.items()}


def content_of(template: Template) -> TemplateContent:
    """What a template says; reads its media and tags."""
    return TemplateContent(
        name=template.name,
        text=template.text,
        title=template.title,
        platforms=parts_of(template),
        media_ids=[row.file_id for row in template.media.all()],
        tags=sorted((tag.name for tag in template.tags.all()), key=str.casefold),
        notes=template.notes,
    )
