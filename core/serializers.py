"""What comes in through the API: named fields of a type, and nothing else.

Every body, form and query is read by an `InputSerializer`. It refuses fields that it does not know, naming the nearest
one that it does, values of another JSON type, control characters, and numbers that are none. `ErrorSerializer` is what
every refusal looks like.
"""

import difflib
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

# Versions, positions and counts are 32-bit in PostgreSQL.
MAX_INTEGER = 2**31 - 1
MAX_PAGE = 1_000_000
_DEEPEST = 32
# Tab, line feed and carriage return are text; a lone half of a surrogate pair is not, and no database stores it.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_JSON_TYPES: tuple[tuple[Any, tuple[type, ...], str], ...] = (
    (serializers.BooleanField, (bool,), "true or false"),
    (serializers.IntegerField, (int, float), "a number"),
    (serializers.FloatField, (int, float), "a number"),
    (
        (serializers.CharField, serializers.ChoiceField, serializers.UUIDField, serializers.DateTimeField),
        (str,),
        "a string",
    ),
)
# What browsers and renderers send beside the fields that are meant.
_ENVELOPE = {"csrfmiddlewaretoken"}
# The code of a sentence that needs no field's name before it.
SENTENCE = "sentence"
CONTROL_CHARACTER = "This holds a control character, which no text may have. Remove it."
NOT_FINITE = "This must be a number, neither infinite nor NaN."


def nearest(name: str, names: list[str], hints: Mapping[str, str]) -> str:
    """The name that was probably meant; empty when nothing is near."""
    if hints.get(name) in names:
        return hints[name]
    near = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    return near[0] if near else ""


def not_a_field(name: str, names: list[str], hints: Mapping[str, str] | None = None) -> ErrorDetail:
    """The sentence for an unknown field, with the nearest right one, or with all when there are few."""
    shown = _UNPRINTABLE.sub("?", name[:64])
    sentence = f"{shown} is not a field here."
    near = nearest(name, names, hints or {})
    if near:
        sentence += f" Did you mean {near}?"
    elif 0 < len(names) <= 8:
        sentence += f" Known: {', '.join(names)}."
    return ErrorDetail(sentence, code=SENTENCE)


def has_control_character(value: Any, depth: int = 0) -> bool:
    """Whether a text in it, at any depth, has a control character. What is nested too deeply counts as well."""
    if isinstance(value, str):
        return _UNPRINTABLE.search(value) is not None
    if depth > _DEEPEST:
        return True
    if isinstance(value, Mapping):
        return any(has_control_character(part, depth + 1) for pair in value.items() for part in pair)
    if isinstance(value, (list, tuple)):
        return any(has_control_character(part, depth + 1) for part in value)
    return False


def without_control_characters(text: str) -> str:
    """The text as it can be stored: line breaks of other programs become ours, other control characters go."""
    return _UNPRINTABLE.sub("", text.replace("\x0b", "\n").replace("\x0c", "\n"))


def _is_finite(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Mapping):
        return all(_is_finite(part) for part in value.values())
    return all(_is_finite(part) for part in value) if isinstance(value, (list, tuple)) else True


def _wrong_type(field: Any, value: Any) -> str:
    """What a JSON value should have been; empty when it is of the field's type."""
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return next(filter(None, (_wrong_type(field.child, part) for part in value)), "")
    if isinstance(field, serializers.DictField) and isinstance(value, dict):
        return next(filter(None, (_wrong_type(field.child, part) for part in value.values())), "")
    for classes, types, words in _JSON_TYPES:
        if isinstance(field, classes):
            fits = value is None or (isinstance(value, types) and (isinstance(value, bool) == (types == (bool,))))
            return "" if fits else words
    return ""


class InputSerializer(serializers.Serializer[Any]):
    """The base of everything that comes in. `hints` maps names that people try to the field that they mean."""

    hints: ClassVar[Mapping[str, str]] = {}

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what is not a field here, before the fields look at their values."""
        if isinstance(data, Mapping):
            problems = dict(self._problems(data))
            if problems:
                raise serializers.ValidationError(problems)
        value = super().to_internal_value(data)
        infinite = {name: [NOT_FINITE] for name, part in value.items() if not _is_finite(part)}
        if infinite:
            raise serializers.ValidationError(infinite)
        return value

    def _problems(self, data: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
        known = {name: field for name, field in self.fields.items() if not field.read_only}
        is_form = isinstance(data, QueryDict)
        for name in data:
            field = known.get(name)
            if field is None:
                if not (is_form and name in _ENVELOPE):
                    yield _UNPRINTABLE.sub("?", str(name)[:64]), [not_a_field(str(name), sorted(known), self.hints)]
            elif self.root is self and has_control_character(data[name]):
                yield name, [CONTROL_CHARACTER]
            elif is_form and len(data.getlist(name)) > 1 and not isinstance(field, serializers.ListField):  # type: ignore[attr-defined]
                yield name, ["Give this once."]
            elif not is_form and (words := _wrong_type(field, data[name])):
                yield name, [f"This must be {words}."]


class NoFields(InputSerializer):
    """What an endpoint takes that asks for nothing."""


class PageQuery(InputSerializer):
    """Which part of a list."""

    page = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_PAGE, default=1, help_text="Counted from 1."
    )
    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=100, default=20, help_text="How many to a page."
    )


class VersionField(serializers.IntegerField):
    """The number of a version."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": MAX_INTEGER, **kwargs})


class ErrorSerializer(serializers.Serializer[Any]):
    """Every refusal. `message` is a sentence for a person; `details` may have `code` and sentences by `fields`."""

    error = serializers.CharField(help_text="The kind of refusal, one for each status.")
    message = serializers.CharField()
    details = serializers.DictField(child=serializers.JSONField(allow_null=True))
