"""JSON schemas in the strict dialect of structured outputs: every object closed, every property required."""

from typing import Any

from pydantic import BaseModel

_DROPPED = ("default", "title")


def strict_schema(answer: type[BaseModel]) -> dict[str, Any]:
    """The schema of an answer model for `strict: true`. Answers therefore have no open dictionaries."""
    closed: dict[str, Any] = _close(answer.model_json_schema())
    return closed


def _close(node: Any) -> Any:
    if isinstance(node, list):
        return [_close(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") == "object" and isinstance(node.get("properties"), dict):
        properties = {name: _close(child) for name, child in node["properties"].items()}
        rest = {
            key: _close(value)
            for key, value in node.items()
            if key not in ("properties", "required", "additionalProperties", *_DROPPED)
        }
        return {**rest, "properties": properties, "required": list(properties), "additionalProperties": False}
    return {key: _close(value) for key, value in node.items() if key not in _DROPPED}
