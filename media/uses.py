"""What still needs a file: one rule for everything that deletes a video, a media file or an edit."""

from collections.abc import Collection
from uuid import UUID

from core.errors import Conflict
from core.formatting import counted
from core.hooks import FileUse, uses
from media.errors import MediaError


def require_free(workspace_id: UUID, file_ids: Collection[UUID], name: str) -> None:
    """Raise `Conflict` with all uses in its details while something that has not ended needs one of these files.

    `name` is what the person wants to delete. What ended keeps its words and numbers, and holds nothing.
    """
    found = uses.of(workspace_id, file_ids)
    if found:
        raise Conflict(MediaError.IN_USE, sentence(found, name), {"uses": [use.as_json() for use in found]})


def holders(rows: Collection[object]) -> list[object]:
    """Those of the rows that protect a file which do more than remember it."""
    return [row for row in rows if not isinstance(row, tuple(uses.memories))]


def sentence(found: Collection[FileUse], name: str) -> str:
    """`“Morning run” is planned in the post “Hello” and 2 others. Cancel or change that first.`"""
    first, *rest = found
    more = f" and {counted(len(rest), 'other')}" if rest else ""
    return f"“{name}” {first.how} the {first.type} “{first.title}”{more}. Cancel or change that first."
