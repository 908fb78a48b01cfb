"""How much text each platform takes, in the unit that it counts.

Limits: the platforms' specifications. Style: the length and manner that suits the place, a target and no rule.
"""

from dataclasses import dataclass
from enum import StrEnum

from core.text.lengths import length


class Platform(StrEnum):
    """Values of house; `x` is accepted for twitter."""

    INSTAGRAM = "instagram"
    TIKTOK = "tiktok"
    YOUTUBE = "youtube"
    FACEBOOK = "facebook"
    TWITTER = "twitter"
    LINKEDIN = "linkedin"

    @classmethod
    def _missing_(cls, value: object) -> "Platform | None":
        return cls.TWITTER if isinstance(value, str) and value.lower() in ("x", "twitter/x") else None

    @property
    def label(self) -> str:
        """The name people know."""
        return _LABELS[self]


_LABELS = {
    Platform.INSTAGRAM: "Instagram",
    Platform.TIKTOK: "TikTok",
    Platform.YOUTUBE: "YouTube",
    Platform.FACEBOOK: "Facebook",
    Platform.TWITTER: "X",
    Platform.LINKEDIN: "LinkedIn",
}


@dataclass(frozen=True, slots=True)
class TextSpec:
    """One platform's text: `limit` in units of `unit`, `target` the style's length, most hashtags."""

    limit: int
    target: int
    most_hashtags: int
    unit: str
    style: str
    forbidden: str = ""

    def measure(self, text: str) -> int:
        """The length of a text as the platform counts it."""
        return length(text, self.unit)


SPECS: dict[Platform, TextSpec] = {
    Platform.TWITTER: TextSpec(280, 280, 30, "weighted", "short and punchy, few hashtags, a question"),
    Platform.INSTAGRAM: TextSpec(2_200, 2_200, 30, "utf16", "tells a small story, ends in a call to action"),
    Platform.TIKTOK: TextSpec(2_200, 150, 30, "utf16", "very short, the hook first"),
    Platform.LINKEDIN: TextSpec(3_000, 3_000, 30, "utf16", "insight first, business value, a closing question"),
    Platform.FACEBOOK: TextSpec(63_206, 2_000, 30, "utf16", "conversational, asks the community"),
    Platform.YOUTUBE: TextSpec(5_000, 2_000, 15, "bytes", "keywords early, then what the video shows", "<>"),
}
