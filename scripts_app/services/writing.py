"""What all changes share: finding the script to change, and adding a version without losing anybody's."""

from typing import Any
from uuid import UUID

from django.db.models import F

from accounts import audit
from accounts.policy import Action, require
from core import clock
from core.actor import Actor
from core.errors import Conflict, NotFound
from scripts_app.errors import ScriptError
from scripts_app.models import Script, ScriptVersion
from scripts_app.schema import ScriptContent


def writable(actor: Actor, script_id: UUID) -> Script:
    """A script the actor may change; 404 for foreign and deleted ones."""
    require(actor, Action.WRITE)
    found: Script | None = Script.objects.for_workspace(actor.workspace_id).alive().filter(pk=script_id).first()
    if found is None:
        raise NotFound()
    return found


def current(script: Script) -> ScriptVersion:
    """The newest version; refused while there is none."""
    rows = ScriptVersion.objects.for_workspace(script.workspace_id)
    version = rows.filter(script=script, number=script.version).first()
    if version is None:
        raise Conflict(ScriptError.NOT_READY, "This script is still being generated. Wait until it is ready.")
    return version


def search_text(title: str, concept: str, platform: str) -> str:
    """What the list's search looks in."""
    return f"{title} {concept} {platform}".casefold()


def add_version(
    actor: Actor,
    script: Script,
    *,
    expected: int,
    content: ScriptContent,
    request: dict[str, Any],
    provenance: dict[str, Any],
    reason: str,
    note: str = "",
    verb: str,
) -> ScriptVersion:
    """Write the next version inside the caller's transaction; `expected` must be the newest, else 409 with both."""
    changed = Script.objects.filter(pk=script.pk, version=expected).update(
        version=F("version") + 1,
        status=Script.Status.READY,
        error="",
        title=content.title,
        duration_s=content.duration,
        offline=bool(provenance.get("offline")),
        search=search_text(content.title, script.concept, script.platform),
        updated_at=clock.now(),
    )
    if not changed:
        raise stale(script, expected)
    version = ScriptVersion.objects.create(
        workspace_id=script.workspace_id,
        script=script,
        number=expected + 1,
        content=content.model_dump(mode="json"),
        request=request,
        provenance=provenance,
        reason=reason,
        note=note[:200],
        created_by_id=actor.user_id,
    )
    audit.record(actor, verb, ("script", script.pk), {"version": version.number, "note": note})
    return version


def stale(script: Script, yours: int) -> Conflict:
    """Somebody else saved first: both versions, so that nothing need be typed twice."""
    script.refresh_from_db(fields=["version"])
    newest = ScriptVersion.objects.filter(script=script, number=script.version).first()
    return Conflict(
        ScriptError.STALE,
        f"Somebody saved version {script.version} meanwhile; yours is based on version {yours}. "
        "Compare them and save again.",
        {"yours": yours, "current": script.version, "current_content": newest.content if newest else {}},
    )
