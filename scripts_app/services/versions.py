"""Editing a script's rows and going back to a former version; both make a new version."""

from typing import Any
from uuid import UUID

from django.db import transaction
from pydantic import ValidationError

from ai.plain import without_nul
from core.actor import Actor
from core.errors import NotFound, ValidationFailed
from core.validation import fields_of
from scripts_app.errors import ScriptError
from scripts_app.models import Script, ScriptVersion
from scripts_app.schema import ScriptContent, timing_problems
from scripts_app.services.writing import add_version, current, stale, writable

EDITABLE = ("title", "segments", "music", "notes")


@transaction.atomic
def edit(*, actor: Actor, script_id: UUID, version: int, changes: dict[str, Any]) -> Script:
    """Replace title, segments, music or notes. `version` is the one that was read; a stale one is 409 with both.

    Segments must follow each other from 0 without gaps or overlaps; their end is the script's new duration.
    """
    script = writable(actor, script_id)
    former = current(script)
    unknown = set(changes) - set(EDITABLE)
    if unknown or not changes:
        what = f"“{min(unknown)}” cannot be edited." if unknown else "There is nothing to change."
        raise ValidationFailed(ScriptError.SEGMENTS_INVALID, what, fields={name: ["Unknown."] for name in unknown})
    if script.version != version:
        raise stale(script, version)
    content = judged({**former.content, **without_nul(changes)})
    if content.model_dump(mode="json") == former.content:
        return script
    add_version(
        actor,
        script,
        expected=version,
        content=content,
        request=former.request,
        provenance={**former.provenance, "edited": True},
        reason=ScriptVersion.Reason.EDITED,
        note=", ".join(sorted(changes)),
        verb="script.edited",
    )
    script.refresh_from_db()
    return script


def judged(value: dict[str, Any]) -> ScriptContent:
    """The content of an edit, or what is wrong with it, by field (`segments.2`)."""
    try:
        content = ScriptContent.model_validate(value, extra="forbid")
    except ValidationError as error:
        fields = fields_of(error, ScriptContent)
        name, sentences = next(iter(fields.items()))
        raise ValidationFailed(ScriptError.SEGMENTS_INVALID, f"{name}: {sentences[0]}.", fields=fields) from None
    wrong = timing_problems(content.segments)
    if wrong:
        by_row: dict[str, list[str]] = {}
        for index, sentence in wrong:
            by_row.setdefault(f"segments.{index}", []).append(sentence)
        raise ValidationFailed(ScriptError.SEGMENTS_INVALID, wrong[0][1], fields=by_row)
    return content


@transaction.atomic
def restore(*, actor: Actor, script_id: UUID, number: int, version: int | None = None) -> Script:
    """Make a former version the newest one again. `version`, when given, must be the one that was read."""
    script = writable(actor, script_id)
    current(script)
    if version is not None and script.version != version:
        raise stale(script, version)
    wanted = ScriptVersion.objects.for_workspace(actor.workspace_id).filter(script=script, number=number).first()
    if wanted is None:
        raise NotFound()
    add_version(
        actor,
        script,
        expected=script.version,
        content=ScriptContent.model_validate(wanted.content),
        request=wanted.request,
        provenance=wanted.provenance,
        reason=ScriptVersion.Reason.RESTORED,
        note=f"From version {number}",
        verb="script.restored",
    )
    script.refresh_from_db()
    return script
