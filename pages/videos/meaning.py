"""What a video means, as drawn: claims with their moments, what was refuted, and what a new analysis changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from patterns.categories import ROLE_LABELS
from patterns.differences import in_words
from patterns.levels import level_words, shown
from patterns.meaning.rows import TYPES
from patterns.models import FormerAnalysis, Meaning, Pattern, PatternType

_CHANNELS = {"picture": "Seen", "speech": "Said", "sound": "Heard", "text": "Written"}
_MARKS = {"hook": "mark-hook", "call_to_action": "mark-text", "ending": "mark-muted"}


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a claim can be checked."""

    time_s: float
    channel: str
    what: str


@dataclass(frozen=True, slots=True)
class Said:
    """A claim that stands. `detail` is in the model's own words."""

    label: str
    shown: str
    words: str
    detail: str
    sure_pct: int
    moments: list[Moment]


@dataclass(frozen=True, slots=True)
class Refuted:
    """A claim, or one moment of it, that a fact refuted."""

    label: str
    said: str
    why: str
    time_s: float | None


@dataclass(frozen=True, slots=True)
class MeaningSection:
    """The section of the page. `is_empty` until a first reading came to its end."""

    row: Meaning
    claims: list[Said]
    untold: list[str]
    refuted: list[Refuted]
    summary: str
    made_by: str

    @property
    def is_running(self) -> bool:
        return self.row.state == Meaning.State.RUNNING

    @property
    def is_failed(self) -> bool:
        return self.row.state == Meaning.State.FAILED

    @property
    def is_derived(self) -> bool:
        return self.row.source == Meaning.Source.DERIVED

    @property
    def is_empty(self) -> bool:
        return self.row.read_at is None


def show(row: Meaning | None, patterns: Iterable[Pattern]) -> MeaningSection | None:
    """A meaning with the patterns that came from it; None before the first reading was ordered."""
    if row is None:
        return None
    found = {pattern.type: pattern for pattern in patterns if pattern.type in TYPES}
    return MeaningSection(
        row=row,
        claims=[_said(found[type_]) for type_ in TYPES if type_ in found],
        untold=[str(PatternType(type_).label) for type_ in TYPES if type_ not in found],
        refuted=[_refuted(one) for one in row.dropped],
        summary=str((row.answer or {}).get("summary", "")),
        made_by=f"{row.provider} · {row.model}".strip(" ·") if row.source == Meaning.Source.MODEL else "",
    )


def _said(pattern: Pattern) -> Said:
    evidence: dict[str, Any] = pattern.evidence
    return Said(
        label=pattern.get_type_display(),
        shown=shown(pattern.type, pattern.value, pattern.bucket),
        words=f"The video {level_words(pattern.type, pattern.bucket)}.",
        detail=str(evidence.get("words", "")),
        sure_pct=round(100 * pattern.confidence),
        moments=[
            Moment(float(cite["time_s"]), _CHANNELS.get(cite["channel"], "Seen"), str(cite["what"]))
            for cite in evidence.get("cites", [])
        ],
    )


def _refuted(one: dict[str, Any]) -> Refuted:
    name = str(one.get("claim", ""))
    label = str(PatternType(name).label) if name in PatternType.values else name
    said, time_s = str(one.get("said", "")), one.get("time_s")
    return Refuted(label, said.replace("_", " ") if time_s is None else said, str(one.get("why", "")), time_s)


def parts_of(patterns: Iterable[Pattern]) -> list[dict[str, Any]]:
    """The parts of the structure for the timeline, with their mark and words."""
    structure = next((pattern for pattern in patterns if pattern.type == PatternType.STRUCTURE), None)
    if structure is None:
        return []
    return [
        {
            "label": ROLE_LABELS.get(part["role"], part["role"]),
            "start_s": part["start_s"],
            "end_s": part["end_s"],
            "words": part["words"],
            "mark": _MARKS.get(part["role"], "mark-shot" if number % 2 else "mark-shot-alt"),
        }
        for number, part in enumerate(structure.evidence.get("parts", []))
    ]


@dataclass(frozen=True, slots=True)
class Change:
    """A pattern before and after a new analysis."""

    label: str
    before: str
    now: str
    words: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What the newest analysis of one part changed."""

    former: FormerAnalysis
    rows: list[Change]


def changes(former: Iterable[FormerAnalysis], patterns: Iterable[Pattern]) -> list[Changes]:
    """The newest replaced set of each part against what is now."""
    newest: dict[str, FormerAnalysis] = {}
    for one in former:
        newest.setdefault(one.part, one)
    now = {pattern.type: pattern for pattern in patterns}
    return [Changes(one, _changes(one, now)) for one in newest.values()]


def _changes(former: FormerAnalysis, now: dict[str, Pattern]) -> list[Change]:
    before = {row["type"]: row for row in former.patterns if row["type"] in PatternType.values}
    mine = {type_ for type_ in now if (type_ in TYPES) == (former.part == FormerAnalysis.Part.MEANING)}
    found = []
    for type_ in PatternType.values:
        if type_ not in before and type_ not in mine:
            continue
        old, new = before.get(type_), now.get(type_) if type_ in mine else None
        was = (old["value"], old["bucket"]) if old else None
        is_now = (new.value, new.bucket) if new else None
        if was == is_now:
            continue
        found.append(
            Change(
                str(PatternType(type_).label),
                shown(type_, *was) if was else "—",
                shown(type_, *is_now) if is_now else "—",
                in_words(type_, was, is_now),
            )
        )
    return found
