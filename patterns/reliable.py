"""Which measured readings are sure enough to claim something from. Pure.

Phrases and texts that are not stay among the facts, marked by their confidence; they support no claim and refute none.
Facts of engines that told no confidence are taken as sure.
"""

from collections.abc import Mapping
from typing import Any

from patterns.measure.features import RELIABLE_SPEECH, RELIABLE_TEXT

_LEAST = {"speech": RELIABLE_SPEECH, "overlays": RELIABLE_TEXT}


def is_reliable(name: str, reading: Mapping[str, Any]) -> bool:
    """Whether a reading of `speech` or `overlays` is sure enough."""
    confidence = reading.get("confidence")
    return confidence is None or bool(confidence >= _LEAST[name])


def reliable(facts: Mapping[str, Any], name: str) -> list[dict[str, Any]] | None:
    """The sure readings of `speech` or `overlays`; None where that layer was not measured."""
    found = facts.get(name)
    return [one for one in found if is_reliable(name, one)] if isinstance(found, list) else None
