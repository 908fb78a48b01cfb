"""What the product asks models for. Each upper app registers its purposes, and keeps its own offline answers."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from ai.errors import AiError
from core.errors import NotFound


class PurposeKind(StrEnum):
    """Text answers may be reused for a similar request; vision answers only for the very same file."""

    TEXT = "text"
    VISION = "vision"


@dataclass(frozen=True, slots=True)
class Image:
    """A picture handed to a vision model."""

    data: bytes
    content_type: str = "image/jpeg"


def _no_images(_request: Any) -> list[Image]:
    return []


def _no_objections(_request: Any, _answer: Any) -> list[str]:
    return []


@dataclass(frozen=True)
class Purpose:
    """One kind of question.

    `request` and `answer` are pydantic models; `offline` answers without any model, deterministically. `exact_fields`
    names the request's fields that must be equal before a stored answer may serve again; the other fields are
    compared by similarity. `check` returns objections that a schema cannot express (they cause the one repair).
    A vision purpose must list the field that holds the file's checksum among its exact fields. Raise `version` when
    the meaning of the answer changes: stored answers of older versions are not used again.
    """

    name: str
    request: type[BaseModel]
    answer: type[BaseModel]
    offline: Callable[[Any], BaseModel]
    exact_fields: tuple[str, ...]
    instructions: str = ""
    kind: PurposeKind = PurposeKind.TEXT
    images: Callable[[Any], list[Image]] = _no_images
    check: Callable[[Any, Any], list[str]] = _no_objections
    version: int = 1
    keeps_for: timedelta = timedelta(days=30)
    max_output_tokens: int = 8_000
    title: str = field(default="")

    def __post_init__(self) -> None:
        unknown = set(self.exact_fields) - set(self.request.model_fields)
        if unknown:
            raise ValueError(f"{self.name}: exact_fields names {sorted(unknown)}, which its request does not have.")

    @property
    def schema_digest(self) -> str:
        """Changes when the answer's schema or the purpose's version does."""
        schema = json.dumps(self.answer.model_json_schema(), sort_keys=True)
        return hashlib.sha256(f"{self.version}|{schema}".encode()).hexdigest()[:16]


_purposes: dict[str, Purpose] = {}


def register(purpose: Purpose) -> None:
    """Make a purpose known; called in `AppConfig.ready()`. Registering a name again replaces it."""
    _purposes[purpose.name] = purpose


def get(name: str) -> Purpose:
    """The purpose of a name."""
    try:
        return _purposes[name]
    except KeyError:
        raise NotFound(AiError.PURPOSE_UNKNOWN, f"Nothing here can be generated under the name “{name}”.") from None


def names() -> list[str]:
    """All registered names, sorted."""
    return sorted(_purposes)


def choices() -> list[tuple[str, str]]:
    """Names with the words for people."""
    return [(name, _purposes[name].title or name.replace("_", " ").capitalize()) for name in names()]
