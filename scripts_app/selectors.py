"""Reads of scripts."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.policy import Action, require
from core.actor import Actor
from core.errors import Conflict, NotFound
from scripts_app import documents, segments
from scripts_app.errors import ScriptError
from scripts_app.models import Script, ScriptVersion
from scripts_app.offline.timing import rules_of
from scripts_app.schema import ScriptContent, ScriptRequest
from strategies.documents import Export


@dataclass(frozen=True, slots=True)
class Shown:
    """A script with one of its versions, read into its schema; `version` is None while there is none."""

    script: Script
    version: ScriptVersion | None
    content: ScriptContent | None
    request: ScriptRequest | None

    @property
    def newest(self) -> bool:
        """Whether this is the version that can be edited."""
        return self.version is not None and self.version.number == self.script.version

    @property
    def words_per_min(self) -> float:
        """The speaking rate the script was written for."""
        return rules_of(self.request).words_per_min if self.request else 0.0

    @property
    def warnings(self) -> list[str]:
        """What may go wrong on set."""
        return segments.warnings(self.content, self.words_per_min) if self.content else []


def scripts(actor: Actor, *, search: str = "", platform: str = "", status: str = "") -> QuerySet[Script]:
    """The workspace's scripts that are not deleted, newest first."""
    require(actor, Action.READ)
    rows: QuerySet[Script] = Script.objects.for_workspace(actor.workspace_id).alive()
    if search:
        rows = rows.filter(search__contains=search.casefold())
    if platform:
        rows = rows.filter(platform="twitter" if platform == "x" else platform)
    if status:
        rows = rows.filter(status=status)
    return rows.select_related("created_by", "video").order_by("-created_at", "variation", "-id")


def script(actor: Actor, script_id: UUID) -> Script:
    """One script; 404 for foreign and deleted ones."""
    require(actor, Action.READ)
    rows = Script.objects.for_workspace(actor.workspace_id).alive().select_related("video", "strategy")
    found: Script | None = rows.filter(pk=script_id).first()
    if found is None:
        raise NotFound()
    return found


def shown(actor: Actor, script_id: UUID, *, number: int | None = None) -> Shown:
    """A script with its newest version, or with version `number` (404 when it has none such)."""
    found = script(actor, script_id)
    version = versions(actor, found).filter(number=found.version if number is None else number).first()
    if version is None:
        if number is not None:
            raise NotFound()
        return Shown(found, None, None, None)
    return Shown(
        found, version, ScriptContent.model_validate(version.content), ScriptRequest.model_validate(version.request)
    )


def versions(actor: Actor, of: Script) -> QuerySet[ScriptVersion]:
    """All versions, newest first, with who wrote them."""
    rows = ScriptVersion.objects.for_workspace(actor.workspace_id).filter(script=of)
    return rows.select_related("created_by").order_by("-number")


def variations(actor: Actor, of: Script) -> QuerySet[Script]:
    """The other variations of the same concept."""
    rows: QuerySet[Script] = Script.objects.for_workspace(actor.workspace_id).alive()
    return rows.filter(group_id=of.group_id).exclude(pk=of.pk).order_by("variation", "id")


def export(actor: Actor, script_id: UUID, *, format_: str, number: int | None = None) -> Export:
    """A version as a file; 409 while there is none."""
    found = shown(actor, script_id, number=number)
    if found.content is None or found.version is None:
        raise Conflict(ScriptError.NOT_READY, "This script is not ready yet, so there is nothing to export.")
    return documents.export(
        found.content,
        platform=found.script.platform,
        offline=bool(found.version.provenance.get("offline")),
        version=found.version.number,
        format_=format_,
    )


def api_content(version: ScriptVersion | None) -> dict[str, Any]:
    """A version's content as the API shows it."""
    return dict(version.content) if version else {}
