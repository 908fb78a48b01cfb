"""From claims that stand to comparable patterns. Pure."""

from typing import Any

from patterns.categories import CATEGORIES, number_of
from patterns.derive import Value
from patterns.levels import SCALES
from patterns.meaning.schema import CLAIMS, Claim, MeaningAnswer
from patterns.models import PatternType

TYPES = tuple(CATEGORIES)


def patterns_of(answer: MeaningAnswer) -> list[Value]:
    """One pattern for each claim, with its moments as evidence."""
    return [_pattern(PatternType(name), claim) for name in CLAIMS if (claim := getattr(answer, name)) is not None]


def _pattern(type: PatternType, claim: Claim) -> Value:
    said: dict[str, Any] = claim.model_dump(mode="json")
    name = said["value"]
    evidence: dict[str, Any] = {
        "times_s": [cite["time_s"] for cite in said["cites"]],
        "cites": said["cites"],
    }
    for extra in ("words", "parts"):
        if said.get(extra):
            evidence[extra] = said[extra]
    return Value(type, number_of(type, name), SCALES[type].unit, name, evidence, round(claim.confidence_p, 3))
