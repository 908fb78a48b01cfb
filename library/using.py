"""What a template becomes: its texts with values, checked by the platforms' one specification, and a draft of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from accounts.policy import Action, require
from core.actor import Actor
from core.errors import ValidationFailed
from core.serializers import nearest
from core.text.lengths import length
from library import hashtags, selectors, variables
from library.content import PlatformPart, TemplateContent, clean_text, content_of
from library.errors import LibraryError
from library.models import Signature, Template
from media.models import MediaFile
from publishing.platforms import file_rules
from publishing.platforms.base import AccountRef, Spec
from publishing.platforms.declared import Problem
from publishing.platforms.registry import adapter_for
from publishing.posts.request_body import with_hashtags
from publishing.schedule import specs

LONGEST_VALUE, LONGEST_TEXT, LONGEST_TITLE = 2_000, 20_000, 200


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with its values. `missing` are the names of the values that are still asked for."""

    text: str
    title: str
    platforms: Mapping[str, PlatformPart]
    missing: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PlatformReport:
    """One platform's part as it would go out. `used` and `limit` count the text in `unit`; 0 means no limit."""

    platform: str
    label: str
    text: str
    title: str
    unit: str
    used: int
    limit: int
    problems: Sequence[Problem] = field(default_factory=tuple)


def fill(content: TemplateContent, values: Mapping[str, str]) -> Filled:
    """The template's texts with values; a value that is missing leaves its place empty, and its name is told."""
    wanted = content.variables()
    given = {variables.key(name): clean_text(value) for name, value in values.items()}
    defaults = {each.name: each.default for each in wanted}

    def said(text: str) -> str:
        return variables.filled(text, given, defaults)

    return Filled(
        text=said(content.text),
        title=said(content.title),
        platforms={
            key: PlatformPart(None if part.text is None else said(part.text), said(part.title), part.options)
            for key, part in content.platforms.items()
        },
        missing=[each.name for each in wanted if each.is_required and not given.get(each.name)],
    )


def require_values(content: TemplateContent, values: Mapping[str, str]) -> Filled:
    """The same, refused when a value is missing, belongs to no variable, or makes a text too long for a post."""
    names = [each.name for each in content.variables()]
    problems: dict[str, list[str]] = {}
    for name in values:
        if variables.key(name) not in names:
            near = nearest(variables.key(name), names, {})
            more = f"Did you mean {near}?" if near else f"Known: {', '.join(names)}." if names else "It has none."
            problems[f"variables.{name[:64]}"] = [f"{name[:64]} is no variable of this template. {more}"]
    if problems:
        raise _refusal(LibraryError.VARIABLE_UNKNOWN, problems)
    filled = fill(content, values)
    for name in filled.missing:
        problems[f"variables.{name}"] = [f"Say what {{{{{name}}}}} is."]
    if problems:
        raise _refusal(LibraryError.VARIABLE_MISSING, problems)
    texts = [filled.text, *(part.text or "" for part in filled.platforms.values())]
    titles = [filled.title, *(part.title for part in filled.platforms.values())]
    for most, found in ((LONGEST_TEXT, texts), (LONGEST_TITLE, titles)):
        longest = max(map(len, found))
        if longest > most:
            noun = "title" if most == LONGEST_TITLE else "text"
            sentence = f"With these values a {noun} has {longest:,} characters; a post's has {most:,} at most."
            raise _refusal(LibraryError.TEXT, {"variables": [sentence]})
    return filled


def _refusal(code: str, fields: Mapping[str, list[str]]) -> ValidationFailed:
    return ValidationFailed(code, next(iter(fields.values()))[0], fields=fields)


def reports(workspace_id: UUID, filled: Filled, files: Sequence[MediaFile]) -> list[PlatformReport]:
    """What the chosen platforms would say to a template's texts, files and options.

    Nothing is said of what is left to the composer: accounts, and choices that the template does not make.
    """
    return [_report(workspace_id, key, part, filled, files) for key, part in filled.platforms.items()]


def _report(
    workspace_id: UUID, platform: str, part: PlatformPart, filled: Filled, files: Sequence[MediaFile]
) -> PlatformReport:
    adapter = adapter_for(platform)
    text = part.text if part.text is not None else filled.text
    title = part.title or filled.title
    thumbnail = specs.thumbnail_in(workspace_id, part.options)
    spec = Spec(
        platform=platform,
        text=text,
        title=title,
        options=dict(part.options),
        media=tuple(specs.media_spec(file) for file in files),
        thumbnail=specs.media_spec(thumbnail) if thumbnail else None,
    )
    told = {*(["text"] if text.strip() else []), *(["title"] if title else []), *(["media"] if files else [])}
    told |= set(part.options)
    found = adapter.check(file_rules.converted(spec, adapter.accepts), AccountRef("", "", {}))
    limit = adapter.limits.get("text")
    return PlatformReport(
        platform=platform,
        label=adapter.label,
        text=text,
        title=title,
        unit=adapter.text_unit,
        used=length(text, adapter.text_unit),
        limit=int(limit.value) if limit else 0,
        problems=[problem for problem in found if problem.field in told],
    )


def preview(actor: Actor, template: Template, values: Mapping[str, str]) -> tuple[Filled, list[PlatformReport]]:
    """A template with values as far as they are given, and what its platforms would say."""
    require(actor, Action.READ)
    filled = fill(content_of(template), values)
    return filled, reports(actor.workspace_id, filled, [row.file for row in template.media.all()])


def signed(text: str, signature: str) -> str:
    """The text with a signature below it, unless it ends with it already."""
    if not signature.strip() or text.rstrip().endswith(signature.strip()):
        return text
    return f"{text.rstrip()}\n\n{signature.strip()}" if text.strip() else signature.strip()


@dataclass(frozen=True, slots=True)
class Extras:
    """What a person adds to the texts by name: hashtag groups and a signature."""

    hashtags: Sequence[str] = ()
    signature: Signature | None = None

    @classmethod
    def chosen(cls, actor: Actor, groups: Sequence[UUID], signature: UUID | None) -> "Extras":
        """By their ids; 404 for foreign ones."""
        rows = [selectors.hashtag_group(actor, pk) for pk in groups]
        return cls(
            hashtags.cleaned(tag for row in rows for tag in row.hashtags),
            selectors.signature(actor, signature) if signature else None,
        )

    @property
    def is_for_all(self) -> bool:
        """Whether the signature belongs to no platform and no account."""
        return self.signature is not None and not self.signature.platform and self.signature.account_id is None

    def added(self, text: str, *, own: bool = False) -> str:
        """The text with them. `own`: it is a text for the accounts that the signature belongs to."""
        if self.signature is not None and (own or self.is_for_all):
            text = signed(text, self.signature.text)
        return with_hashtags(text, self.hashtags)


NOTHING_ADDED = Extras()


def as_dict(report: PlatformReport) -> dict[str, Any]:
    """A report for the API."""
    return {
        "platform": report.platform, "content": report.text, "title": report.title, "unit": report.unit,
        "used": report.used, "limit": report.limit, "problems": report.problems,
    }  # fmt: skip
