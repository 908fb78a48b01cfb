"""What all changes share: names, texts, and saving over the version that a person saw."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from core import clock
from core.actor import Actor
from core.errors import Conflict, NotFound, ValidationFailed
from core.models import WorkspaceModel
from library.errors import LibraryError

LONGEST_TEXT: Final = 20_000
_SPACE = re.compile(r"\s+")
M = TypeVar("M", bound=WorkspaceModel)


def clean_name(value: str, *, longest: int) -> str:
    """One line, trimmed. Refuses what is empty or too long."""
    name = _SPACE.sub(" ", value).strip()
    if not name:
        raise ValidationFailed(LibraryError.NAME, "Give it a name.", fields={"name": ["This may not be empty."]})
    if len(name) > longest:
        sentence = f"Use at most {longest} characters; this has {len(name)}."
        raise ValidationFailed(LibraryError.NAME, sentence, fields={"name": [sentence]})
    return name


def get(model: type[M], actor: Actor, pk: UUID) -> M:
    """A row of the actor's workspace."""
    found: M | None = model._default_manager.filter(workspace_id=actor.workspace_id, pk=pk).first()  # type: ignore[assignment]
    if found is None:
        raise NotFound
    return found


def require_version(row: Any, version: int | None, shown: Callable[[Any], dict[str, Any]]) -> None:
    """Refuse a save that was made on an older version, with the present content."""
    if version is not None and version != row.version:
        raise stale(row, version, shown)


def save_over(row: Any, changes: Mapping[str, Any], shown: Callable[[Any], dict[str, Any]]) -> None:
    """Write changes over the version of `row`, inside the caller's transaction; somebody else's newer one is 409."""
    rows = type(row)._default_manager.filter(pk=row.pk, version=row.version)
    if not rows.update(**changes, version=F("version") + 1, updated_at=clock.now()):
        yours = row.version
        row.refresh_from_db()
        raise stale(row, yours, shown)
    row.refresh_from_db()


def stale(row: Any, yours: int, shown: Callable[[Any], dict[str, Any]]) -> Conflict:
    """Somebody else saved first: both versions, so that nothing need be typed twice."""
    return Conflict(
        LibraryError.STALE,
        f"Somebody saved “{row}” meanwhile; yours is based on an older version. Compare them and save again.",
        {"yours": yours, "current": row.version, "current_content": shown(row)},
    )


def once_named(act: Callable[[], M], name: str) -> M:
    """Run what saves a name that is unique in its workspace; a name that is taken is refused."""
    try:
        with transaction.atomic():
            return act()
    except IntegrityError:
        sentence = f"There is a “{name}” already. Choose another name."
        raise ValidationFailed(LibraryError.NAME_TAKEN, sentence, fields={"name": [sentence]}) from None
