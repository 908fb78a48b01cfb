"""Making, changing and deleting templates of posts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import audit, policy
from accounts.policy import Action
from core import clock, retention
from core.actor import Actor
from core.errors import Conflict, ValidationFailed
from core.formatting import excerpt
from library import selectors, variables
from library.content import PlatformPart, TemplateContent, clean_text, content_of
from library.errors import LibraryError
from library.models import Template, TemplateMedia
from library.services import saving, tags
from media.models import MediaFile
from platforms import PLATFORMS, canonical
from publishing import selectors as publishing
from publishing.platforms.registry import adapter_for
from publishing.posts.request_body import require_options
from scripts_app import selectors as scripts
from scripts_app.schema import Role
from videos.services.names import normalise

LONGEST_NAME, LONGEST_TITLE = 120, 200
MOST_VARIABLES, MOST_TOLD = 30, 10
# What a script says that a caption says too; directions in square brackets are not said.
_SAID = (Role.HOOK, Role.CTA)
_DIRECTION = re.compile(r"\[[^\]]*\]")


def create(*, actor: Actor, content: TemplateContent, source: tuple[str, UUID] | None = None) -> Template:
    """Make a template. `source` names what it was saved from, e.g. `("post", id)`."""
    policy.require(actor, Action.WRITE)
    content = checked(content)
    files = publishing.media_files(actor, content.media_ids)
    with transaction.atomic():
        template = Template.objects.create(
            workspace_id=actor.workspace_id,
            created_by_id=actor.user_id,
            source_type=source[0] if source else "",
            source_id=source[1] if source else None,
            **_columns(content),
        )
        _put_media(template, [file.pk for file in files])
        tags.put(template, content.tags)
        audit.record(actor, "template.create", ("template", template.pk), {"name": template.name})
    return selectors.template(actor, template.pk)


def update(*, actor: Actor, template_id: UUID, version: int | None, changes: Mapping[str, Any]) -> Template:
    """Change fields of `TemplateContent`. `version` is the one that the person saw; a stale one is 409 with both."""
    policy.require(actor, Action.WRITE)
    template = selectors.template(actor, template_id)
    saving.require_version(template, version, as_json)
    before = content_of(template)
    content = checked(replace(before, **changes))
    if content == before:
        return template
    publishing.media_files(actor, content.media_ids)
    with transaction.atomic():
        saving.save_over(template, _columns(content), as_json)
        if list(content.media_ids) != list(before.media_ids):
            TemplateMedia.objects.filter(template=template).delete()
            _put_media(template, content.media_ids)
        tags.put(template, content.tags)
        audit.record(actor, "template.update", ("template", template.pk), {"fields": sorted(changes)})
    return selectors.template(actor, template_id)


def delete(*, actor: Actor, template_id: UUID) -> Template:
    """Put a template into the trash; it can be brought back for 30 days."""
    policy.require(actor, Action.WRITE)
    template = selectors.template(actor, template_id)
    with transaction.atomic():
        Template.objects.filter(pk=template.pk).update(deleted_at=clock.now(), updated_at=clock.now())
        audit.record(actor, "template.delete", ("template", template.pk), {"name": template.name})
    return template


def restore(*, actor: Actor, template_id: UUID) -> Template:
    """Bring a template back from the trash."""
    policy.require(actor, Action.WRITE)
    template = saving.get(Template, actor, template_id)
    if template.deleted_at is None:
        raise Conflict(LibraryError.NOT_DELETED, "This template is not in the trash.")
    with transaction.atomic():
        Template.objects.filter(pk=template.pk).update(deleted_at=None, updated_at=clock.now())
        # In the trash it has held no files.
        TemplateMedia.objects.filter(template=template).exclude(file__state=MediaFile.State.READY).delete()
        audit.record(actor, "template.restore", ("template", template.pk), {"name": template.name})
    return selectors.template(actor, template_id)


def empty_trash() -> None:
    """Erase what has been in the trash for 30 days, in every workspace."""
    Template.objects.filter(deleted_at__lt=clock.now() - retention.IN_TRASH).delete()


def duplicate(*, actor: Actor, template_id: UUID) -> Template:
    """Another template that says the same."""
    template = selectors.template(actor, template_id)
    content = content_of(template)
    name = f"{excerpt(content.name, LONGEST_NAME - 8)} (copy)"
    return create(actor=actor, content=replace(content, name=name), source=("template", template.pk))


def save_post(*, actor: Actor, post_id: UUID, changes: Mapping[str, Any] | None = None) -> Template:
    """Make a template that says what a post says, in whatever state it is; `changes` are fields of its content."""
    policy.require(actor, Action.WRITE)
    post = publishing.post(actor, post_id)
    shares = [(row.platform, PlatformPart(row.text, row.title, row.options)) for row in post.targets.all()]
    content = content_from(post.text, shares, [row.file_id for row in post.media.all()])
    return create(actor=actor, content=replace(content, **(changes or {})), source=("post", post.pk))


def save_script(*, actor: Actor, script_id: UUID) -> Template:
    """Make a template of how a script opens and what it asks for in the end, for the script's platform."""
    policy.require(actor, Action.WRITE)
    shown = scripts.shown(actor, script_id)
    segments = shown.content.segments if shown.content else []
    lines = [" ".join(_DIRECTION.sub(" ", row.audio).split()) for row in segments if row.role in _SAID]
    text = "\n\n".join(dict.fromkeys(line for line in lines if line)) or shown.script.title
    content = content_from(text, [(shown.script.platform, PlatformPart())], name=shown.script.title)
    return create(actor=actor, content=replace(content, name=content.name[:LONGEST_NAME]), source=("script", script_id))


