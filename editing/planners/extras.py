"""What goes around the material of an edit: all optional, the same for every planner."""

from dataclasses import dataclass
from typing import Any

from editing.plan import Audio, Card, Watermark


@dataclass(frozen=True, slots=True)
class Extras:
    """Sound, cards before and after, and a watermark."""

    audio: Audio | None = None
    intro: Card | None = None
    outro: Card | None = None
    watermark: Watermark | None = None

    def as_plan(self) -> dict[str, Any]:
        """The part of a plan's data that says so."""
        return {
            "audio": (self.audio or Audio()).model_dump(),
            "intro": self.intro and self.intro.model_dump(),
            "outro": self.outro and self.outro.model_dump(),
            "watermark": self.watermark and self.watermark.model_dump(),
        }
