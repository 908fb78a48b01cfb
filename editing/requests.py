"""What is asked of an edit, by any caller: API, page, chat tool, command line."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from editing.planners import Wish


@dataclass(frozen=True, slots=True)
class EditRequest:
    """A video, what to make of it and in which formats.

    With a script each of its segments is shown with the stretch that suits it; without one `start_s` and `end_s` cut
    by hand, `duration_s` alone takes the best stretches, and nothing at all takes the whole video.
    """

    video_id: UUID
    script_id: UUID | None = None
    formats: tuple[Wish, ...] = (Wish("9:16"),)
    duration_s: float | None = None
    start_s: float | None = None
    end_s: float | None = None
    texts: bool = True
    source_sound: bool = True
    level_loudness: bool = True
    music_id: UUID | None = None
    watermark_id: UUID | None = None
    intro_id: UUID | None = None
    outro_id: UUID | None = None

    @property
    def is_by_hand(self) -> bool:
        """Whether the stretch was chosen by a person."""
        return self.script_id is None and (self.start_s is not None or self.end_s is not None)

    def as_json(self) -> dict[str, Any]:
        """As it is stored with the edit."""
        return {name: str(value) if isinstance(value, UUID) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "EditRequest":
        """Read what `as_json` wrote."""
        given = dict(data)
        for name in ("video_id", "script_id", "music_id", "watermark_id", "intro_id", "outro_id"):
            if given.get(name):
                given[name] = UUID(given[name])
        given["formats"] = tuple(Wish(**wish) for wish in given.get("formats", ()))
        return cls(**given)
