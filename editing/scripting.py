"""Reads a script as the planner wants it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from core.actor import Actor
from core.errors import Conflict
from editing.errors import EditingError
from editing.planners import ScriptSegment
from scripts_app import selectors
from scripts_app.models import Script


@dataclass(frozen=True, slots=True)
class Reading:
    """A script, the version that was read, and its timed segments."""

    script: Script
    version: int
    segments: Sequence[ScriptSegment]

    def without_texts(self) -> list[ScriptSegment]:
        """The same times without texts on the picture."""
        return [replace(segment, text="") for segment in self.segments]


def read(actor: Actor, script_id: UUID) -> Reading:
    """The newest version of a script of the actor's workspace; `Conflict` while it has none."""
    shown = selectors.shown(actor, script_id)
    if shown.content is None or shown.version is None:
        raise Conflict(EditingError.SCRIPT_EMPTY, f"The script “{shown.script.title}” is not written yet. Wait for it.")
    segments = [
        ScriptSegment(part.start_time, part.end_time, part.text_overlay, part.role.value)
        for part in shown.content.segments
    ]
    return Reading(shown.script, shown.version.number, segments)
