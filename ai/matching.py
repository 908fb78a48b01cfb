"""From a request to what is compared: a digest of what must be equal, and normalised text for the rest."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from ai import similarity
from ai.purposes import Purpose, PurposeKind


@dataclass(frozen=True, slots=True)
class Key:
    """What a stored answer is looked up by."""

    digest: str
    text: str


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    return [] if value is None else [str(value)]


def key_of(purpose: Purpose, request: BaseModel, *, engine: str = "") -> Key:
    """Digest and text of a request. `engine` (provider and model) counts for vision purposes only."""
    data = request.model_dump(mode="json")
    exact = {name: data[name] for name in purpose.exact_fields}
    loose = " ".join(text for name, value in data.items() if name not in exact for text in _strings(value))
    if purpose.kind is PurposeKind.VISION:
        parts: list[Any] = [purpose.name, purpose.schema_digest, exact, engine]
        text = ""
    else:
        parts = [purpose.name, purpose.schema_digest, exact, similarity.hard_tokens(loose)]
        text = similarity.normalise(loose)
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    return Key(digest=digest, text=text)
