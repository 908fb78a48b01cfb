"""What a caption is asked with, and what comes back."""

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from platforms.schema import PlatformKey


class Tone(StrEnum):
    """The four tones."""

    PROFESSIONAL = "professional"
    WITTY = "witty"
    CASUAL = "casual"
    URGENT = "urgent"


class CaptionRequest(BaseModel):
    """`topic` in a few words; `context` what else is true; `text` an existing text to fit to the platform."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    topic: str = Field(min_length=1, max_length=500)
    tone: Tone = Tone.CASUAL
    platform: PlatformKey
    context: str = Field(default="", max_length=5_000)
    text: str = Field(default="", max_length=63_206)
    count: int = Field(default=5, ge=0, le=30)
    language: str = Field(default="en", max_length=12)

    @field_validator("tone", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.strip().lower() if isinstance(value, str) else value


class Caption(BaseModel):
    """The caption without hashtags, and the hashtags, each with its #."""

    caption: str = Field(min_length=1)
    hashtags: list[str]


def objections(_request: CaptionRequest, answer: Caption) -> list[str]:
    """What a schema cannot say: the caption has words."""
    return [] if answer.caption.strip() else ["caption: must not be empty"]
