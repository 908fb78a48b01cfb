"""Requests that pydantic reads (contents of documents, stored answers), refused like those of the serializers."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from core.serializers import not_a_field


def fields_of(error: ValidationError, model: type[BaseModel]) -> dict[str, list[str]]:
    """Sentences by the field's path (`segments.2.text`)."""
    fields: dict[str, list[str]] = {}
    for problem in error.errors():
        path = problem["loc"]
        sentence = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            sentence = str(not_a_field(str(path[-1]), _names_at(model, path)))
        fields.setdefault(".".join(map(str, path)), []).append(sentence)
    return fields


def _names_at(model: type[BaseModel], path: tuple[int | str, ...]) -> list[str]:
    """The names of the fields beside the last part of a path."""
    for part in path[:-1]:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        inner = next(_models(field.annotation), None) if field else None
        if inner is None:
            return []
        model = inner
    return sorted(model.model_fields)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
