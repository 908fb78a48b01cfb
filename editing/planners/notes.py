"""What a planner chose and why: sentences for people, each with the measured values it rests on."""

from dataclasses import dataclass, field
from typing import Any

from editing.plan import EditPlan


@dataclass(frozen=True, slots=True)
class PlanNote:
    """One choice. `evidence` holds the numbers behind the sentence, times in seconds of the source."""

    text: str
    evidence: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As it is stored beside the plan."""
        return {"text": self.text, "evidence": self.evidence}


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and the reasons for it."""

    plan: EditPlan
    notes: tuple[PlanNote, ...]
