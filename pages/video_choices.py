"""The analysed videos as choices with their measured chips, for the forms of strategies and scripts."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from core.actor import Actor
from patterns.levels import ABSENT, shown
from patterns.models import Analysis, Pattern, PatternType
from videos.models import Video

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


def videos(actor: Actor) -> QuerySet[Video]:
    """Videos with a finished analysis, newest first."""
    rows: QuerySet[Video] = Video.objects.for_workspace(actor.workspace_id).alive()
    return rows.filter(analysis__state=Analysis.State.DONE, archived_at=None).order_by("-created_at", "-id")


def choices(actor: Actor, chosen: set[str]) -> list[Choice]:
    """The newest videos that can be chosen, with the chosen ones among them."""
    patterns = Pattern.objects.filter(type__in=_SHOWN, source=Pattern.Source.MEASURED)
    known = videos(actor).prefetch_related(Prefetch("patterns", patterns, to_attr="shown"))
    rows = list(known[:MOST])
    rest = chosen - {str(row.pk) for row in rows}
    if rest:
        rows = [*(row for row in known if str(row.pk) in rest), *rows]
    return [Choice(row.pk, row.title, _chips(row), str(row.pk) in chosen) for row in rows]


def _chips(video: Video) -> list[str]:
    shown: list[Pattern] = getattr(video, "shown", [])
    found = {PatternType(pattern.type): pattern for pattern in shown}
    return [_chip(found[type_]) for type_ in _SHOWN if type_ in found]


def _chip(pattern: Pattern) -> str:
    said = shown(pattern.type, pattern.value, pattern.bucket)
    return said if pattern.bucket in ABSENT else f"{_WORDS.get(PatternType(pattern.type), '')}{said}"
