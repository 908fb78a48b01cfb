"""The analysed videos as choices with their measured chips, for the forms of strategies and scripts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from core.actor import Actor
from patterns.levels import ABSENT, shown
from patterns.models import Pattern, PatternType
from patterns.selectors import video_choices

MOST = 60
_SHOWN = (PatternType.HOOK_TIMING, PatternType.CUT_FREQUENCY, PatternType.SPEECH_RATE, PatternType.DURATION)
_WORDS = {PatternType.HOOK_TIMING: "first cut ", PatternType.DURATION: ""}


@dataclass(frozen=True, slots=True)
class Choice:
    """A video to choose: its id, title and the values that were measured."""

    pk: UUID
    title: str
    chips: list[str]
    chosen: bool


def choices(actor: Actor, chosen: Collection[UUID]) -> list[Choice]:
    """The newest videos that can be chosen, with the chosen ones among them."""
    found = video_choices(actor, chosen, _SHOWN, MOST)
    return [Choice(video.pk, video.title, _chips(patterns), video.pk in chosen) for video, patterns in found]


def _chips(patterns: Mapping[str, Pattern]) -> list[str]:
    return [_chip(type_, patterns[type_]) for type_ in _SHOWN if type_ in patterns]


def _chip(type_: PatternType, pattern: Pattern) -> str:
    said = shown(type_, pattern.value, pattern.bucket)
    return said if pattern.bucket in ABSENT else f"{_WORDS.get(type_, '')}{said}"