def content_from(
    text: str, shares: Sequence[tuple[str, PlatformPart]], files: Sequence[UUID] = (), *, name: str = ""
) -> TemplateContent:
    """What somebody wrote for a post, as a template that says just this: braces in it are only braces.

    Of several accounts of a platform the first counts. Pictures that options name stay behind: they are the post's.
    """
    parts = dict(reversed(shares))
    platforms = {
        key: PlatformPart(
            text=None if part.text is None else variables.escaped(part.text),
            title=_fitting(variables.escaped(part.title)),
            options={name: value for name, value in part.options.items() if name not in _pictures(key)},
        )
        for key, part in sorted(parts.items())
    }
    return TemplateContent(
        name=name or name_from(text), text=variables.escaped(text), platforms=platforms, media_ids=list(files)
    )


def name_from(text: str) -> str:
    """A name for a template that is saved from a text."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return excerpt(first) or "Untitled template"


def as_json(template: Template) -> dict[str, Any]:
    """What a template says, for whoever saved an older version."""
    content = content_of(template)
    return {
        "name": content.name,
        "content": content.text,
        "title": content.title,
        "platforms": [
            {"platform": key, "content": part.text, "title": part.title, "options": dict(part.options)}
            for key, part in content.platforms.items()
        ],
        "media_ids": [str(key) for key in content.media_ids],
        "tags": list(content.tags),
        "notes": content.notes,
    }


def checked(content: TemplateContent) -> TemplateContent:
    """The content as it is kept; a refusal names everything that is wrong, by field."""
    parts = {canonical(key): _clean_part(part) for key, part in content.platforms.items()}
    content = replace(
        content,
        name=saving.clean_name(content.name, longest=LONGEST_NAME),
        text=clean_text(content.text),
        title=saving.clean_name(content.title, longest=LONGEST_TITLE) if content.title.strip() else "",
        platforms=parts,
        media_ids=list(dict.fromkeys(content.media_ids)),
        notes=clean_text(content.notes),
    )
    for key, part in parts.items():
        if key not in PLATFORMS:
            sentence = f"“{key[:40]}” is no platform here. Known: {', '.join(sorted(PLATFORMS))}."
            raise ValidationFailed(LibraryError.PLATFORM_UNKNOWN, sentence, fields={"platforms": [sentence]})
        require_options(adapter_for(key), part.options, f"platforms.{key}.options")
    if not (content.media_ids or any(text.strip() for _, text in content.texts())):
        sentence = "A template needs a text or a file."
        raise ValidationFailed(LibraryError.TEXT, sentence, fields={"content": [sentence]})
    _require_variables(content)
    return content


def _require_variables(content: TemplateContent) -> None:
    fields: dict[str, list[str]] = {}
    for name, text in content.texts():
        if len(text) > saving.LONGEST_TEXT:
            fields[name] = [f"A text has {saving.LONGEST_TEXT:,} characters at most; this has {len(text):,}."]
        elif found := variables.mistakes(text):
            fields[name] = found[:MOST_TOLD]
    if fields:
        sentence = next(iter(fields.values()))[0]
        raise ValidationFailed(LibraryError.VARIABLE_SYNTAX, sentence, fields=fields)
    count = len(content.variables())
    if count > MOST_VARIABLES:
        sentence = f"A template has {MOST_VARIABLES} variables at most; these are {count}."
        raise ValidationFailed(LibraryError.TOO_MANY, sentence, fields={"content": [sentence]})


def _clean_part(part: PlatformPart) -> PlatformPart:
    own = None if part.text is None or not part.text.strip() else clean_text(part.text)
    return PlatformPart(own, _fitting(" ".join(part.title.split())), dict(part.options))


def _fitting(title: str) -> str:
    return title[:LONGEST_TITLE]


def _pictures(platform: str) -> tuple[str, ...]:
    return PLATFORMS[platform].named("picture")


def _columns(content: TemplateContent) -> dict[str, Any]:
    words = [content.name, content.notes, *(text for _, text in content.texts())]
    return {
        "name": content.name,
        "text": content.text,
        "title": content.title,
        "platforms": {key: part.as_json() for key, part in content.platforms.items()},
        "notes": content.notes,
        "search": normalise(" ".join(words)),
    }


def _put_media(template: Template, files: Any) -> None:
    for position, key in enumerate(files):
        TemplateMedia.objects.create(
            workspace_id=template.workspace_id, template=template, file_id=key, position=position
        )
