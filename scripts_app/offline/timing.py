"""How long each part of a script is: hook from the measured first cut, parts from the measured pace."""

import re
from dataclasses import dataclass, field
from statistics import median

from patterns.levels import SCALES
from patterns.models import PatternType
from scripts_app.schema import Reason, Role, ScriptRequest
from strategies import knowledge

# Conventions, said as such in the script's reasons.
_SYLLABLES_PER_WORD = 1.5
_SLOWEST_WPM, _FASTEST_WPM = 90.0, 220.0
_SHORTEST_PART_S, _LONGEST_PART_S, _USUAL_PART_S = 2.5, 8.0, 5.0
_SHORTEST_HOOK_S, _LONGEST_HOOK_S = 1.5, 5.0
_THINGS = "tips|ways|steps|ideas|reasons|mistakes|things|rules|tricks|hacks"
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_COUNT = re.compile(rf"^\s*(\d{{1,2}})\s+[a-z]|\b(\d{{1,2}}|{'|'.join(_NUMBERS)})\s+(?:{_THINGS})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """What timing follows: lengths in seconds, words a minute, and where each value comes from."""

    hook_s: float
    part_s: float
    words_per_min: float
    cuts_per_min: float | None
    reasons: list[Reason] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Beat:
    """One part of the clip. `cuts` are picture changes inside it; `number` counts points from 1."""

    role: Role
    start: float
    end: float
    number: int = 0
    of: int = 0
    cuts: int = 0

    @property
    def seconds(self) -> float:
        return round(self.end - self.start, 3)


def _measured(request: ScriptRequest, type_: str) -> float | None:
    # A fact with a note times nothing: without a cut the value is the video's length.
    rows = [fact for fact in request.patterns if fact.type == type_ and not fact.note]
    rows = [fact for fact in rows if fact.source == "measured"] or rows
    return median(fact.value for fact in rows) if rows else None


def _said(request: ScriptRequest, type_: str, value: float, effect: str) -> Reason:
    count = sum(1 for fact in request.patterns if fact.type == type_ and not fact.note)
    shown = SCALES[PatternType(type_)].show(value)
    label = PatternType(type_).label.lower()
    exact = next((fact for fact in request.patterns if fact.type == type_ and abs(fact.value - value) < 1e-9), None)
    who = f"median of {count} videos" if count > 1 else "measured"
    return Reason(
        basis="measured" if exact else "derived",
        sentence=f"{label.capitalize()} {shown} ({who}): {effect}",
        fact=type_,
        value=value,
        unit=SCALES[PatternType(type_)].unit,
    )


def rules_of(request: ScriptRequest) -> Rules:
    """The timing rules, each with its reason."""
    reasons: list[Reason] = []
    first = _measured(request, "hook_timing")
    table = knowledge.benchmarks()
    hook_s = first if first is not None else float(table["hook_window_s"]["value"])
    hook_s = min(max(hook_s, _SHORTEST_HOOK_S), _LONGEST_HOOK_S, max(_SHORTEST_HOOK_S, request.duration * 0.25))
    hook_s = round(hook_s * 2) / 2
    if first is not None:
        reasons.append(_said(request, "hook_timing", first, f"the hook lasts {hook_s:g} s"))
    else:
        sentence = f"The hook lasts {hook_s:g} s. {table['hook_window_s']['source']}"
        reasons.append(Reason(basis="benchmark", sentence=sentence, value=hook_s, unit="s"))

    pace = _measured(request, "cut_frequency")
    shot = _measured(request, "shot_length") or (60 / pace if pace else None)
    part_s = _USUAL_PART_S
    if shot:
        part_s = min(max(shot * max(1, round(_SHORTEST_PART_S / shot)), _SHORTEST_PART_S), _LONGEST_PART_S)
        key, value = ("shot_length", shot) if _measured(request, "shot_length") else ("cut_frequency", pace or 0.0)
        reasons.append(_said(request, key, value, f"a picture stays about {shot:.1f} s"))
    if pace:
        reasons.append(_said(request, "cut_frequency", pace, "picture changes inside the parts keep that pace"))

    rate = _measured(request, "speech_rate")
    wpm = float(table["speech_wpm"]["value"])
    if rate:
        wpm = min(max(rate * 60 / _SYLLABLES_PER_WORD, _SLOWEST_WPM), _FASTEST_WPM)
        effect = f"about {wpm:.0f} words a minute at {_SYLLABLES_PER_WORD} syllables a word"
        reasons.append(_said(request, "speech_rate", rate, effect))
    else:
        sentence = f"{wpm:.0f} spoken words a minute. {table['speech_wpm']['source']}"
        reasons.append(Reason(basis="benchmark", sentence=sentence, value=wpm, unit="words_per_min"))
    return Rules(hook_s, part_s, wpm, pace, reasons)


def points_wanted(request: ScriptRequest) -> int | None:
    """How many points the concept promises (“5 Tips …”), or how many were given; None when neither says."""
    if request.points:
        return len(request.points)
    found = _COUNT.search(request.concept)
    said = next(group for group in found.groups() if group).lower() if found else "0"
    count = int(said) if said.isdigit() else 2 + _NUMBERS.index(said)
    return count if 1 < count <= 12 else None


def _grid(value: float) -> float:
    return round(value * 10) / 10


def plan(request: ScriptRequest, rules: Rules) -> list[Beat]:
    """Beats from 0 to the duration without gaps: hook, setup, points, proof, call to action.

    Where time is short, the setup and the proof go first, then points; hook and call to action always stay.
    """
    total = request.duration
    cta_s = _grid(min(max(total * 0.1, 2.0), 5.0, total * 0.4))
    hook_s = _grid(min(rules.hook_s, total - cta_s - 1.0))
    middle = total - hook_s - cta_s
    wanted = points_wanted(request)
    fit = max(1, int(middle // _SHORTEST_PART_S))
    if wanted:
        count, extra = min(wanted, fit), fit - wanted
    else:
        count = max(1, min(fit, 10, round(middle / rules.part_s)))
        extra = 2 if count > 3 else 0
        count -= extra
    roles = [Role.SETUP] if extra >= 1 else []
    roles += [Role.POINT] * count
    roles += [Role.PROOF] if extra >= 2 else []
    return _beats(request, rules, roles, hook_s, cta_s, count)


def _beats(
    request: ScriptRequest, rules: Rules, roles: list[Role], hook_s: float, cta_s: float, count: int
) -> list[Beat]:
    total = request.duration
    middle = total - hook_s - cta_s
    edges = [_grid(hook_s + middle * index / len(roles)) for index in range(len(roles))] + [_grid(total - cta_s)]
    beats = [Beat(Role.HOOK, 0.0, edges[0], cuts=_cuts(rules, edges[0]))]
    number = 0
    for role, start, end in zip(roles, edges[:-1], edges[1:], strict=True):
        number += role is Role.POINT
        beats.append(Beat(role, start, end, number if role is Role.POINT else 0, count, _cuts(rules, end - start)))
    beats.append(Beat(Role.CTA, edges[-1], total, cuts=0))
    return beats


def _cuts(rules: Rules, seconds: float) -> int:
    """Picture changes inside a part, so that parts and changes together keep the measured pace."""
    if not rules.cuts_per_min:
        return 0
    return max(0, round(seconds * rules.cuts_per_min / 60) - 1)
