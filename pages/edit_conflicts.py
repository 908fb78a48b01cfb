"""Two people, one row: every page that edits a versioned row sends the version it was read at.

After a conflict the page shows both texts, and the person chooses (`partials/_stale.html`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.forms import BooleanField, Field, FloatField, Form
from django.http import QueryDict

from core.errors import Conflict

_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the two versions say differently, in words."""

    label: str
    yours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Stale:
    """A conflict as drawn: its sentence, where the other version is shown, and what differs. Sending the form again
    then puts the person's own over `version`."""

    message: str
    version: int
    url: str
    differences: tuple[Difference, ...]


def sent(data: QueryDict) -> int | None:
    """The version that a form was read at; None when it says none."""
    given = data.get("version", "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) <= _MOST_DIGITS else None


def current(error: Conflict, otherwise: int) -> int:
    """The version that a conflict names as the newest."""
    found = (error.details.get(name) for name in ("current", "current_version", "version"))
    return next((value for value in found if isinstance(value, int)), otherwise)


def rows_of(form: Form, theirs: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    """What a form says, field by field, beside what was saved (as the form's initial values)."""
    for field in form.visible_fields():
        label = str(field.label or field.name)
        yield label, _words(field.field, field.value()), _words(field.field, theirs.get(field.name))


def _words(field: Field, value: Any) -> str:
    """A field's value as a person reads it."""
    choices: Any = getattr(field, "choices", None)
    if choices is not None:
        labels = {str(key): str(label) for key, label in choices}
        chosen = value if isinstance(value, list | tuple) else [value]
        return ", ".join(labels.get(str(key), str(key)) for key in chosen if key not in (None, ""))
    if isinstance(field, BooleanField):
        return "Yes" if field.to_python(value) else "No"
    if isinstance(field, FloatField):
        try:
            return f"{float(value):g}" if value not in (None, "") else ""
        except ValueError:
            return str(value)
    return "" if value is None else str(value)


def at_version(form: Form, version: int) -> None:
    """Let the next press of a bound form replace this version."""
    assert isinstance(form.data, QueryDict)
    data = form.data.copy()
    data["version"] = str(version)
    form.data = data


def stale(error: Conflict, version: int, url: str, rows: Iterable[tuple[str, str, str]]) -> Stale:
    """A conflict with what differs of (label, yours, theirs)."""
    found = (Difference(label, yours.strip(), theirs.strip()) for label, yours, theirs in rows)
    return Stale(error.message, version, url, tuple(each for each in found if each.yours != each.theirs))
